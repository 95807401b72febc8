import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { NodeStatus, TreeNode } from '../../protocol/tree.ts';
import { TROUBLE, troubleOf, troubleOfEnd } from '../../renderer/icicle/trouble.ts';
import { Lines, type LinesOptions } from '../../renderer/store/lines.ts';
import { rankOf } from '../../renderer/store/tree-columns.ts';
import { TreeStore } from '../../renderer/store/tree-store.ts';
import { endsOf, worstAlong } from '../../renderer/tree/worst-along.ts';
import { aNode, gameTree, snapshotOf } from '../support/tree-data.ts';

function storeOf(nodes: TreeNode[]): TreeStore {
  const tree = new TreeStore(
    () => {},
    (commit) => commit(),
  );
  tree.receive({ snapshot: snapshotOf(nodes) });
  return tree;
}

function linesOf(tree: TreeStore, options: Partial<LinesOptions> = {}, closed: string[] = []): Lines {
  const lines = new Lines(tree, { hasGhosts: true, isMatch: null, openUpTo: 1e6, order: null, ...options });
  lines.open(new Map(closed.map((id) => [tree.keyOf(id)!, false])));
  for (const _ of lines.build());
  return lines;
}

function ruler(tree: TreeStore, lines: Lines, stretches: number, from = 0, until = lines.length): number[] {
  const into = new Uint8Array(stretches);
  worstAlong(lines, tree.columns(), endsOf(tree), { from, until, into });
  return [...into];
}

/** The same as plainly as it can be said: every line is made, and all below each is gone through. */
function plainRuler(tree: TreeStore, lines: Lines, stretches: number, from: number, until: number): number[] {
  const found = Array<number>(stretches).fill(TROUBLE.none);
  const { hasGhosts, isMatch } = lines.options;
  const ofOne = (id: string): number => {
    const node = tree.node(id)!;
    const isOver = rankOf(node) === 0;
    const isLast = tree.newestAt(tree.keyOf(id)!)?.id === id;
    const trouble = !isOver ? troubleOf(rankOf(node)) : hasGhosts && isLast ? troubleOfEnd(node) : 0;
    return trouble >= TROUBLE.warn ? trouble : TROUBLE.none;
  };
  const ofAll = (id: string): number =>
    Math.max(ofOne(id), ...(tree.shape().children.get(id) ?? []).map((child) => ofAll(child)));
  for (let line = from; line < until; line++) {
    const { id, isOpen } = lines.at(line)!;
    const trouble = isOpen || isMatch !== null ? ofOne(id) : ofAll(id);
    const first = Math.floor(((line - from) * stretches) / (until - from));
    const end = Math.max(first + 1, Math.floor(((line + 1 - from) * stretches) / (until - from)));
    for (let at = first; at < end; at++) found[at] = Math.max(found[at]!, trouble);
  }
  return found;
}

test('what is wrong stands where its line does, one with many as with few', () => {
  const few = gameTree(6);
  few[6] = { ...few[6]!, status: 'blocked' };
  few[8] = { ...few[8]!, status: 'stale' };
  const tree = storeOf(few);
  expect(ruler(tree, linesOf(tree), 20)).toEqual([...'00000000000044003300'].map(Number));
  const many = gameTree(9996);
  many[5000] = { ...many[5000]!, status: 'blocked' };
  const large = storeOf(many);
  const found = ruler(large, linesOf(large), 100);
  expect(found.indexOf(TROUBLE.bad)).toBe(50);
  expect(found.filter((trouble) => trouble > 0)).toHaveLength(1);
});

test('a closed line stands for what is below it', () => {
  const nodes = gameTree(6);
  nodes[6] = { ...nodes[6]!, status: 'blocked' };
  const tree = storeOf(nodes);
  expect(ruler(tree, linesOf(tree, {}, ['4121.0.2']), 4)).toEqual([0, 0, 0, 4]);
  expect(ruler(tree, linesOf(tree, {}, ['4121']), 1)).toEqual([4]);
});

test('one that failed and has no successor is marked, one that ended in order or was replaced is not', () => {
  const nodes = gameTree(6);
  const over = { status: 'exited', endedAt: 5 } as const;
  nodes[5] = { ...nodes[5]!, ...over, exitReason: 'error: boom' };
  nodes[7] = { ...nodes[7]!, ...over, exitReason: 'normal' };
  nodes[9] = { ...nodes[9]!, ...over, exitReason: 'error: boom' };
  nodes.push({ ...nodes[9]!, ...aNode({ id: '4121.0.99' }), parent: '4121.0.2', incarnation: 2 });
  nodes[10] = { ...nodes[10]!, name: nodes[9]!.name, lineage: nodes[9]!.lineage };
  const tree = storeOf(nodes);
  const lines = linesOf(tree);
  const at = ruler(tree, lines, lines.length).indexOf(TROUBLE.bad);
  expect(lines.at(at)!.id).toBe(nodes[5]!.id);
  expect(ruler(tree, lines, lines.length).filter((each) => each > 0)).toHaveLength(1);
  expect(ruler(tree, linesOf(tree, { hasGhosts: false }), 5)).toEqual([0, 0, 0, 0, 0]);
});

const someStatus = fc.constantFrom<NodeStatus>(
  ...(['running', 'running', 'running', 'running', 'starting', 'suspended'] as const),
  ...(['restarting', 'stale', 'straggler', 'blocked', 'exited'] as const),
);

test('it says what going through all lines says: any tree, opened anyhow, any part of it, with and without a filter', () => {
  const drawn = fc.record({
    nodes: fc.array(fc.tuple(fc.nat(), someStatus, fc.boolean(), fc.boolean()), {
      minLength: 2,
      maxLength: 60,
    }),
    hasGhosts: fc.boolean(),
    isFiltered: fc.boolean(),
    stretches: fc.integer({ min: 1, max: 150 }),
    from: fc.nat(),
    until: fc.nat(),
  });
  fc.assert(
    fc.property(drawn, ({ nodes, hasGhosts, isFiltered, stretches, from, until }) => {
      const made = nodes.map(([above, status, isCrash], at) =>
        aNode({
          id: `n${at}`,
          parent: at === 0 ? null : `n${above % at}`,
          status,
          endedAt: status === 'exited' ? 5 : null,
          exitReason: status !== 'exited' ? null : isCrash ? 'error: boom' : 'normal',
        }),
      );
      const tree = storeOf(made);
      const closed = nodes.flatMap(([, , , isClosed], at) => (isClosed ? [`n${at}`] : []));
      const isMatch = isFiltered ? (node: TreeNode) => Number(node.id.slice(1)) % 2 === 1 : null;
      const lines = linesOf(tree, { hasGhosts, isMatch }, closed);
      if (lines.length === 0) return;
      const first = from % lines.length;
      const end = first + 1 + (until % (lines.length - first));
      expect(ruler(tree, lines, stretches, first, end)).toEqual(
        plainRuler(tree, lines, stretches, first, end),
      );
    }),
    { numRuns: 500 },
  );
});

test('a hundred thousand lines take less than a millisecond, also where all of them are in trouble', () => {
  for (const step of [100, 1]) {
    const nodes = gameTree(99_996).map((node, at) =>
      at > 3 && at % step === 0 ? { ...node, status: 'restarting' as const } : node,
    );
    const tree = storeOf(nodes);
    const lines = linesOf(tree);
    const tookMs = Array.from({ length: 50 }, () => {
      const since = performance.now();
      ruler(tree, lines, 400);
      return performance.now() - since;
    });
    // The quickest, and with slack: what else runs on the machine is not what is measured.
    expect(Math.min(...tookMs)).toBeLessThan(2);
  }
}, 30_000);
