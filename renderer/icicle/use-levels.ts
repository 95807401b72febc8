import { useEffect, useState } from 'react';
import type { TreeStore } from '../store/tree-store.ts';
import { judge, type Levels, levelsOf } from './levels.ts';
import { rowsOf } from './tree-rows.ts';

/** A form that changes all the time is taken in so often; a status is at once. */
const REST_MS = 500;

/** The tree level by level, and who stands where: slots may be another's by the time somebody asks. */
export interface Known {
  levels: Levels;
  idAt(position: number): string;
  /** -1: it is not shown. */
  positionOf(id: string | null | undefined): number;
}

/** The tree as it is now, for as long as somebody looks at it. */
export function useLevels(tree: TreeStore, hasGhosts: boolean): Known {
  const [known, set] = useState(() => taken(tree, hasGhosts));
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | null = null;
    let { levels } = known;
    let takenAt = Number.NEGATIVE_INFINITY;
    const take = () => {
      timer = null;
      takenAt = performance.now();
      const now = taken(tree, hasGhosts);
      levels = now.levels;
      set(now);
    };
    const stop = tree.onCommit(({ isReset, isReshaped, slots }) => {
      if (timer !== null) return;
      if (isReset || isReshaped) {
        timer = setTimeout(take, Math.max(0, takenAt + REST_MS - performance.now()));
        return;
      }
      const rows = rowsOf(tree, hasGhosts);
      const isOther = (slot: number) => {
        const at = levels.positionOf[slot] ?? -1;
        return at !== -1 && levels.own[at] !== rows.troubleOf(slot);
      };
      if (!slots.some(isOther)) return;
      judge(levels, rows);
      set((before) => ({ ...before }));
    });
    take();
    return () => {
      stop();
      if (timer !== null) clearTimeout(timer);
    };
  }, [tree, hasGhosts]);
  return known;
}

function taken(tree: TreeStore, hasGhosts: boolean): Known {
  const columns = tree.columns();
  const levels = levelsOf(rowsOf(tree, hasGhosts));
  const ids: string[] = [''];
  for (let at = 1; at < levels.count; at++) ids.push(columns.idAt(levels.row[at]!));
  return {
    levels,
    idAt: (position) => ids[position]!,
    positionOf(id) {
      const slot = id == null ? -1 : tree.columns().slotOf(id);
      const position = levels.positionOf[slot] ?? -1;
      return position !== -1 && ids[position] === id ? position : -1;
    },
  };
}
