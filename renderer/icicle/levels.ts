import { Peaks } from './peaks.ts';
import { COUNTED_FROM } from './trouble.ts';

/** A tree by rows of figures, as whoever holds it numbers them. */
export interface Rows {
  /** Every row is below this. */
  size: number;
  /** The rows below one, in the order shown; -1: the roots. */
  childrenOf(row: number): ArrayLike<number>;
  /** How much a row by itself asks for attention (trouble.ts). */
  troubleOf(row: number): number;
}

/**
 * A tree level by level: the children of neighbours are neighbours, and leaves are counted from the first to the last.
 * So what lies within some pixels of a level is one range of positions, found by halving.
 *
 * ```
 * position   0          1      2      3   4   5   6
 *            all        a      b      a1  a2  b1  b2        start:  0 | 0 2 | 0 1 2 3
 *            ─────────  ────────────  ────────────────      leaves: 4 | 2 2 | 1 1 1 1
 * ```
 * Position 0 stands over the roots and is no node.
 */
export interface Levels {
  /** Positions, the one over the roots with them. */
  count: number;
  /** Where each level begins, and after the last the count. */
  levelAt: number[];
  row: Int32Array;
  parent: Int32Array;
  /** Children of `at` are from `first[at]` to below `first[at + 1]`. */
  first: Int32Array;
  /** Leaves before it, and its own: a leaf has itself. */
  start: Uint32Array;
  leaves: Uint32Array;
  /** Nodes below it. */
  below: Uint32Array;
  level: Uint16Array;
  own: Uint8Array;
  /** The worst of itself and all below. */
  worst: Uint8Array;
  /** How many below it are in trouble. */
  troubled: Uint32Array;
  /** The worst within any range of positions. */
  peaks: Peaks;
  /** By row; -1: not there. */
  positionOf: Int32Array;
}

export function levelsOf(rows: Rows): Levels {
  const most = rows.size + 1;
  const levels: Levels = {
    count: 1,
    levelAt: [0, 1],
    row: new Int32Array(most).fill(-1),
    parent: new Int32Array(most).fill(-1),
    first: new Int32Array(most + 1),
    start: new Uint32Array(most),
    leaves: new Uint32Array(most),
    below: new Uint32Array(most),
    level: new Uint16Array(most),
    own: new Uint8Array(most),
    worst: new Uint8Array(most),
    troubled: new Uint32Array(most),
    peaks: new Peaks(most),
    positionOf: new Int32Array(rows.size).fill(-1),
  };
  number(levels, rows);
  measure(levels);
  judge(levels, rows);
  return levels;
}

/** Takes in how things are now, where only that changed and not the tree's form. */
export function judge(levels: Levels, rows: Pick<Rows, 'troubleOf'>): void {
  const { count, row, parent, own, worst, troubled, peaks } = levels;
  troubled.fill(0, 0, count);
  for (let at = 1; at < count; at++) {
    const trouble = rows.troubleOf(row[at]!);
    own[at] = trouble;
    worst[at] = trouble;
  }
  worst[0] = 0;
  for (let at = count - 1; at > 0; at--) {
    const above = parent[at]!;
    if (worst[at]! > worst[above]!) worst[above] = worst[at]!;
    troubled[above] = troubled[above]! + troubled[at]! + (own[at]! >= COUNTED_FROM ? 1 : 0);
  }
  peaks.set(worst, count);
}

/** The levels that have something at or below this one. */
export function lastLevel(levels: Levels): number {
  return levels.levelAt.length - 2;
}

/** Gives each row its position, level after level. */
function number(levels: Levels, rows: Rows): void {
  const { row, parent, first, level, positionOf, levelAt } = levels;
  let end = 1;
  for (let at = 0; at < end; at++) {
    if (at === levelAt.at(-1)) levelAt.push(end);
    const children = rows.childrenOf(row[at]!);
    first[at] = end;
    for (let index = 0; index < children.length; index++) {
      const child = children[index]!;
      row[end] = child;
      parent[end] = at;
      level[end] = level[at]! + 1;
      positionOf[child] = end;
      end += 1;
    }
  }
  first[end] = end;
  levels.count = end;
  if (levelAt.at(-1) !== end) levelAt.push(end);
}

/** Counts what is below from the last level up, and what is before from the first down. */
function measure({ count, parent, first, start, leaves, below }: Levels): void {
  for (let at = count - 1; at >= 0; at--) {
    if (first[at] === first[at + 1]) leaves[at] = 1;
    if (at === 0) continue;
    const above = parent[at]!;
    leaves[above] = leaves[above]! + leaves[at]!;
    below[above] = below[above]! + below[at]! + 1;
  }
  for (let at = 0; at < count; at++) {
    let before = start[at]!;
    for (let child = first[at]!; child < first[at + 1]!; child++) {
      start[child] = before;
      before += leaves[child]!;
    }
  }
}
