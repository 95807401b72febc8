import { useEffect, useMemo, useRef, useState } from 'react';
import { pathTo } from '../store/place.ts';
import { isAlive } from '../store/row-keys.ts';
import type { TreeStore } from '../store/tree-store.ts';
import { useLineVersion } from '../store/use-lines.ts';
import {
  type Branch,
  branchesOf,
  endOfLingering,
  folded,
  isSameDrawing,
  lingering,
  MOST_BOXES,
  type Places,
} from './drawing-branches.ts';
import { type DrawingLayout, layOut } from './drawing-layout.ts';
import { fewLines } from './drawing-lines.ts';
import { widthOf, widthOfFolded, widthOfName } from './drawn-node.tsx';
import type { Outline } from './use-outline.ts';

export interface DrawingModel {
  layout: DrawingLayout;
  /** The key of the selected one's box. */
  active: string | null;
  /** Successors that took a place while it was looked at. */
  arrived: ReadonlySet<string>;
}

/** What is open as boxes and links; a successor takes the place of the incarnation before it, and nothing else moves. */
export function useDrawing(tree: TreeStore, outline: Outline, capOf: (key: string) => number): DrawingModel {
  const { rows, place } = outline;
  const version = useLineVersion(rows);
  const selected = place.selected?.id ?? null;
  const [moment, setMoment] = useState(0);
  const before = useRef<readonly Branch[]>([]);
  const last = useRef<{ drawn: readonly Branch[]; links: string; layout: DrawingLayout } | null>(null);
  const model = useMemo(() => {
    const places = placesOf(tree);
    const few = fewLines(rows, {
      capOf: (id) => capOf(places.keyOf(id)),
      most: MOST_BOXES,
      selected,
      way: new Set(selected === null ? [] : pathTo(tree, selected)),
      isLeftOut: (id) => id !== selected && places.isReplaced(id),
    });
    const now = branchesOf(few.rows, places, selected, few.more);
    const branches = lingering(before.current, now, Date.now(), places);
    const drawn = folded(branches, capOf, selected);
    // Most of what comes and goes is not drawn: then nothing is laid out anew.
    const known = last.current;
    const links = linksText(drawn, tree);
    const layout =
      known?.links === links && isSameDrawing(known.drawn, drawn)
        ? known.layout
        : layOut(drawn, {
            widthOf: (id) => widthOf(tree.node(id)),
            widthOfGone: widthOfName,
            widthOfFolded,
            linksOf: (id) => tree.node(id)?.links ?? [],
          });
    last.current = { drawn, links, layout };
    const active = selected === null ? null : (layout.nodes.find(({ id }) => id === selected)?.key ?? null);
    return { branches, layout, active };
  }, [rows, version, tree, capOf, selected, moment]);

  const seen = useRef<{ epoch: string; holders: ReadonlyMap<string, string>; arrived: ReadonlySet<string> }>({
    epoch: '',
    holders: new Map(),
    arrived: new Set(),
  });
  const arrived = useMemo(() => arrivals(model.layout, seen.current.holders, seen.current.arrived), [model]);
  useEffect(() => {
    before.current = model.branches;
    const holders = new Map(model.layout.nodes.flatMap(({ key, id }) => (id === null ? [] : [[key, id]])));
    // Who has just gone was there a moment ago: its successor arrives.
    for (const { key, gone } of model.layout.nodes) {
      const held = seen.current.holders.get(key);
      if (gone && held !== undefined) holders.set(key, held);
    }
    seen.current = { epoch: tree.epoch, holders, arrived };
    const ends = endOfLingering(model.branches);
    if (ends === null) return;
    const timer = setTimeout(() => setMoment((count) => count + 1), Math.max(0, ends - Date.now()) + 1);
    return () => clearTimeout(timer);
  }, [model, arrived, tree]);
  return { layout: model.layout, active: model.active, arrived };
}

/** What other links there are among what is drawn. */
function linksText(branches: readonly Branch[], tree: TreeStore): string {
  let text = '';
  for (const { row, children } of branches) {
    const links = row === null ? [] : (tree.node(row.id)?.links ?? []);
    if (row && links.length > 0) text += `${row.id} ${links.map(({ to, kind }) => `${kind} ${to}`).join()};`;
    text += linksText(children, tree);
  }
  return text;
}

/** Those that stand where another stood before, and those that arrived so and still stand there. */
function arrivals(
  layout: DrawingLayout,
  holders: ReadonlyMap<string, string>,
  before: ReadonlySet<string>,
): ReadonlySet<string> {
  const arrived = new Set<string>();
  for (const { key, id } of layout.nodes) {
    if (id === null) continue;
    const held = holders.get(key);
    if (before.has(id) || (held !== undefined && held !== id)) arrived.add(id);
  }
  return arrived;
}

function placesOf(tree: TreeStore): Places {
  return {
    keyOf: (id) => tree.keyOf(id) ?? id,
    nameOf: (id) => tree.node(id)?.name ?? '',
    isHeld: (key) => {
      const newest = tree.newestAt(key);
      return newest !== null && isAlive(newest);
    },
    isReplaced: (id) => {
      const node = tree.node(id);
      if (!node || isAlive(node)) return false;
      const newest = tree.newestAt(tree.keyOf(id) ?? '');
      return newest !== null && newest.id !== id && isAlive(newest);
    },
  };
}
