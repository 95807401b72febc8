import { expect, it } from 'vitest';
import { isSameInstance } from '../../client/same-instance.ts';
import type { InstanceInfo } from '../../protocol/tree.ts';

const info = (more: Partial<InstanceInfo>) =>
  ({ service: 'web', instance: 'fra-1', pid: 1, epoch: 'e1', ...more }) as InstanceInfo;

it.each([
  ['the same life', {}, { instance: 'another' }, true],
  ['the next life by its name', {}, { epoch: 'e2' }, true],
  ['another instance at the same address', {}, { epoch: 'e2', instance: 'fra-2' }, false],
  ['another service at the same address', {}, { epoch: 'e2', service: 'mail' }, false],
  ['one without a name', { instance: 'web-1' }, { epoch: 'e2', instance: 'web-2', pid: 2 }, true],
  ['one that has a name now', { instance: 'web-1' }, { epoch: 'e2', instance: 'fra-1' }, false],
  ['what its files are called', { keptAs: 'a' }, { epoch: 'e2', instance: 'host@1', keptAs: 'a' }, true],
])('%s', (_, then, now, expected) => {
  expect(isSameInstance(info(then), info({ ...then, ...now }))).toBe(expected);
});
