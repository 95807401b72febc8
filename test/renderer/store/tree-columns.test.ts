import { expect, test } from 'vitest';
import { STATUS_RANKS, type TreeChange } from '../../../protocol/tree.ts';
import { TOP } from '../../../renderer/store/tree-columns.ts';
import { TreeStore } from '../../../renderer/store/tree-store.ts';
import { gameTree, snapshotOf } from '../../support/tree-data.ts';

function treeOf(games: number): TreeStore {
  const tree = new TreeStore(
    () => {},
    (commit) => commit(),
  );
  tree.receive({ snapshot: snapshotOf(gameTree(games)) });
  return tree;
}

function change(tree: TreeStore, ...changes: TreeChange[]): void {
  tree.receive({ delta: { from: 1, revision: 2, at: 0, changes } });
}

test('the columns say what hangs where, and how much is below', () => {
  const columns = treeOf(3).columns();
  const games = columns.slotOf('4121.0.2');
  expect(columns.childrenOf(games).map(columns.idAt)).toEqual(['4121.0.3', '4121.0.4', '4121.0.5']);
  expect(columns.idAt(columns.parent[games]!)).toBe('4121.0.1');
  expect([columns.leaves[games], columns.size[games]]).toEqual([3, 4]);
  expect([columns.leaves[TOP], columns.size[TOP], columns.parent[TOP]]).toEqual([3, 7, -1]);
  expect(columns.childrenOf(TOP).map(columns.idAt)).toEqual(['4121']);
  expect(columns.nodeAt(games)?.lineage).toBe('app/games');
  expect([columns.slotOf('nobody'), columns.nodeAt(TOP)]).toEqual([-1, null]);
});

test('the worst status shines through to the top; what has ended is no trouble', () => {
  const tree = treeOf(3);
  const worst = () => STATUS_RANKS[tree.columns().worst[TOP]!];
  expect(worst()).toBe('running');
  let told = 0;
  tree.onCommit(() => told++);
  change(
    tree,
    ['~', '4121.0.3', { status: 'suspended' }],
    ['~', '4121.0.4', { status: 'blocked' }],
    ['~', '4121.0.5', { status: 'straggler', endedAt: 5 }],
  );
  const { status, slotOf } = tree.columns();
  expect([worst(), told]).toEqual(['blocked', 1]);
  expect(STATUS_RANKS[status[slotOf('4121.0.5')]!]).toBe('exited');
});
