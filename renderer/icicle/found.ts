import type { Levels } from './levels.ts';
import { Peaks } from './peaks.ts';

/** Tells of a range of positions whether it, or anything below it, is among those that were found. */
export function foundWithin(
  { count, parent }: Levels,
  positions: Iterable<number>,
): (from: number, until: number) => boolean {
  const marks = new Uint8Array(count);
  for (const found of positions) {
    for (let at = found; at > 0 && marks[at] === 0; at = parent[at]!) marks[at] = 1;
  }
  const peaks = new Peaks(count);
  peaks.set(marks, count);
  return (from, until) => peaks.within(from, until) === 1;
}
