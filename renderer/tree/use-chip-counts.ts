import { useEffect, useState } from 'react';
import type { TreeNode } from '../../protocol/tree.ts';
import { inSlices } from '../store/slices.ts';
import type { TreeStore } from '../store/tree-store.ts';
import { type ChipCounts, countIn, noCounts } from './chips.ts';

/** How often the nodes are counted: statuses change without the tree's form changing. */
const EVERY_MS = 1000;

/** How many nodes each filter would let through; null until they were counted for the first time. */
export function useChipCounts(tree: TreeStore): ChipCounts | null {
  const [counts, setCounts] = useState<ChipCounts | null>(null);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let stop = () => {};
    const count = () => {
      const next = noCounts();
      stop = inSlices(
        shownIn(tree),
        (node) => countIn(next, node),
        () => {
          setCounts((before) => (before && isSame(before, next) ? before : next));
          timer = setTimeout(count, EVERY_MS);
        },
      );
    };
    count();
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [tree]);
  return counts;
}

function isSame(a: ChipCounts, b: ChipCounts): boolean {
  return Object.entries(a).every(([id, count]) => b[id as keyof ChipCounts] === count);
}

/** What can be shown at all: of a place with many ghosts only the last few are. */
function* shownIn(tree: TreeStore): Iterable<TreeNode> {
  for (const ids of tree.shape().children.values()) {
    for (const id of ids) {
      const node = tree.node(id);
      if (node) yield node;
    }
  }
}
