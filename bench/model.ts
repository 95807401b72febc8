import type { TreeChange, TreeNode } from '../protocol/tree.ts';
import { Lines } from '../renderer/store/lines.ts';
import { TreeStore } from '../renderer/store/tree-store.ts';
import { aNode, gameTree, snapshotOf } from '../test/support/tree-data.ts';
import type { Figure } from './figures.ts';
import { median } from './stats.ts';

const NODES = 100_000;
/** What 1 % a second is in one beat (LIMITS.beatMs). */
const CHANGES = NODES / 100 / 4;
const COMMITS = 200;
const BUILDS = 5;

/** The window's tree of 100,000 nodes: what one beat of 1 % churn costs it, beside making it from nothing. */
export function measureModel(say: (line: string) => void): Figure[] {
  say(`the window's tree of ${NODES}`);
  const nodes = gameTree(NODES - 4);
  const builds: number[] = [];
  let held = made(nodes);
  for (let build = 0; build < BUILDS; build++) {
    const from = performance.now();
    held = made(nodes);
    builds.push(performance.now() - from);
  }
  const { tree, lines } = held;
  tree.onCommit((commit) => lines.update(commit));
  const games = nodes.slice(4).map(({ id }) => id);
  const commits: number[] = [];
  for (let commit = 1; commit <= COMMITS; commit++) {
    const changes = beat(tree, games, commit);
    const delta = { from: commit, revision: commit + 1, at: 0, changes };
    const from = performance.now();
    tree.receive({ delta });
    // And what a screen reads then.
    for (let line = 0; line < 50; line++) lines.at(NODES / 2 + line);
    commits.push(performance.now() - from);
  }
  return [
    {
      name: 'window: one beat of 1 % churn, the tree made anew',
      unit: 'ms',
      reference: median(builds),
      measured: median(commits),
      compare: 'ratio',
      budget: { max: 0.02 },
    },
  ];
}

function made(nodes: TreeNode[]): { tree: TreeStore; lines: Lines } {
  const tree = new TreeStore(
    () => {},
    (commit) => commit(),
  );
  tree.receive({ snapshot: snapshotOf(nodes) });
  const lines = new Lines(tree, { hasGhosts: true, isMatch: null, openUpTo: NODES, order: null });
  for (const _ of lines.build());
  return { tree, lines };
}

/** Two in five are births and deaths, half of them successors; the others are measured anew. */
function beat(tree: TreeStore, games: string[], round: number): TreeChange[] {
  const changes: TreeChange[] = [];
  for (let each = 0; each < CHANGES; each++) {
    // Spread over all of them, none twice.
    const at = (each * 397 + round * 7) % games.length;
    const node = tree.node(games[at]!)!;
    if (each % 5 > 1) {
      changes.push(['+', { ...node, metrics: { backlog: round } }]);
      continue;
    }
    const id = `${4121 + round}.${each}`;
    const successor = { ...node, id, incarnation: node.incarnation + 1 };
    const other = aNode({ id, parent: node.parent, name: id, lineage: `app/games/${id}` });
    changes.push(['-', node.id], ['+', each % 5 === 0 ? successor : other]);
    games[at] = id;
  }
  return changes;
}
