import { expect, test } from 'vitest';
import { type TreeChange, type TreeNode, toColumns } from '../../../protocol/tree.ts';
import { TOP } from '../../../renderer/store/tree-columns.ts';
import { TreeModel } from '../../../renderer/store/tree-model.ts';
import { PlainTree } from '../../support/plain-tree.ts';
import { aNode, gameTree, snapshotOf } from '../../support/tree-data.ts';

function modelOf(nodes: TreeNode[]): (...changes: TreeChange[]) => TreeModel {
  const model = new TreeModel();
  model.apply([{ snapshot: snapshotOf(nodes) }]);
  let revision = 1;
  return (...changes) => {
    model.apply([{ delta: { from: revision, revision: ++revision, at: 0, changes } }]);
    return model;
  };
}

test('many that die and are born under one parent at once stand as if they had come one by one', () => {
  const nodes = gameTree(200);
  const change = modelOf(nodes);
  const all = new Map(nodes.map((node) => [node.id, node]));
  const changes: TreeChange[] = [];
  nodes.slice(4).forEach((node, index) => {
    if (index % 3 === 0) changes.push(['-', node.id]);
    if (index % 3 === 1) changes.push(['~', node.id, { status: 'exited', endedAt: index }]);
    const successor = { ...node, id: `${node.id}.x`, incarnation: 2 };
    if (index % 2 === 0) changes.push(['+', successor]);
  });
  const plain = new PlainTree();
  plain.set(all, true);
  for (const each of changes) {
    if (each[0] === '+') all.set(each[1].id, each[1]);
    if (each[0] === '~') all.set(each[1], { ...all.get(each[1])!, ...each[2] });
    if (each[0] === '-') all.delete(each[1]);
  }
  plain.set(all, false);
  const { columns } = change(...changes);
  expect(columns.childrenOf(columns.find('4121.0.2')).map(columns.idAt)).toEqual(plain.children('4121.0.2'));
  expect(columns.size[TOP]).toBe(plain.sums(null).size);
});

test('nodes that hang from each other in a ring are shown at the top', () => {
  const change = modelOf([
    aNode({ id: 'a' }),
    aNode({ id: 'b', parent: 'a' }),
    aNode({ id: 'c', parent: 'b' }),
  ]);
  const { columns } = change(['~', 'a', { parent: 'c' }], ['+', aNode({ id: 'self', parent: 'self' })]);
  expect(columns.size[TOP]).toBe(4);
  const tops = columns.childrenOf(TOP).map(columns.idAt);
  expect(tops).toContain('self');
  expect(change(['-', 'a'], ['-', 'b'], ['-', 'c'], ['-', 'self']).columns.size[TOP]).toBe(0);
});

test('nothing is kept of those that came and went but the last places, so that memory stays flat', () => {
  const change = modelOf(gameTree(10));
  const bear = (serial: number): TreeChange => [
    '+',
    aNode({
      id: `4121.0.${serial}`,
      parent: '4121.0.2',
      name: `g${serial}`,
      lineage: `app/games/g${serial}`,
    }),
  ];
  let end = 0;
  let model = change();
  for (let serial = 100; serial < 60_100; serial += 100) {
    const serials = Array.from({ length: 100 }, (_, index) => serial + index);
    const before = serial === 100 ? [] : serials.map((each): TreeChange => ['-', `4121.0.${each - 100}`]);
    model = change(...before, ...serials.map(bear));
    if (serial === 300) end = model.columns.end;
  }
  expect(model.columns.count).toBe(114);
  expect(model.columns.end).toBe(end);
  expect(model.keys.size).toBeLessThanOrEqual(10_114);
});

test('a tree that is held already and comes again in parts loses nobody in between', () => {
  const nodes = gameTree(10);
  const model = new TreeModel();
  model.apply([{ snapshot: snapshotOf(nodes) }]);
  const part = (from: number, rows: TreeNode[], more?: true) =>
    model.apply([
      {
        delta: { from, revision: from + 1, at: 0, changes: [], rows: toColumns(rows), ...(more && { more }) },
      },
    ]);
  model.apply([{ snapshot: { ...snapshotOf(nodes.slice(0, 5), 'e1', 7), more: true } }]);
  expect(model.columns.count).toBe(14);
  part(7, nodes.slice(5, 8), true);
  expect(model.columns.count).toBe(14);
  // Two of them went meanwhile: no part tells of them.
  part(8, nodes.slice(8, 12));
  expect(model.columns.count).toBe(12);
  expect(model.columns.find(nodes[12]!.id)).toBe(-1);
});
