import { firstFrom } from './layout.ts';
import type { Levels } from './levels.ts';

/** Where a key leads from a position; null: nowhere. Up and down go on past the last sibling to the next on the same level. */
export function stepOf(levels: Levels, at: number, key: string): number | null {
  const { parent, first, level, levelAt } = levels;
  const above = parent[at]!;
  switch (key) {
    case 'ArrowDown':
      return at + 1 < levelAt[level[at]! + 1]! ? at + 1 : null;
    case 'ArrowUp':
      return at > levelAt[level[at]!]! ? at - 1 : null;
    case 'ArrowRight':
      return first[at]! < first[at + 1]! ? first[at]! : null;
    case 'ArrowLeft':
      return above > 0 ? above : null;
    case 'Home':
      return first[above]!;
    case 'End':
      return first[above + 1]! - 1;
    default:
      return null;
  }
}

/** Who has a leaf on a level, or nearest above it where its branch does not reach so deep. */
export function holderOf({ start, leaves, levelAt }: Levels, level: number, leaf: number): number {
  for (let each = level; each > 0; each--) {
    const at = firstFrom(start, leaf + 1, levelAt[each]!, levelAt[each + 1]!) - 1;
    if (at >= levelAt[each]! && leaf < start[at]! + leaves[at]!) return at;
  }
  return 0;
}

/** The next on the same level that has something below it, downwards (1) or upwards (-1); null: none. */
export function branchBeside({ first, level, levelAt }: Levels, at: number, by: 1 | -1): number | null {
  const [from, until] = [levelAt[level[at]!]!, levelAt[level[at]! + 1]!];
  for (let each = at + by; each >= from && each < until; each += by) {
    if (first[each]! < first[each + 1]!) return each;
  }
  return null;
}

/** The position itself and those above it, outermost first, without the one over the roots. */
export function pathOf({ parent }: Levels, at: number): number[] {
  const path: number[] = [];
  for (let each = at; each > 0; each = parent[each]!) path.unshift(each);
  return path;
}

/** What of a range is worst, the first of them: where somebody should look. */
export function worstOf({ worst, peaks }: Levels, from: number, until: number): number {
  const most = peaks.within(from, until);
  for (let at = from; at < until; at++) if (worst[at] === most) return at;
  return from;
}
