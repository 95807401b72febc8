import { useEffect, useState } from 'react';
import { now } from '../store/clock.ts';
import { inSlices } from '../store/slices.ts';
import type { TreeStore } from '../store/tree-store.ts';
import { Value } from '../store/value.ts';
import { ChipCounter } from './chip-counts.ts';
import type { ChipCounts } from './chips.ts';

/**
 * How many nodes each filter would let through, told once a second: figures that change faster are not read. Null until they
 * were counted for the first time.
 */
export function useChipCounts(tree: TreeStore): Value<ChipCounts | null> {
  const [counts] = useState(() => new Value<ChipCounts | null>(null));
  useEffect(() => {
    const counter = new ChipCounter(tree.columns());
    const show = () => {
      const { counts: next } = counter;
      const before = counts.get();
      if (!before || !isSame(before, next)) counts.set(next);
    };
    let stopClock = () => {};
    const stopTelling = tree.onCommit((commit) => counter.update(commit));
    const stop = inSlices(
      counter.count(),
      () => {},
      () => {
        show();
        stopClock = now.subscribe(show);
      },
    );
    return () => {
      stop();
      stopTelling();
      stopClock();
    };
  }, [tree, counts]);
  return counts;
}

function isSame(a: ChipCounts, b: ChipCounts): boolean {
  return Object.entries(a).every(([id, count]) => b[id as keyof ChipCounts] === count);
}
