import type { Levels } from './levels.ts';

/** What of the tree is in the window: leaves `from` to `until` over so many pixels, and which levels. */
export interface Window {
  from: number;
  until: number;
  height: number;
  firstLevel: number;
  lastLevel: number;
  /** Pixels below which neighbours become one block. */
  least: number;
}

/** Rectangles to paint, level after level, each from the top down. Written anew by each layout. */
export class Blocks {
  length = 0;
  /** Positions from `position` to below `until`: one node, or neighbours that are too small to be told apart. */
  position = new Int32Array(4096);
  until = new Int32Array(4096);
  level = new Uint16Array(4096);
  /** Pixels, whole ones. */
  top = new Int32Array(4096);
  bottom = new Int32Array(4096);
  /** The worst that is in it or below it. */
  worst = new Uint8Array(4096);

  add(levels: Levels, window: Window, position: number, until: number, level: number): void {
    if (this.length === this.position.length) this.#grow();
    const at = this.length++;
    const scale = window.height / (window.until - window.from);
    const last = until - 1;
    const top = (levels.start[position]! - window.from) * scale;
    const bottom = (levels.start[last]! + levels.leaves[last]! - window.from) * scale;
    this.position[at] = position;
    this.until[at] = until;
    this.level[at] = level;
    // Far out of the window nothing is told from its edge, and figures stay whole.
    this.top[at] = Math.round(Math.max(top, -window.height));
    this.bottom[at] = Math.max(Math.round(Math.min(bottom, 2 * window.height)), this.top[at]! + 1);
    this.worst[at] = until - position === 1 ? levels.worst[position]! : levels.peaks.within(position, until);
  }

  /** The block at a point; -1: none. */
  find(level: number, y: number): number {
    for (let at = 0; at < this.length; at++) {
      if (this.level[at] === level && this.top[at]! <= y && y < this.bottom[at]!) return at;
    }
    return -1;
  }

  #grow(): void {
    const size = 2 * this.position.length;
    for (const name of ['position', 'until', 'top', 'bottom'] as const) {
      const larger = new Int32Array(size);
      larger.set(this[name]);
      this[name] = larger;
    }
    const level = new Uint16Array(size);
    level.set(this.level);
    this.level = level;
    const worst = new Uint8Array(size);
    worst.set(this.worst);
    this.worst = worst;
  }
}

/**
 * Lays out what is in the window. It halves its way to the first block of each level and from sliver to sliver, so
 * it takes as long as there are pixels and not as there are nodes.
 */
export function layOut(levels: Levels, window: Window, into: Blocks): void {
  into.length = 0;
  const leavesOfLeast = (window.least * (window.until - window.from)) / window.height;
  const { start, leaves, levelAt } = levels;
  for (let level = window.firstLevel; level <= window.lastLevel; level++) {
    const end = levelAt[level + 1]!;
    const until = firstFrom(start, window.until, levelAt[level]!, end);
    // What begins before the window may reach into it.
    let at = Math.max(levelAt[level]!, firstFrom(start, window.from, levelAt[level]!, end) - 1);
    if (at < until && start[at]! + leaves[at]! <= window.from) at += 1;
    while (at < until) {
      const next = leaves[at]! >= leavesOfLeast ? at + 1 : endOfSlivers(levels, at, until, leavesOfLeast);
      into.add(levels, window, at, next, level);
      at = next;
    }
  }
}

/** Slivers are taken together until they are large enough to be seen, or one comes that is by itself. */
function endOfSlivers({ start, leaves }: Levels, at: number, until: number, least: number): number {
  const next = firstFrom(start, start[at]! + least, at + 1, until);
  return next - 1 > at && leaves[next - 1]! >= least ? next - 1 : next;
}

/** The first position between `low` and `high` that starts at `leaf` or after it; `high` where none does. */
export function firstFrom(start: Uint32Array, leaf: number, low: number, high: number): number {
  let from = low;
  let to = high;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (start[middle]! < leaf) from = middle + 1;
    else to = middle;
  }
  return from;
}
