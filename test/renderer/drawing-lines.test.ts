import { expect, test } from 'vitest';
import type { TreeNode } from '../../protocol/tree.ts';
import { Lines } from '../../renderer/store/lines.ts';
import { pathTo } from '../../renderer/store/place.ts';
import type { Row } from '../../renderer/store/rows.ts';
import { TreeStore } from '../../renderer/store/tree-store.ts';
import { branchesOf, folded, isSameDrawing, type Places } from '../../renderer/tree/drawing-branches.ts';
import { fewLines } from '../../renderer/tree/drawing-lines.ts';
import { aNode, gameTree, snapshotOf } from '../support/tree-data.ts';

function linesOf(nodes: TreeNode[]): { lines: Lines; tree: TreeStore } {
  const tree = new TreeStore(
    () => {},
    (commit) => commit(),
  );
  tree.receive({ snapshot: snapshotOf(nodes) });
  const lines = new Lines(tree, { hasGhosts: true, isMatch: null, openUpTo: 1000, order: null });
  for (const _ of lines.build());
  return { lines, tree };
}

const isReplaced = (id: string) => id.endsWith('old');
const places: Places = { keyOf: (id) => id, nameOf: (id) => id, isHeld: () => false, isReplaced };

/** Four levels of supervisors, some with more children than a drawing takes, with ghosts among them. */
function wide(): TreeNode[] {
  const nodes = gameTree(40);
  for (let serial = 0; serial < 30; serial++) {
    const id = `s${serial}`;
    nodes.push(aNode({ id, parent: '4121.0.1', kind: 'supervisor', host: null, lineage: `app/${id}` }));
    for (let child = 0; child < serial; child++) {
      const lineage = `app/${id}/${child}`;
      nodes.push(aNode({ id: `${id}.${child}`, parent: id, lineage, incarnation: 2 }));
      if (child % 4 === 0)
        nodes.push(aNode({ id: `${id}.${child}.old`, parent: id, lineage, status: 'exited', endedAt: 1 }));
    }
  }
  return nodes;
}

test.each([
  [2000, null],
  [60, null],
  [60, 's29.27'],
  [2000, 's29.4.old'],
  [2000, '4121.0.42'],
])('with room for %d boxes, %s being selected, few lines draw what all of them would', (most, selected) => {
  const { lines, tree } = linesOf(wide());
  const way = new Set(selected === null ? [] : pathTo(tree, selected));
  const capOf = () => 12;
  const isLeftOut = (id: string) => id !== selected && isReplaced(id);
  const few = fewLines(lines, { capOf, most, selected, way, isLeftOut });
  const draw = (rows: Iterable<Row>) => folded(branchesOf(rows, places, selected), capOf, selected, most);
  const drawn = folded(branchesOf(few.rows, places, selected, few.more), capOf, selected, most);
  expect(few.rows.length).toBeLessThan([...lines].length);
  expect(isSameDrawing(drawn, draw(lines))).toBe(true);
  expect(drawn).not.toEqual([]);
});

test('what is closed is not gone through, however much it is', () => {
  const { lines } = linesOf(gameTree(5000));
  const few = fewLines(lines, {
    capOf: () => 12,
    most: 2000,
    selected: null,
    way: new Set<string>(),
    isLeftOut: () => false,
  });
  expect(few.rows.map(({ id }) => id)).toEqual(['4121', '4121.0', '4121.0.1', '4121.0.2']);
  expect(few.more.size).toBe(0);
});
