import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TreeChange } from '../../protocol/tree.ts';
import { sortInSteps } from '../../renderer/store/sort-in-steps.ts';
import { TreeStore } from '../../renderer/store/tree-store.ts';
import { SiblingOrder } from '../../renderer/tree/order.ts';
import { aNode, gameTree, snapshotOf } from '../support/tree-data.ts';

function treeOf(games: number): { tree: TreeStore; change: (...changes: TreeChange[]) => void } {
  const tree = new TreeStore(
    () => {},
    (commit) => commit(),
  );
  tree.receive({ snapshot: snapshotOf(gameTree(games)) });
  let revision = 1;
  return {
    tree,
    change: (...changes) => tree.receive({ delta: { from: revision, revision: ++revision, at: 0, changes } }),
  };
}

function idsUnder(tree: TreeStore, order: SiblingOrder): string[] {
  const { childrenOf, idAt, slotOf } = tree.columns();
  const games = slotOf('4121.0.2');
  return order.of(games, childrenOf(games)).map(idAt);
}

const change = fc.oneof(
  fc.record({ do: fc.constant('tell' as const), whom: fc.nat(), backlog: fc.nat(4) }),
  fc.record({ do: fc.constant('bear' as const), whom: fc.nat(), backlog: fc.nat(4) }),
  fc.record({ do: fc.constant('forget' as const), whom: fc.nat(), backlog: fc.nat(4) }),
);

test('an order that is mended is the one that would be made anew', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(change, { maxLength: 6 }), { maxLength: 8 }),
      fc.boolean(),
      (frames, isDown) => {
        const { tree, change } = treeOf(12);
        const order = new SiblingOrder(tree, { by: 'backlog', isDown });
        tree.onCommit((commit) => order.update(commit));
        idsUnder(tree, order);
        let serial = 1000;
        for (const frame of frames) {
          const ids = tree.shape().children.get('4121.0.2') ?? [];
          const changes = frame.map(({ do: what, whom, backlog }): TreeChange => {
            const id = ids[whom % ids.length] ?? 'nobody';
            const metrics = { backlog };
            if (what === 'tell') return ['~', id, { metrics }];
            if (what === 'forget') return ['-', id];
            const born = `4121.0.${serial++}`;
            return ['+', aNode({ id: born, parent: '4121.0.2', lineage: `app/games/${born}`, metrics })];
          });
          change(...changes);
          order.tick();
          expect(idsUnder(tree, order)).toEqual(
            idsUnder(tree, new SiblingOrder(tree, { by: 'backlog', isDown })),
          );
        }
      },
    ),
    { numRuns: 200 },
  );
});

test('what is measured all the time moves with a tick only; who comes has a place at once', () => {
  const { tree, change } = treeOf(3);
  const order = new SiblingOrder(tree, { by: 'backlog', isDown: true });
  tree.onCommit((commit) => order.update(commit));
  expect(idsUnder(tree, order)).toEqual(['4121.0.5', '4121.0.4', '4121.0.3']);
  change(
    ['~', '4121.0.3', { metrics: { backlog: 9 } }],
    ['+', aNode({ id: '4121.0.9', parent: '4121.0.2', lineage: 'new', metrics: { backlog: 5 } })],
  );
  expect(idsUnder(tree, order)).toEqual(['4121.0.9', '4121.0.5', '4121.0.4', '4121.0.3']);
  order.tick();
  expect(idsUnder(tree, order)).toEqual(['4121.0.3', '4121.0.9', '4121.0.5', '4121.0.4']);
});

test('a long list is put in order when the screen is idle, and stands as it stood until then', () => {
  const { tree, change } = treeOf(3000);
  const idle: (() => void)[] = [];
  const order = new SiblingOrder(tree, { by: 'name', isDown: true }, (run) => idle.push(run));
  tree.onCommit((commit) => order.update(commit));
  const told: number[] = [];
  order.onSorted((slot) => told.push(slot));
  const before = idsUnder(tree, order);
  expect(before[0]).toBe('4121.0.3');
  // What changes meanwhile is not lost.
  change(['-', before[0]!], ['~', before[1]!, { name: 'zzz' }]);
  while (idle.length > 0) idle.shift()!();
  expect(told).toEqual([tree.columns().slotOf('4121.0.2')]);
  const names = idsUnder(tree, order).map((id) => tree.node(id)!.name);
  expect(names).toHaveLength(2999);
  expect(names[0]).toBe('zzz');
  const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });
  expect(names).toEqual([...names].sort((a, b) => collator.compare(b, a)));
});

test('sorting in steps is sorting', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(9), fc.nat())), (items) => {
      const sorted = [...items];
      for (const _ of sortInSteps(sorted, (a, b) => a[0] - b[0]));
      expect(sorted).toEqual([...items].sort((a, b) => a[0] - b[0]));
    }),
  );
});
