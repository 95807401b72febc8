import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type NodeStatus, STATUS_RANKS } from '../../protocol/tree.ts';
import { foundWithin } from '../../renderer/icicle/found.ts';
import { Blocks, layOut, type Window } from '../../renderer/icicle/layout.ts';
import { judge, type Levels, lastLevel, levelsOf, type Rows } from '../../renderer/icicle/levels.ts';
import { Peaks } from '../../renderer/icicle/peaks.ts';
import { frameOf, holding, moved, WHOLE, zoomed } from '../../renderer/icicle/sight.ts';
import { pathOf, stepOf, worstOf } from '../../renderer/icicle/steps.ts';
import { rowsOf as rowsOfTree } from '../../renderer/icicle/tree-rows.ts';
import { TROUBLE, troubleOf, troubleOfEnd } from '../../renderer/icicle/trouble.ts';
import { TreeStore } from '../../renderer/store/tree-store.ts';
import { aNode, gameTree, snapshotOf } from '../support/tree-data.ts';

/** Row 0 and on; each names the row above it, -1 for a root. */
function rowsOf(parents: readonly number[], trouble: readonly number[] = []): Rows {
  const below = new Map<number, number[]>();
  for (const [row, parent] of parents.entries()) {
    const siblings = below.get(parent);
    if (siblings) siblings.push(row);
    else below.set(parent, [row]);
  }
  return {
    size: parents.length,
    childrenOf: (row) => below.get(row) ?? [],
    troubleOf: (row) => trouble[row] ?? TROUBLE.none,
  };
}

const someRows = fc
  .array(fc.tuple(fc.nat(), fc.constantFrom(0, 0, 0, 0, 1, 2, 3, 4)), { minLength: 1, maxLength: 300 })
  .map((drawn) =>
    rowsOf(
      drawn.map(([parent], row) => (row === 0 ? -1 : parent % row)),
      drawn.map(([, trouble]) => trouble),
    ),
  );

function blocksOf(levels: Levels, window: Partial<Window> = {}) {
  const blocks = new Blocks();
  const all = { from: 0, until: levels.leaves[0]!, height: 400, firstLevel: 1, least: 3 };
  layOut(levels, { ...all, lastLevel: lastLevel(levels), ...window }, blocks);
  return Array.from({ length: blocks.length }, (_, at) => ({
    from: blocks.position[at]!,
    until: blocks.until[at]!,
    level: blocks.level[at]!,
    top: blocks.top[at]!,
    bottom: blocks.bottom[at]!,
    worst: blocks.worst[at]!,
  }));
}

describe('levels', () => {
  test('children of neighbours are neighbours, and a node begins where its first child does', () => {
    //   0 ─ 1 ─ 3, 4      2 ─ 5
    const levels = levelsOf(rowsOf([-1, 0, 0, 1, 1, 2], [0, 0, 0, 0, 4, 0]));
    expect([...levels.row.subarray(1, levels.count)]).toEqual([0, 1, 2, 3, 4, 5]);
    expect(levels.levelAt).toEqual([0, 1, 2, 4, 7]);
    expect([...levels.leaves.subarray(0, 7)]).toEqual([3, 3, 2, 1, 1, 1, 1]);
    expect([...levels.start.subarray(0, 7)]).toEqual([0, 0, 0, 2, 0, 1, 2]);
    expect([...levels.below.subarray(0, 7)]).toEqual([6, 5, 2, 1, 0, 0, 0]);
    expect([...levels.worst.subarray(0, 7)]).toEqual([4, 4, 4, 0, 0, 4, 0]);
    expect([...levels.troubled.subarray(0, 7)]).toEqual([1, 1, 1, 0, 0, 0, 0]);
  });

  test('a tree without a node is one without blocks', () => {
    const levels = levelsOf(rowsOf([]));
    expect(levels.count).toBe(1);
    expect(blocksOf(levels)).toEqual([]);
  });

  test('what changes in status alone is taken in without a new form', () => {
    const levels = levelsOf(rowsOf([-1, 0, 0]));
    judge(levels, { troubleOf: (row) => (row === 2 ? TROUBLE.warn : TROUBLE.none) });
    expect([...levels.worst.subarray(0, 4)]).toEqual([3, 3, 0, 3]);
    judge(levels, { troubleOf: () => TROUBLE.none });
    expect([...levels.worst.subarray(0, 4)]).toEqual([0, 0, 0, 0]);
    expect([...levels.troubled.subarray(0, 4)]).toEqual([0, 0, 0, 0]);
  });
});

test('of a tree what lives is shown, and of ghosts those whose place nobody has taken', () => {
  const dead = { status: 'exited' as const, endedAt: 1 };
  const nodes = [
    ...gameTree(2),
    aNode({ id: 'a1', parent: '4121.0.2', name: 'a', lineage: 'app/games/a', ...dead, exitReason: 'Error' }),
    aNode({ id: 'a2', parent: '4121.0.2', name: 'a', lineage: 'app/games/a', incarnation: 2 }),
    aNode({ id: 'b1', parent: '4121.0.2', name: 'b', lineage: 'app/games/b', ...dead, exitReason: 'Error' }),
  ];
  const tree = new TreeStore(
    () => {},
    (commit) => commit(),
  );
  tree.receive({ snapshot: snapshotOf(nodes) });
  const columns = tree.columns();
  const shown = (hasGhosts: boolean) => {
    const levels = levelsOf(rowsOfTree(tree, hasGhosts));
    return [...levels.row.subarray(1, levels.count)].map((slot) => columns.idAt(slot));
  };
  expect(shown(true).slice(0, 4)).toEqual(['4121', '4121.0', '4121.0.1', '4121.0.2']);
  expect(shown(true).slice(4).sort()).toEqual(['4121.0.3', '4121.0.4', 'a2', 'b1']);
  expect(shown(false).slice(4).sort()).toEqual(['4121.0.3', '4121.0.4', 'a2']);
  expect(levelsOf(rowsOfTree(tree, true)).worst[1]).toBe(TROUBLE.bad);
  expect(levelsOf(rowsOfTree(tree, false)).worst[1]).toBe(TROUBLE.none);
});

test('the largest of any range', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 5000 }), fc.nat(), fc.nat(), (figures, a, b) => {
      const peaks = new Peaks(figures.length + 10);
      peaks.set(figures, figures.length);
      const [from, until] = [a % figures.length, b % (figures.length + 1)];
      expect(peaks.within(from, until)).toBe(Math.max(0, ...figures.slice(from, until)));
    }),
  );
});

describe('layout', () => {
  test('children lie within their parent, neighbours do not meet, and all of the window is there', () => {
    fc.assert(
      fc.property(someRows, fc.integer({ min: 20, max: 2000 }), (rows, height) => {
        const levels = levelsOf(rows);
        const blocks = blocksOf(levels, { height });
        const singles = new Map(blocks.filter((b) => b.until - b.from === 1).map((b) => [b.from, b]));
        let covered = 0;
        for (const block of blocks) {
          covered += block.until - block.from;
          const parent = singles.get(levels.parent[block.from]!);
          if (block.until - block.from === 1 && parent) {
            expect(block.top).toBeGreaterThanOrEqual(parent.top);
            // What rounds to nothing is a pixel all the same.
            expect(block.bottom).toBeLessThanOrEqual(Math.max(parent.bottom, block.top + 1));
          }
        }
        expect(covered).toBe(levels.count - 1);
        for (const [index, block] of blocks.slice(1).entries()) {
          const before = blocks[index]!;
          if (before.level !== block.level || before.bottom - before.top === 1) continue;
          expect(block.top).toBeGreaterThanOrEqual(before.bottom);
        }
      }),
    );
  });

  test('nothing in trouble disappears: a block that holds it, however small, has its colour', () => {
    fc.assert(
      fc.property(someRows, fc.integer({ min: 1, max: 40 }), (rows, height) => {
        const levels = levelsOf(rows);
        const blocks = blocksOf(levels, { height });
        for (let at = 1; at < levels.count; at++) {
          const holder = blocks.find(({ from, until }) => from <= at && at < until);
          expect(holder?.worst).toBeGreaterThanOrEqual(levels.worst[at]!);
          expect(holder!.bottom).toBeGreaterThan(holder!.top);
        }
      }),
    );
  });

  test('a failed one of 100,000 colours its block and all above it', () => {
    const parents = Array.from({ length: 100_000 }, (_, row) => (row === 0 ? -1 : 0));
    const trouble: number[] = [];
    trouble[77_777] = TROUBLE.bad;
    const blocks = blocksOf(levelsOf(rowsOf(parents, trouble)), { height: 800 });
    expect(blocks.filter(({ worst }) => worst === TROUBLE.bad).map(({ level }) => level)).toEqual([1, 2]);
    const [, holder] = blocks.filter(({ worst }) => worst === TROUBLE.bad);
    expect(holder!.top).toBeGreaterThan(615);
    expect(holder!.bottom).toBeLessThan(630);
  });

  test('there are as many blocks as there are pixels, not as there are nodes', () => {
    for (const nodes of [1000, 10_000, 100_000]) {
      const parents = Array.from({ length: nodes }, (_, row) => Math.floor((row - 1) / 10));
      const levels = levelsOf(rowsOf(parents));
      const blocks = blocksOf(levels, { height: 800 });
      expect(blocks.length).toBeLessThanOrEqual((2 * 800 * lastLevel(levels)) / 3 + nodes / 10);
      expect(blocks.length).toBeLessThan(2200);
    }
  });

  test('a part of the tree shows what reaches into it and nothing else', () => {
    fc.assert(
      fc.property(someRows, fc.nat(), fc.nat(), (rows, a, b) => {
        const levels = levelsOf(rows);
        const leaves = levels.leaves[0]!;
        const from = a % leaves;
        const until = from + 1 + (b % (leaves - from));
        const shown = blocksOf(levels, { from, until, height: 20_000 });
        const expected: number[] = [];
        for (let at = 1; at < levels.count; at++) {
          if (levels.start[at]! < until && levels.start[at]! + levels.leaves[at]! > from) expected.push(at);
        }
        expect(shown.flatMap((block) => range(block.from, block.until))).toEqual(expected);
      }),
    );
  });
});

describe('sight', () => {
  test('zooms around a point, which stays where it is, and never past the whole', () => {
    const near = zoomed(WHOLE, 4, 0.5, 0.001);
    expect(near).toEqual({ from: 0.375, until: 0.625 });
    expect(zoomed(near, 1 / 1000, 0.2, 0.001)).toEqual(WHOLE);
    const nearest = zoomed(near, 1e9, 1, 0.01);
    expect(nearest.until - nearest.from).toBeCloseTo(0.01);
    expect(nearest.until).toBeCloseTo(0.625);
    expect(zoomed(WHOLE, 2, 0.5, 5)).toEqual(WHOLE);
  });

  test('moves to the edge and no further', () => {
    expect(moved({ from: 0.5, until: 0.75 }, 9)).toEqual({ from: 0.75, until: 1 });
    expect(moved({ from: 0.5, until: 0.75 }, -9)).toEqual({ from: 0, until: 0.25 });
  });

  test('moves no more than it must to hold what is chosen', () => {
    const sight = { from: 0.4, until: 0.6 };
    expect(holding(sight, 0.5, 0.51)).toBe(sight);
    const up = holding(sight, 0.2, 0.21);
    expect(up.from).toBeLessThan(0.2);
    expect(up.until - up.from).toBeCloseTo(0.2);
    expect(holding(sight, 0.8, 0.81).until).toBeGreaterThan(0.81);
    const larger = holding(sight, 0.1, 0.9);
    expect(larger.from).toBeCloseTo(0.1);
  });

  test('a frame has all levels of its focus where they have room', () => {
    const levels = levelsOf(rowsOf([-1, 0, 1, 2, 3, 4, 5, 6]));
    const wide = frameOf(levels, 0, WHOLE, 50, { width: 1600, height: 800 });
    expect(wide).toEqual({ from: 0, until: 1, level: 1, column: 200, left: 0 });
    const narrow = frameOf(levels, 0, WHOLE, 1e6, { width: 400, height: 800 });
    expect(narrow.left).toBe(8 * narrow.column - 400);
    expect(frameOf(levels, 5, WHOLE, 0, { width: 800, height: 800 })).toMatchObject({
      level: 5,
      column: 200,
    });
  });
});

test('keys go among siblings and on to their neighbours, to the parent, to the child', () => {
  const levels = levelsOf(rowsOf([-1, 0, 0, 1, 1, 2]));
  const step = (at: number, key: string) => stepOf(levels, at, key);
  expect(step(2, 'ArrowDown')).toBe(3);
  expect(step(5, 'ArrowDown')).toBe(6);
  expect(step(6, 'ArrowDown')).toBeNull();
  expect(step(4, 'ArrowUp')).toBeNull();
  expect(step(2, 'ArrowRight')).toBe(4);
  expect(step(4, 'ArrowRight')).toBeNull();
  expect(step(4, 'ArrowLeft')).toBe(2);
  expect(step(1, 'ArrowLeft')).toBeNull();
  expect(step(4, 'End')).toBe(5);
  expect(step(5, 'Home')).toBe(4);
  expect(step(5, 'x')).toBeNull();
  expect(pathOf(levels, 6)).toEqual([1, 3, 6]);
  expect(pathOf(levels, 0)).toEqual([]);
});

test('a press on many chooses the worst of them', () => {
  const levels = levelsOf(rowsOf([-1, 0, 0, 0, 0], [0, 0, 3, 4, 4]));
  expect(worstOf(levels, 2, 6)).toBe(4);
  expect(worstOf(levels, 2, 4)).toBe(3);
});

test('what was found shines through what is above it', () => {
  const levels = levelsOf(rowsOf([-1, 0, 0, 1, 1, 2]));
  const isFound = foundWithin(levels, [5]);
  const lit = range(1, levels.count).filter((at) => isFound(at, at + 1));
  expect(lit).toEqual([1, 2, 5]);
  expect(isFound(3, 5)).toBe(false);
  expect(isFound(3, 6)).toBe(true);
});

test('failed outranks stopped, and an end in order is no trouble', () => {
  const ofStatus = (status: NodeStatus) => troubleOf(STATUS_RANKS.indexOf(status));
  expect(ofStatus('running')).toBe(TROUBLE.none);
  expect(ofStatus('restarting')).toBe(TROUBLE.warn);
  expect(ofStatus('blocked')).toBe(TROUBLE.bad);
  expect(troubleOfEnd({ exitReason: 'shutdown (by a person)' })).toBe(TROUBLE.ended);
  expect(troubleOfEnd({ exitReason: 'Error: no' })).toBe(TROUBLE.bad);
  expect(TROUBLE.bad).toBeGreaterThan(TROUBLE.ended);
});

function range(from: number, until: number): number[] {
  return Array.from({ length: until - from }, (_, index) => from + index);
}
