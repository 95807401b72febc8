// @vitest-environment happy-dom
import { beforeEach, expect, test, vi } from 'vitest';
import type { TreeNode } from '../../protocol/tree.ts';
import { COMMANDS } from '../../renderer/command/commands.ts';
import { observedAt, openInstance } from '../../renderer/store/desk.ts';
import { setPlace, show, useInterface } from '../../renderer/store/interface.ts';
import { MAX_PINS } from '../../renderer/store/pins.ts';
import { chosen, NOWHERE } from '../../renderer/store/place.ts';
import { shopTree } from '../support/shop-data.ts';
import { snapshotOf } from '../support/tree-data.ts';

const call = vi.fn(async () => ({ ok: true as const, value: null as never }));
const pin = COMMANDS.find(({ id }) => id === 'pin')!;
const pins = () => useInterface.getState().pins;

function loaded(instance: string, nodes: TreeNode[] = shopTree()): void {
  const { tree } = observedAt(instance);
  tree.receive({ snapshot: snapshotOf(nodes) });
  tree.commit();
}

function select(name: string, instance = 'a'): void {
  const { tree } = observedAt(instance);
  const { id } = [...tree.nodes()].find((node) => node.name === name && node.endedAt === null)!;
  setPlace(instance, chosen(NOWHERE, tree, id));
}

beforeEach(() => {
  call.mockClear();
  window.perch = { call, onPush() {} };
  useInterface.setState({ instance: null, places: {}, pins: [], tab: 'overview', page: 'tree' });
  loaded('a');
  loaded('b');
  openInstance('a');
});

test('what is selected is pinned with its tab, and unpinned with the same key', () => {
  expect(pin.isOffered()).toBe('Select a node first');
  select('cache');
  show({ tab: 'state' });
  pin.run();
  expect(pins()).toMatchObject([{ instance: 'a', title: 'app/cache', tab: 'state' }]);
  select('jobs');
  expect(pins()).toHaveLength(1);
  select('cache');
  pin.run();
  expect(pins()).toEqual([]);
});

test('it goes on to the successor of what it shows', () => {
  select('cache');
  pin.run();
  const { selected } = pins()[0]!;
  const before = shopTree().find(({ id }) => id === selected.id)!;
  const successor = { ...before, id: '4121.0.999', incarnation: before.incarnation + 1 };
  const died = { ...before, status: 'exited' as const, endedAt: 5 };
  loaded('a', [...shopTree().filter(({ id }) => id !== before.id), died, successor]);
  expect(pins()[0]?.selected).toMatchObject({ id: '4121.0.999', key: selected.key });
});

test('another than the open instance stays live for what is pinned there', () => {
  select('cache');
  pin.run();
  openInstance('b');
  expect(call).toHaveBeenLastCalledWith('watch', { instance: 'b', also: ['a'] });
});

test('no more are pinned than a screen holds, and the key says so', () => {
  for (const name of ['cache', 'jobs', 'shop']) {
    select(name);
    pin.run();
  }
  expect(pins()).toHaveLength(MAX_PINS);
  select('app');
  expect(pin.isOffered()).toBe('3 are pinned already');
  pin.run();
  expect(pins()).toHaveLength(MAX_PINS);
});
