import { expect, it } from 'vitest';
import { backlogCount, resolveReference } from '../../../agent/inspect/state.ts';

it('reads the current of a holder, and nothing else', () => {
  const inner = { a: 1 };
  expect(resolveReference({ current: inner })).toBe(inner);
  expect(resolveReference({ current: undefined })).toBe(undefined);
  const more = { current: 1, other: 2 };
  expect(resolveReference(more)).toBe(more);
  const symbol = { current: 1, [Symbol('s')]: 2 };
  expect(resolveReference(symbol)).toBe(symbol);
  const inherited = Object.create({ current: 1 });
  expect(resolveReference(inherited)).toBe(inherited);
  for (const plain of [null, undefined, 1, 'x', inner]) expect(resolveReference(plain)).toBe(plain);
});

it.each<[string, unknown, number | null]>([
  ['an array', [1, 2], 2],
  ['a Map', new Map([[1, 1]]), 1],
  ['a Set', new Set([1, 2, 3]), 3],
  ['a holder of a number', { current: 7 }, 7],
  ['a holder of an array', { current: [1] }, 1],
  ['an object', { length: 3 }, null],
  ['a proxied array', new Proxy([1], {}), null],
  ['a text', 'abc', null],
  ['NaN', { current: Number.NaN }, null],
])('counts %s', (_, reference, count) => {
  expect(backlogCount(reference)).toBe(count);
});
