// @vitest-environment happy-dom
import { beforeEach, expect, test, vi } from 'vitest';
import { observedAt } from '../../renderer/store/desk.ts';
import { goTo } from '../../renderer/store/go-to.ts';
import { placeOf, show, useInterface } from '../../renderer/store/interface.ts';
import { select } from '../../renderer/tree/use-outline.ts';
import { gameTree, snapshotOf } from '../support/tree-data.ts';

let count = 0;
let at: string;

beforeEach(() => {
  vi.useFakeTimers();
  at = `instance-${count++}`;
  useInterface.setState({ instance: null, page: 'wrong', places: {}, missing: null, tab: 'overview' });
  window.perch = { call: async () => ({ ok: true, value: null as never }), onPush() {} };
  return () => vi.useRealTimers();
});

function treeComes(nodes = gameTree(3), epoch = '1') {
  const { tree } = observedAt(at);
  tree.receive({ snapshot: snapshotOf(nodes, epoch) });
  tree.commit();
  return tree;
}

test('an instance that is open already is shown all the same', () => {
  show({ instance: at });
  goTo({ instance: at });
  expect(useInterface.getState()).toMatchObject({ instance: at, page: 'tree' });
});

test('a node is selected in sight with its tab, by lineage or by id', () => {
  const tree = treeComes();
  const [root] = tree.shape().children.get(null)!;
  const node = [...tree.nodes()].at(-1)!;
  goTo({ instance: at, lineage: node.lineage, tab: 'stack' });
  expect(placeOf(at).selected?.id).toBe(node.id);
  expect(placeOf(at).open.get(tree.keyOf(root!)!)).toBe(true);
  expect(useInterface.getState()).toMatchObject({ tab: 'stack', missing: null });
  goTo({ instance: at, node: root! });
  expect(placeOf(at).selected?.id).toBe(root);
  expect(useInterface.getState().tab).toBe('stack');
});

test('it waits for the tree, and says so when the node is not in it', () => {
  const lineage = gameTree(3).at(-1)!.lineage;
  goTo({ instance: at, lineage });
  expect(placeOf(at).selected).toBeNull();
  treeComes();
  expect(placeOf(at).selected).not.toBeNull();
  goTo({ instance: at, lineage: 'app/none' });
  expect(useInterface.getState().missing).toEqual({ instance: at, name: 'app/none' });
});

test('a tree that has just come may still be coming, then it is said; a node that comes late is gone to', () => {
  const late = gameTree(3);
  const { lineage } = late.at(-1)!;
  goTo({ instance: at, lineage });
  treeComes(late.slice(0, -1));
  expect(useInterface.getState().missing).toBeNull();
  vi.advanceTimersByTime(2000);
  expect(useInterface.getState().missing).toEqual({ instance: at, name: lineage });
  treeComes(late);
  expect(placeOf(at).selected?.id).toBe(late.at(-1)!.id);
  expect(useInterface.getState().missing).toBeNull();
});

test('who went elsewhere meanwhile is not fetched back', () => {
  const late = gameTree(3);
  goTo({ instance: at, lineage: late.at(-1)!.lineage });
  const tree = treeComes(late.slice(0, -1));
  select(at, tree, late[0]!.id);
  treeComes(late);
  vi.advanceTimersByTime(2000);
  expect(placeOf(at).selected?.id).toBe(late[0]!.id);
  expect(useInterface.getState().missing).toBeNull();
});
