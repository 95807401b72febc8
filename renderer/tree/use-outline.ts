import { useDeferredValue, useMemo, useSyncExternalStore } from 'react';
import { placeOf, setPlace, useInterface, usePlace } from '../store/interface.ts';
import type { Lines, LinesOptions } from '../store/lines.ts';
import { chosen, type Place, revealed } from '../store/place.ts';
import { matcher } from '../store/rows.ts';
import type { TreeStore } from '../store/tree-store.ts';
import { useLines } from '../store/use-lines.ts';
import { type ChipId, chipFilter } from './chips.ts';
import { useOutlineChoice } from './choose.ts';
import { SiblingOrder } from './order.ts';

/** What is in the outline, without its rows being read: who does that asks for their version, too. */
export interface Outline {
  rows: Lines;
  place: Place;
}

export interface Matched {
  count: number;
  /** Top down. */
  first(): string | null;
  /** All, in no order. */
  ids(): Iterable<string>;
}

/** More children than this start closed: nobody asked to see them all. */
const OPENED_UP_TO = 200;

/** The rows of the outline, as the tree's form, the person's opening and closing, and the query make them. */
export function useOutline(instance: string, tree: TreeStore): Outline {
  const place = usePlace(instance);
  const hasGhosts = useInterface((state) => state.hasGhosts);
  const query = useDeferredValue(place.query.trim());
  const { chips, sort } = useOutlineChoice();
  // Only lines stand in another order: in a drawing nothing moves because a figure did.
  const order = useInterface(({ view }) => (view === 'outline' ? sort : null));
  // The same while the same is looked for.
  const isMatch = useMemo(() => matchOf(query, chips), [query, chips]);
  const options = useMemo(
    (): LinesOptions => ({
      hasGhosts: hasGhosts || chips.includes('status:ghosts'),
      isMatch,
      openUpTo: OPENED_UP_TO,
      order: order && new SiblingOrder(tree, order),
    }),
    [tree, hasGhosts, chips, isMatch, order],
  );
  // The icicle draws all nodes, not lines; only what is found is marked in it.
  const isWanted = useInterface(({ view }) => view !== 'icicle') || options.isMatch !== null;
  return { rows: useLines(tree, options, place.open, isWanted), place };
}

/** The nodes that match the query and the filters; null without either. */
export function useMatched(rows: Lines): Matched | null {
  const version = useSyncExternalStore(rows.subscribe, () =>
    rows.options.isMatch === null ? 0 : rows.version,
  );
  return useMemo(
    () =>
      rows.options.isMatch === null
        ? null
        : { count: rows.matches, first: () => rows.firstMatch(), ids: () => rows.matching() },
    [rows, version],
  );
}

/** Something is looked for, and nothing is found. */
export function useHasNoMatch(rows: Lines): boolean {
  return useSyncExternalStore(rows.subscribe, () => rows.options.isMatch !== null && rows.length === 0);
}

function matchOf(query: string, chips: readonly ChipId[]): LinesOptions['isMatch'] {
  const isLet = chipFilter(chips);
  if (query === '') return isLet;
  const isFound = matcher(query);
  return isLet === null ? isFound : (node) => isLet(node) && isFound(node);
}

export function select(instance: string, tree: TreeStore, id: string | null): void {
  setPlace(instance, chosen(placeOf(instance), tree, id));
}

/** Selects a node and opens what hides it. */
export function reveal(instance: string, tree: TreeStore, id: string): void {
  setPlace(instance, chosen(revealed(placeOf(instance), tree, id), tree, id));
}

export function setOpen(instance: string, tree: TreeStore, id: string, isOpen: boolean): void {
  const key = tree.keyOf(id);
  if (key === null) return;
  const place = placeOf(instance);
  setPlace(instance, { ...place, open: new Map(place.open).set(key, isOpen) });
}

/** Searches; when the search is over, what was chosen in it stays in sight. */
export function search(instance: string, tree: TreeStore, query: string): void {
  const before = placeOf(instance);
  const place = { ...before, query };
  const isOver = query.trim() === '' && before.query.trim() !== '';
  setPlace(instance, isOver && place.selected ? revealed(place, tree, place.selected.id) : place);
}
