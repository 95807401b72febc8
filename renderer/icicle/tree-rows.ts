import { TOP } from '../store/tree-columns.ts';
import type { TreeStore } from '../store/tree-store.ts';
import type { Rows } from './levels.ts';
import { isOver, troubleOf, troubleOfEnd } from './trouble.ts';

const NONE: readonly number[] = [];

/** What the icicle shows of a tree: all that lives, and of ghosts those whose place nobody has taken. */
export function rowsOf(tree: TreeStore, hasGhosts: boolean): Rows {
  const columns = tree.columns();
  const { status, end } = columns;
  const isTaken = (slot: number): boolean => {
    const id = columns.idAt(slot);
    return tree.newestAt(tree.keyOf(id) ?? '')?.id !== id;
  };
  const isShown = (slot: number): boolean => !isOver(status[slot]!) || (hasGhosts && !isTaken(slot));
  return {
    size: end,
    childrenOf(row) {
      const children = columns.childrenOf(row === -1 ? TOP : row);
      if (children.length === 0) return NONE;
      return children.every(isShown) ? children : children.filter(isShown);
    },
    troubleOf(slot) {
      const rank = status[slot]!;
      return isOver(rank) ? troubleOfEnd(columns.nodeAt(slot)) : troubleOf(rank);
    },
  };
}
