import { isAlive } from './row-keys.ts';
import type { TreeStore } from './tree-store.ts';

/** Where a person stands in one instance's tree. Kept by keys of places, so that it survives restarts. */
export interface Place {
  selected: Selection | null;
  /** What was opened or closed by hand, by key. */
  open: ReadonlyMap<string, boolean>;
  query: string;
  /** A successor that the selection just moved to, to be marked for a moment. */
  arrived: { id: string; at: number } | null;
  /** Changes when the selection should be brought into sight; null: leave the scroll alone. */
  revealAt: number | null;
}

export interface Selection {
  id: string;
  key: string;
  /** It was alive when it was chosen: the selection goes on to its successor. A ghost chosen as such stays. */
  follows: boolean;
}

export const NOWHERE: Place = { selected: null, open: new Map(), query: '', arrived: null, revealAt: null };

/** The place with this node chosen; null: with none. */
export function chosen(place: Place, tree: TreeStore, id: string | null): Place {
  const node = tree.node(id);
  const key = id === null ? null : tree.keyOf(id);
  if (!node || key === null) return { ...place, selected: null, arrived: null };
  return { ...place, selected: { id: node.id, key, follows: isAlive(node) }, arrived: null };
}

/** The same place after the tree changed: what was selected may have a successor by now, or be gone. */
export function followed(place: Place, tree: TreeStore, at: number): Place {
  const { selected } = place;
  if (!selected) return place;
  const node = tree.keyOf(selected.id) === selected.key ? tree.node(selected.id) : null;
  if (node && (isAlive(node) || !selected.follows)) return place;
  const successor = tree.newestAt(selected.key);
  if (successor && successor.id !== selected.id && isAlive(successor)) {
    return {
      ...place,
      selected: { ...selected, id: successor.id, follows: true },
      arrived: { id: successor.id, at },
    };
  }
  return place;
}

/** The lineage of a row's ancestors and itself, outermost first. */
export function pathTo(tree: TreeStore, id: string): string[] {
  const path: string[] = [];
  for (let at: string | null = id; at !== null && path.length < 1000; at = tree.node(at)?.parent ?? null) {
    if (!tree.node(at)) break;
    path.unshift(at);
  }
  return path;
}

/** The place with every ancestor of `id` open, so that it can be seen. */
export function revealed(place: Place, tree: TreeStore, id: string): Place {
  const open = new Map(place.open);
  for (const ancestor of pathTo(tree, id).slice(0, -1)) {
    const key = tree.keyOf(ancestor);
    if (key !== null) open.set(key, true);
  }
  return { ...place, open, revealAt: (place.revealAt ?? 0) + 1 };
}
