import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { TreeChange, TreeNode } from '../../protocol/tree.ts';
import { chosen, followed, NOWHERE, revealed } from '../../renderer/store/place.ts';
import { TreeStore } from '../../renderer/store/tree-store.ts';
import { aNode, gameTree, snapshotOf } from '../support/tree-data.ts';

let tree: TreeStore;
let revision: number;
const askSnapshot = vi.fn();
const frames: (() => void)[] = [];

beforeEach(() => {
  askSnapshot.mockClear();
  frames.length = 0;
  revision = 1;
  tree = new TreeStore(askSnapshot, (commit) => frames.push(commit));
});

function frame(): void {
  for (const commit of frames.splice(0)) commit();
}

function snapshot(nodes: TreeNode[], epoch = 'e1'): void {
  tree.receive({ snapshot: snapshotOf(nodes, epoch, revision) });
  frame();
}

function delta(...changes: TreeChange[]): void {
  tree.receive({ delta: { from: revision, revision: ++revision, at: 0, changes } });
  frame();
}

function game(serial: number, incarnation: number, more: Partial<TreeNode> = {}): TreeNode {
  return aNode({
    id: `4121.0.${serial}`,
    parent: '4121.0.2',
    name: '7f30',
    lineage: 'app/games/7f30',
    incarnation,
    ...more,
  });
}

const ended = { status: 'exited', endedAt: 5 } as const;
const games = () => tree.shape().children.get('4121.0.2');

test('events of one frame are applied together, and each row hears of itself alone', () => {
  snapshot(gameTree(3));
  const heard: string[] = [];
  for (const id of ['4121.0.3', '4121.0.4']) tree.onNode(id, () => heard.push(id));
  tree.onShape(() => heard.push('shape'));
  const change = (backlog: number): TreeChange => ['~', '4121.0.3', { metrics: { backlog } }];
  for (const backlog of [7, 8]) {
    tree.receive({ delta: { from: revision, revision: ++revision, at: 0, changes: [change(backlog)] } });
  }
  expect([frames.length, heard]).toEqual([1, []]);
  frame();
  expect(heard).toEqual(['4121.0.3']);
  expect(tree.node('4121.0.3')?.metrics.backlog).toBe(8);
});

test('a form that changes all the time is told of once a second, but at once where somebody looks at what ended', () => {
  snapshot(gameTree(300));
  let told = 0;
  tree.onShape(() => told++);
  const endOf = (serial: number): TreeChange => ['~', `4121.0.${serial}`, ended];
  delta(endOf(3));
  expect(told).toBe(1);
  delta(...Array.from({ length: 250 }, (_, index) => endOf(10 + index)));
  delta(endOf(4));
  expect(told).toBe(1);
  // What was told of is what is worked with until then.
  const before = tree.shapeTold();
  expect(before).not.toBe(tree.shape());
  tree.tick();
  expect([told, tree.shapeTold()]).toEqual([2, tree.shape()]);
  tree.tick();
  expect(told).toBe(2);
  delta(...Array.from({ length: 30 }, (_, index) => endOf(265 + index)));
  expect(told).toBe(3);
  delta(...Array.from({ length: 250 }, (_, index): TreeChange => ['-', `4121.0.${10 + index}`]));
  expect(told).toBe(3);
  tree.onNode('4121.0.7', () => {});
  delta(endOf(7));
  expect(told).toBe(4);
});

test('a missed revision asks for a snapshot and changes nothing', () => {
  snapshot(gameTree(1));
  tree.receive({ delta: { from: 5, revision: 6, at: 0, changes: [['-', '4121.0.3']] } });
  frame();
  expect(askSnapshot).toHaveBeenCalledOnce();
  expect(games()).toEqual(['4121.0.3']);
});

describe('a successor', () => {
  test('stands where the one before it stood, its ghost below it, nothing else moves', () => {
    snapshot(gameTree(3));
    delta(['~', '4121.0.3', ended], ['+', game(9, 2)]);
    expect(games()).toEqual(['4121.0.9', '4121.0.3', '4121.0.4', '4121.0.5']);
    expect(tree.keyOf('4121.0.9')).toBe(tree.keyOf('4121.0.3'));
  });

  test('leaves one ghost at its place, the last', () => {
    snapshot(gameTree(2));
    delta(['~', '4121.0.3', ended], ['+', game(9, 2)]);
    delta(['~', '4121.0.9', ended], ['+', game(10, 3)]);
    expect(games()).toEqual(['4121.0.10', '4121.0.9', '4121.0.4']);
  });

  test('is followed by the selection, also when it comes later, and marked', () => {
    snapshot(gameTree(2));
    let place = chosen(NOWHERE, tree, '4121.0.3');
    delta(['~', '4121.0.3', ended]);
    place = followed(place, tree, 100);
    expect(place.selected?.id).toBe('4121.0.3');
    delta(['+', game(9, 2)]);
    place = followed(place, tree, 200);
    expect(place).toMatchObject({ selected: { id: '4121.0.9' }, arrived: { id: '4121.0.9', at: 200 } });
  });

  test('is not followed when the ghost itself was chosen', () => {
    snapshot(gameTree(2));
    delta(['~', '4121.0.3', ended], ['+', game(9, 2)]);
    const place = chosen(NOWHERE, tree, '4121.0.3');
    expect(followed(place, tree, 1)).toBe(place);
  });

  test('is found in a new epoch, where the same id may be somebody else', () => {
    snapshot(gameTree(2));
    const place = chosen(NOWHERE, tree, '4121.0.4');
    const key = place.selected!.key;
    // The other way round: 4121.0.4 is another game now.
    const [process, main, app, supervisor, first, second] = gameTree(2) as [
      TreeNode,
      TreeNode,
      TreeNode,
      TreeNode,
      TreeNode,
      TreeNode,
    ];
    revision = 1;
    snapshot(
      [process, main, app, supervisor, { ...second, id: first.id }, { ...first, id: second.id }],
      'e2',
    );
    expect(followed(place, tree, 1).selected).toMatchObject({ id: '4121.0.3', key });
    // Places keep their order over the epoch.
    expect(games()).toEqual(['4121.0.4', '4121.0.3']);
  });
});

test('two processes of one name side by side are two places; their successors too', () => {
  const fork = (id: string, more: Partial<TreeNode> = {}) =>
    aNode({
      id,
      parent: '4121',
      kind: 'process',
      host: null,
      name: 'worker.js',
      lineage: 'process:worker.js',
      ...more,
    });
  snapshot([...gameTree(0), fork('5001'), fork('5002')]);
  expect(tree.keyOf('5001')).not.toBe(tree.keyOf('5002'));
  delta(['~', '5001', ended], ['+', fork('5003', { incarnation: 2 })]);
  expect(tree.keyOf('5003')).toBe(tree.keyOf('5001'));
});

test('of places where nothing lives any more the last three are shown', () => {
  snapshot(gameTree(6));
  delta(
    ...[3, 4, 5, 6, 7].map(
      (serial): TreeChange => ['~', `4121.0.${serial}`, { status: 'exited', endedAt: serial }],
    ),
  );
  expect(games()).toEqual(['4121.0.5', '4121.0.6', '4121.0.7', '4121.0.8']);
});

test('to reveal a node opens what is above it, and nothing else', () => {
  snapshot(gameTree(2));
  const { open } = revealed(NOWHERE, tree, '4121.0.3');
  expect([...open.keys()].sort()).toEqual(
    ['4121', '4121.0', '4121.0.1', '4121.0.2'].map((id) => tree.keyOf(id)).sort(),
  );
});
