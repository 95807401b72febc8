import { useLayoutEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { now } from './clock.ts';
import { Lines, type LinesOptions } from './lines.ts';
import type { Row } from './rows.ts';
import { inSlices } from './slices.ts';
import type { TreeStore } from './tree-store.ts';

/** So many nodes are matched in one go: nobody sees a moment without the answer. */
const AT_ONCE = 2000;

/**
 * The lines of a tree, kept up while they are wanted. Where much is to be matched, that is done a slice at a time, and
 * what was shown stays until then. Who reads them is told by `useLineVersion`: what only holds them draws nothing.
 */
export function useLines(
  tree: TreeStore,
  options: LinesOptions,
  byHand: ReadonlyMap<string, boolean>,
  isWanted: boolean,
): Lines {
  const next = useMemo(() => {
    const lines = new Lines(tree, options);
    lines.open(byHand);
    const isLittle = options.isMatch === null || tree.size <= AT_ONCE;
    if (isWanted && isLittle) for (const _ of lines.build());
    return lines;
  }, [tree, options, isWanted]);
  const [built, setBuilt] = useState(next);
  const isReady = next.isBuilt || !isWanted;
  const lines = isReady ? next : built;
  next.open(byHand);
  if (lines !== next) lines.open(byHand);

  useLayoutEffect(() => {
    if (isReady) return;
    const stopTelling = tree.onCommit((commit) => void next.update(commit));
    const stop = inSlices(
      next.build(),
      () => {},
      () => setBuilt(next),
    );
    return () => {
      stop();
      stopTelling();
    };
  }, [tree, next, isReady]);

  // Before anything else is committed: what nobody was told of has to be gone through again.
  useLayoutEffect(() => (isWanted ? keptUp(tree, lines) : undefined), [tree, lines, isWanted]);
  return lines;
}

/** How many lines there are. */
export function useLineCount(lines: Lines): number {
  return useSyncExternalStore(lines.subscribe, () => lines.length);
}

/** The lines from one to another; the same list while they are the same, whatever comes and goes elsewhere. */
export function useLinesBetween(lines: Lines, from: number, end: number): readonly Row[] {
  const known = useRef<readonly Row[]>([]);
  return useSyncExternalStore(lines.subscribe, () => {
    const count = Math.max(0, Math.min(end, lines.length) - from);
    const rows = Array.from({ length: count }, (_, place) => lines.at(from + place)!);
    const isSame = rows.length === known.current.length && rows.every((row, at) => row === known.current[at]);
    if (!isSame) known.current = rows;
    return known.current;
  });
}

/** Changes when lines came, went or moved. */
export function useLineVersion(lines: Lines): number {
  return useSyncExternalStore(lines.subscribe, () => lines.version);
}

/** Gives what stops it. */
function keptUp(tree: TreeStore, lines: Lines): () => void {
  // What was committed between the drawing and now was told to nobody.
  if (lines.isBuilt && !lines.isCurrent) {
    for (const _ of lines.build());
    lines.tell();
  }
  const { order } = lines.options;
  const again = (slots: Iterable<number>) => {
    lines.reordered(slots);
    lines.tell();
  };
  const stops = [
    tree.onCommit((commit) => {
      if (lines.update(commit)) lines.tell();
    }),
    order?.onSorted((slot) => again([slot])),
    order?.isLive &&
      now.subscribe(() => {
        const moved = order.tick();
        if (moved.length > 0) again(moved);
      }),
  ];
  return () => {
    for (const stop of stops) if (stop) stop();
  };
}
