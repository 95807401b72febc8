import { useDeferredValue, useMemo } from 'react';
import { placeOf, setPlace, useInterface, usePlace } from '../store/interface.ts';
import { chosen, type Place, revealed } from '../store/place.ts';
import { isAlive } from '../store/row-keys.ts';
import { matcher, matchingRows, openRows, type Row } from '../store/rows.ts';
import type { Shape, TreeStore } from '../store/tree-store.ts';
import { useShape } from '../store/use-tree.ts';

export interface Outline {
  rows: Row[];
  /** The nodes that match the query, top down; null without one. */
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
  const { open } = place;
  return useMemo(() => {
    const shown = hasGhosts ? shape : withoutGhosts(shape, tree);
    if (query === '') return { rows: openRows(shown, isOpenIn(tree, open)), matched: null, place };
    const isMatch = matcher(query);
    const { rows, matched } = matchingRows(shown, (id) => {
      const node = tree.node(id);
      return node !== null && isMatch(node);
    });
    return { rows, matched, place };
  }, [shape, tree, hasGhosts, query, open, place]);
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
