import { expect, it } from 'vitest';
import { hubHeapMb } from '../../agent/hub-thread.ts';

it('the heap of the hub is a quarter of a small container, never less than it needs nor more than it may', () => {
  const MB = 1024 * 1024;
  expect(hubHeapMb(256 * MB)).toBe(64);
  expect(hubHeapMb(1024 * MB)).toBe(256);
  expect(hubHeapMb(64 * MB)).toBe(48);
  for (const without of [0, 8192 * MB, 2 ** 63]) expect(hubHeapMb(without)).toBe(512);
});
