import { STATUS_RANKS } from '../../protocol/tree.ts';
import { TROUBLE, troubleOf, troubleOfEnd } from '../icicle/trouble.ts';
import type { Lines } from '../store/lines.ts';
import { TOP, type TreeColumns } from '../store/tree-columns.ts';
import type { TreeStore } from '../store/tree-store.ts';

const ENDED = STATUS_RANKS.indexOf('exited');
/** Ranks from here on are trouble. */
const TROUBLED = STATUS_RANKS.findIndex((_, rank) => troubleOf(rank) >= TROUBLE.warn);

/** What is asked of the tree beside its columns: how bad an end was, where nobody has taken the place. */
export type Ends = (slot: number) => number;

export function endsOf(tree: TreeStore): Ends {
  const columns = tree.columns();
  return (slot) => {
    const trouble = troubleOfEnd(columns.nodeAt(slot));
    if (trouble < TROUBLE.warn) return TROUBLE.none;
    return tree.newestAt(tree.keyAt(slot))?.id === columns.idAt(slot) ? trouble : TROUBLE.none;
  };
}

/**
 * The worst at each of so many equal stretches (`into`) of the lines `from` to below `until`: warn, bad, or none for what is
 * no trouble (icicle/trouble.ts). A closed line stands for all below it. Branches without trouble are passed over whole:
 * it takes as long as there is trouble, with its siblings.
 */
export function worstAlong(
  lines: Lines,
  columns: TreeColumns,
  endOf: Ends,
  { from, until, into }: { from: number; until: number; into: Uint8Array },
): void {
  into.fill(TROUBLE.none);
  const { worst, status, countOf, childrenOf } = columns;
  const { hasGhosts, isMatch } = lines.options;
  const scale = into.length / (until - from);
  const hasEnded = hasGhosts && countOf(TOP, ENDED) > 0;
  const worstOfAll = hasEnded ? TROUBLE.bad : troubleOf(worst[TOP]!);

  const put = (line: number, trouble: number): void => {
    if (trouble < TROUBLE.warn || line < from || line >= until) return;
    const first = Math.floor((line - from) * scale);
    const end = Math.max(first + 1, Math.floor((line + 1 - from) * scale));
    for (let at = first; at < end; at++) if (into[at]! < trouble) into[at] = trouble;
  };
  const own = (slot: number): number => {
    if (status[slot] !== ENDED) return troubleOf(status[slot]!);
    return hasGhosts ? endOf(slot) : TROUBLE.none;
  };

  /** Whose children are to be looked at: a slot, its line, and 1 where they have none of their own. */
  const left: number[] = [TOP, -1, 0];
  while (left.length > 0) {
    const [slot, line, hasNoLines] = left.splice(-3) as [number, number, number];
    const span = hasNoLines ? null : lines.spanAt(slot);
    const children = span?.children ?? childrenOf(slot);
    for (let place = 0; place < children.length; place++) {
      const child = children[place]!;
      const mayHaveFailed = hasEnded && countOf(child, ENDED) > 0;
      if (worst[child]! < TROUBLED && !mayHaveFailed) continue;
      const width = span ? lines.linesAt(child) : 1;
      const at = span ? line + 1 + span.startOf(place) : line;
      if (width === 0 || at >= until || at + width <= from) continue;
      const stretch = Math.floor((at - from) * scale);
      const isInOne = at >= from && Math.floor((at + width - 1 - from) * scale) === stretch;
      const most = mayHaveFailed ? TROUBLE.bad : troubleOf(worst[child]!);
      // In one that is as bad already nothing of it would be seen; nor of its neighbours, where none can be worse.
      if (isInOne && scale <= 1 && into[stretch]! >= most) {
        if (span && most >= worstOfAll) {
          const next = Math.ceil((stretch + 1) / scale) + from;
          place = Math.max(place, span.placeOf(next - line - 1) - 1);
        }
        continue;
      }
      const isClosed = span === null || width === 1;
      // Under a filter what is not shown does not count.
      const isAlone = childrenOf(child).length === 0 || (isClosed && isMatch !== null);
      const isSummed = !mayHaveFailed && isMatch === null && (isClosed || isInOne);
      put(at, isSummed && !isAlone ? most : own(child));
      if (!isSummed && !isAlone) left.push(child, at, Number(isClosed));
    }
  }
}
