import type { Row } from '../store/rows.ts';

/** A node of the drawing before it has a place, with what hangs from it. */
export interface Branch {
  /** Of its place in the tree: a successor has the key of the incarnation before it. */
  key: string;
  /** Null: folded siblings, or what has just gone. */
  row: Row | null;
  children: Branch[];
  /** Further children that nobody made a branch of. */
  more: number;
  /** Siblings folded into one. */
  folded: { count: number; under: string; isFull: boolean } | null;
  /** It is no longer there; its place is kept for a moment, since most come back. Milliseconds since 1970. */
  gone: { at: number; name: string } | null;
}

/** What the drawing has to know of the tree. */
export interface Places {
  keyOf(id: string): string;
  nameOf(id: string): string;
  /** Whether somebody lives at this place, seen or not. */
  isHeld(key: string): boolean;
  /** An incarnation that has a living successor: that one stands in its place. */
  isReplaced(id: string): boolean;
}

/** The open lines as branches. */
export function branchesOf(
  rows: Iterable<Row>,
  places: Places,
  selected: string | null,
  more: ReadonlyMap<string, number> = new Map(),
): Branch[] {
  const roots: Branch[] = [];
  const above: Branch[] = [];
  let skipped = Number.POSITIVE_INFINITY;
  for (const row of rows) {
    if (row.level > skipped) continue;
    skipped = Number.POSITIVE_INFINITY;
    const isReplaced = places.isReplaced(row.id);
    if (isReplaced && row.id !== selected) {
      skipped = row.level;
      continue;
    }
    const key = places.keyOf(row.id);
    const branch: Branch = {
      key: isReplaced ? `${key} ${row.id}` : key,
      row,
      children: [],
      more: more.get(row.id) ?? 0,
      folded: null,
      gone: null,
    };
    above.length = row.level - 1;
    (above.at(-1)?.children ?? roots).push(branch);
    above.push(branch);
  }
  return roots;
}

/** So long the place of what went is kept: a supervisor's restart is over by then. */
export const LINGER_MS = 3000;

/**
 * The branches now, with those that went a moment ago where they stood: so a restart moves nothing else. Of what a
 * person closed or filtered away nothing lingers.
 */
export function lingering(before: readonly Branch[], now: Branch[], at: number, places: Places): Branch[] {
  const indexOf = new Map(now.map(({ key }, index) => [key, index]));
  const merged: Branch[] = [];
  let next = 0;
  for (const old of before) {
    const index = indexOf.get(old.key);
    if (index === undefined) {
      const gone = lingeringOne(old, at, places);
      if (gone) merged.push(gone);
      continue;
    }
    now[index]!.children = lingering(old.children, now[index]!.children, at, places);
    for (; next <= index; next++) merged.push(now[next]!);
  }
  return [...merged, ...now.slice(next)];
}

function lingeringOne(old: Branch, at: number, places: Places): Branch | null {
  if (old.folded || places.isHeld(old.key) || (old.row && places.isReplaced(old.row.id))) return null;
  const gone = old.gone ?? { at, name: old.row ? places.nameOf(old.row.id) : '' };
  if (at - gone.at >= LINGER_MS) return null;
  const children = old.children
    .map((child) => lingeringOne(child, at, places))
    .filter((child) => child !== null);
  return { ...old, row: null, children, more: 0, gone };
}

/** When the first of them is to be put away; null: nothing lingers. */
export function endOfLingering(branches: readonly Branch[]): number | null {
  let first: number | null = null;
  for (const { gone, children } of branches) {
    const ends = gone ? gone.at + LINGER_MS : endOfLingering(children);
    if (ends !== null && (first === null || ends < first)) first = ends;
  }
  return first;
}

/** More boxes nobody reads, and the screen would be slow to draw them. */
export const MOST_BOXES = 2000;

/**
 * Folds siblings beyond `capOf` into one that counts them, and all below once there are enough, level by level, so
 * that what is near the root is drawn first. The selected one and what it hangs from always are.
 */
export function folded(
  roots: readonly Branch[],
  capOf: (parent: string) => number,
  selected: string | null,
  most = MOST_BOXES,
): Branch[] {
  const path = pathTo(roots, selected);
  let count = roots.length;
  const drawn = roots.map((root) => ({ ...root }));
  const queue = [...drawn];
  for (const branch of queue) {
    const { children, row } = branch;
    const all = children.length + branch.more;
    if (all === 0) continue;
    const cap = row ? capOf(branch.key) : all;
    const room = most - count;
    const isFull = room < Math.min(all, cap);
    // One more than the cap is not worth a box that says so.
    const taken = isFull ? Math.max(0, room) : all <= cap + 1 ? all : cap;
    const kept = children
      .filter((child, index) => index < taken || path.has(child.key))
      .map((child) => ({ ...child }));
    count += kept.length;
    queue.push(...kept);
    branch.children = kept;
    const hidden = all - kept.length;
    if (hidden > 0 && row) {
      branch.children.push({
        key: `more ${branch.key}`,
        row: null,
        children: [],
        more: 0,
        folded: { count: hidden, under: row.id, isFull },
        gone: null,
      });
    }
  }
  return drawn;
}

/** The keys of the selected one and of what it hangs from. */
function pathTo(branches: readonly Branch[], id: string | null): Set<string> {
  const path = new Set<string>();
  if (id === null) return path;
  const visit = (branch: Branch): boolean => {
    if (branch.row?.id !== id && !branch.children.some(visit)) return false;
    path.add(branch.key);
    return true;
  };
  branches.some(visit);
  return path;
}

/** Whether two drawings show the same in the same order. */
export function isSameDrawing(one: readonly Branch[], two: readonly Branch[]): boolean {
  return (
    one.length === two.length &&
    one.every((branch, index) => {
      const other = two[index]!;
      return (
        branch.key === other.key &&
        branch.row?.id === other.row?.id &&
        branch.row?.isOpen === other.row?.isOpen &&
        branch.row?.hasChildren === other.row?.hasChildren &&
        branch.folded?.count === other.folded?.count &&
        branch.folded?.isFull === other.folded?.isFull &&
        branch.gone?.at === other.gone?.at &&
        isSameDrawing(branch.children, other.children)
      );
    })
  );
}
