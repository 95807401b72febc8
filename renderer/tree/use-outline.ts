import { useDeferredValue, useMemo } from 'react';
import { now } from '../store/clock.ts';
import { placeOf, setPlace, useInterface, usePlace } from '../store/interface.ts';
import { chosen, type Place, revealed } from '../store/place.ts';
import { isAlive } from '../store/row-keys.ts';
import { matcher, matchingRows, openRows, type Row } from '../store/rows.ts';
import type { Shape, TreeStore } from '../store/tree-store.ts';
import { useShape } from '../store/use-tree.ts';
import { useValueWhile } from '../store/value.ts';
import { chipFilter } from './chips.ts';
import { useOutlineChoice } from './choose.ts';
import { columnOf } from './columns.ts';
import { orderOf } from './order.ts';
import type { Sort } from './outline-choice.ts';

export interface Outline {
  rows: Row[];
  /** The nodes that match the query and the filters, top down; null without either. */
  matched: readonly string[] | null;
  place: Place;
}

/** More children than this start closed: nobody asked to see them all. */
const OPENED_UP_TO = 200;

/** The rows of the outline, as the tree's form, the person's opening and closing, and the query make them. */
export function useOutline(instance: string, tree: TreeStore): Outline {
  const shape = useShape(tree);
  const place = usePlace(instance);
  const hasGhosts = useInterface((state) => state.hasGhosts);
  const query = useDeferredValue(place.query.trim());
  const { chips, sort } = useOutlineChoice();
  // Only lines stand in another order: in a drawing nothing moves because a figure did.
  const order = useInterface(({ view }) => (view === 'outline' ? sort : null));
  const isLive = chips.length > 0 || (order !== null && columnOf(order.by).isLive === true);
  const moment = useValueWhile(now, isLive);
  const { open } = place;
  const { rows, matched } = useMemo(() => {
    const isGhostWanted = hasGhosts || chips.includes('status:ghosts');
    const shown = arranged(isGhostWanted ? shape : withoutGhosts(shape, tree), tree, order);
    const isLet = chipFilter(chips);
    if (query === '' && !isLet) return { rows: openRows(shown, isOpenIn(tree, open)), matched: null };
    const isMatch = query === '' ? () => true : matcher(query);
    return matchingRows(shown, (id) => {
      const node = tree.node(id);
      return node !== null && (isLet === null || isLet(node)) && isMatch(node);
    });
  }, [shape, tree, hasGhosts, query, open, chips, order, moment]);
  return { rows, matched, place };
}

function arranged(shape: Shape, tree: TreeStore, sort: Sort | null): Shape {
  const order = orderOf(sort, (id) => tree.node(id));
  if (!order) return shape;
  return { ...shape, children: new Map([...shape.children].map(([parent, ids]) => [parent, order(ids)])) };
}

export function isOpenIn(tree: TreeStore, open: Place['open']): (id: string, children: number) => boolean {
  return (id, children) => open.get(tree.keyOf(id) ?? '') ?? children <= OPENED_UP_TO;
}

function withoutGhosts(shape: Shape, tree: TreeStore): Shape {
  const children = new Map<string | null, string[]>();
  for (const [parent, ids] of shape.children) {
    children.set(
      parent,
      ids.filter((id) => {
        const node = tree.node(id);
        return node !== null && isAlive(node);
      }),
    );
  }
  return { ...shape, children };
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
