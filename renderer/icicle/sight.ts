import type { Levels } from './levels.ts';

/** The part of the focus that is in the window, in shares of its height: 0 to 1 is all of it. */
export interface Sight {
  from: number;
  until: number;
}

export const WHOLE: Sight = { from: 0, until: 1 };

/** Zooms by `factor` around a point of the window (0 top, 1 bottom); `least` is the smallest share that is shown. */
export function zoomed({ from, until }: Sight, factor: number, at: number, least: number): Sight {
  const share = Math.min(1, Math.max(Math.min(1, least), (until - from) / factor));
  const point = from + at * (until - from);
  return within(point - at * share, share);
}

/** Moves by so many windows. */
export function moved({ from, until }: Sight, by: number): Sight {
  return within(from + by * (until - from), until - from);
}

/** Moved as little as needed so that this share is in sight, with some of its neighbours. */
export function holding(sight: Sight, from: number, until: number): Sight {
  const share = sight.until - sight.from;
  const margin = Math.min(share / 8, Math.max(0, (share - (until - from)) / 2));
  if (from - margin < sight.from) return within(from - margin, share);
  if (until + margin > sight.until) return within(Math.min(from - margin, until + margin - share), share);
  return sight;
}

function within(from: number, share: number): Sight {
  const start = Math.max(0, Math.min(1 - share, from));
  return { from: start, until: start + share };
}

/** No column is narrower: names would not be read. */
const LEAST_COLUMN = 76;
/** A leaf need not be higher than a line or two. */
const MOST_LEAF = 40;

/** What is painted: leaves over the height, levels over the width. In pixels of the page. */
export interface Frame {
  from: number;
  until: number;
  /** The level at the left edge before `left`; between two while one moves to another. */
  level: number;
  column: number;
  left: number;
}

export interface Size {
  width: number;
  height: number;
  /** Of the width, at its right, what something else lies over. */
  covered?: number;
}

/** The frame that shows a focus: all its levels where they have room, else as many as can be read. */
export function frameOf(
  levels: Levels,
  focus: number,
  sight: Sight,
  left: number,
  size: Size,
  leastColumn = LEAST_COLUMN,
): Frame {
  const leaves = levels.leaves[focus]!;
  const start = levels.start[focus]!;
  const level = Math.max(1, levels.level[focus]!);
  const deep = depthOf(levels, focus) - level + 1;
  const column = Math.max(leastColumn, size.width / Math.max(1, deep));
  return {
    from: start + sight.from * leaves,
    until: start + sight.until * leaves,
    level,
    column,
    left: Math.max(0, Math.min(left, column * deep - size.width + (size.covered ?? 0))),
  };
}

/** The smallest share of a focus that makes sense to show. */
export function leastShare(levels: Levels, focus: number, height: number): number {
  return height / MOST_LEAF / levels.leaves[focus]!;
}

/** The last level that hangs below a position. */
export function depthOf({ first, level }: Levels, position: number): number {
  let from = position;
  let until = position + 1;
  let deepest = level[position]!;
  while (first[from]! < first[until]!) {
    from = first[from]!;
    until = first[until]!;
    deepest += 1;
  }
  return deepest;
}

/** Between two frames, `part` of the way. */
export function between(one: Frame, other: Frame, part: number): Frame {
  const mix = (a: number, b: number) => a + (b - a) * part;
  return {
    from: mix(one.from, other.from),
    until: mix(one.until, other.until),
    level: mix(one.level, other.level),
    column: mix(one.column, other.column),
    left: mix(one.left, other.left),
  };
}
