import type { NodeColumns } from './node-columns.ts';
import type { RowKeys } from './row-keys.ts';

/** Ghosts without a successor that one parent shows; the others are in the timeline. */
const MAX_GHOSTS = 3;

/** Those of one place under one parent. */
interface Group {
  place: number;
  living: number[];
  /** The newest first. */
  ghosts: number[];
}

/**
 * Which of a parent's children are shown, and in which order: by place, so that a successor stands where the one
 * before it stood, its ghost below it. Of what died at one place only the last is shown, and of places where nothing
 * lives any more only the last few. Only places where something changed are looked at again.
 */
export class Siblings {
  readonly #columns: NodeColumns;
  readonly #keys: RowKeys;
  /** By slot: what it hangs from, shown or not; and all that hang from one, in no order. */
  #above: number[] = [];
  #first: number[] = [];
  #next: number[] = [];
  #before: number[] = [];
  /** Of each parent the last ghosts of places where nothing lives, the one that ended last first. */
  readonly #lone = new Map<number, number[]>();
  readonly #changed = new Map<number, number[]>();
  /** By place: when it was last looked at. */
  readonly #stamps: number[] = [];
  #stamp = 0;

  constructor(columns: NodeColumns, keys: RowKeys) {
    this.#columns = columns;
    this.#keys = keys;
  }

  above(slot: number): number {
    return this.#above[slot] ?? -1;
  }

  link(slot: number, parent: number): void {
    const next = this.#first[parent] ?? -1;
    this.#above[slot] = parent;
    this.#next[slot] = next;
    this.#before[slot] = -1;
    if (next !== -1) this.#before[next] = slot;
    this.#first[parent] = slot;
  }

  unlink(slot: number): void {
    this.touch(slot);
    // Sums first: what is attached never forms a ring, whatever moves below what.
    if (this.#columns.parent[slot] !== -1) this.#columns.detach(slot);
    const [before, next] = [this.#before[slot]!, this.#next[slot]!];
    if (before === -1) this.#first[this.#above[slot]!] = next;
    else this.#next[before] = next;
    if (next !== -1) this.#before[next] = before;
    this.#above[slot] = -1;
  }

  /** All that hang from it, shown or not. */
  all(parent: number): number[] {
    const found: number[] = [];
    for (let at = this.#first[parent] ?? -1; at !== -1; at = this.#next[at]!) found.push(at);
    return found;
  }

  /** Its place is to be looked at again. */
  touch(slot: number): void {
    const parent = this.#above[slot]!;
    const place = this.#keys.placeOf(slot);
    const places = this.#changed.get(parent);
    if (places) places.push(place);
    else this.#changed.set(parent, [place]);
  }

  /** Gives the parents whose lists became others. */
  arrange(): number[] {
    const arranged: number[] = [];
    for (const [parent, places] of this.#changed) {
      if (this.#arrangeUnder(parent, places)) arranged.push(parent);
    }
    this.#changed.clear();
    return arranged;
  }

  /** A slot that nobody has any more. */
  forget(slot: number): void {
    this.#first[slot] = -1;
    this.#lone.delete(slot);
  }

  clear(): void {
    this.#above = [];
    this.#first = [];
    this.#next = [];
    this.#before = [];
    this.#lone.clear();
    this.#changed.clear();
  }

  #arrangeUnder(parent: number, places: readonly number[]): boolean {
    this.#stamp++;
    const groups: Group[] = [];
    for (const place of places) if (this.#isFresh(place)) groups.push(this.#groupAt(parent, place));
    const shown = this.#showLone(parent, groups);
    const lists = groups.map((group) => {
      const ghost = group.ghosts[0];
      const isShown = ghost !== undefined && (group.living.length > 0 || shown.includes(ghost));
      const list = isShown ? [...group.living, ghost] : group.living;
      for (const slot of group.ghosts) if (slot !== ghost || !isShown) this.#hide(slot);
      for (const slot of list) if (this.#columns.parent[slot] === -1) this.#columns.attach(slot, parent);
      return { place: group.place, rank: this.#keys.rank(group.place), list };
    });
    return this.#replace(parent, lists);
  }

  #hide(slot: number): void {
    if (this.#columns.parent[slot] !== -1) this.#columns.detach(slot);
  }

  /** The ghosts without a successor that are shown; adds the places that got or lost one by that. */
  #showLone(parent: number, groups: Group[]): readonly number[] {
    const before = this.#lone.get(parent) ?? [];
    const lone = before.filter((slot) => this.#stamps[this.#keys.placeOf(slot)] !== this.#stamp);
    const isLess = lone.length < before.length;
    const others = lone.length;
    for (const { living, ghosts } of groups)
      if (living.length === 0 && ghosts[0] !== undefined) lone.push(ghosts[0]);
    if (lone.length === others && !isLess) return before.slice(0, MAX_GHOSTS);
    lone.sort((a, b) => this.#endedAt(b) - this.#endedAt(a) || this.#rank(a) - this.#rank(b));
    if (lone.length > 0) this.#lone.set(parent, lone);
    else this.#lone.delete(parent);
    const shown = lone.slice(0, MAX_GHOSTS);
    for (const slot of [...before.slice(0, MAX_GHOSTS), ...shown]) {
      const place = this.#keys.placeOf(slot);
      if (this.#isFresh(place)) groups.push(this.#groupAt(parent, place));
    }
    return shown;
  }

  #groupAt(parent: number, place: number): Group {
    const group: Group = { place, living: [], ghosts: [] };
    for (let at = this.#keys.newestIn(place); at !== -1; at = this.#keys.older(at)) {
      if (this.#above[at] !== parent) continue;
      (this.#columns.alive[at] === 1 ? group.living : group.ghosts).push(at);
    }
    return group;
  }

  #replace(parent: number, runs: Run[]): boolean {
    const children = this.#columns.childrenOf(parent);
    runs.sort((a, b) => a.rank - b.rank);
    const edits: Edit[] = [];
    let from = 0;
    for (const { place, rank, list } of runs) {
      from = this.#firstFrom(children, rank, from);
      let to = from;
      while (to < children.length && this.#keys.placeOf(children[to]!) === place) to++;
      const isSame =
        to - from === list.length && list.every((slot, index) => slot === children[from + index]);
      if (!isSame) edits.push({ from, to, list });
      from = to;
    }
    if (edits.length > 0) this.#columns.setChildren(parent, edited(children, edits));
    return edits.length > 0;
  }

  #firstFrom(list: readonly number[], rank: number, from: number): number {
    let low = from;
    let high = list.length;
    // Most that come are new and stand last.
    if (high > low && this.#rank(list[high - 1]!) < rank) return high;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#rank(list[middle]!) < rank) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #isFresh(place: number): boolean {
    if (this.#stamps[place] === this.#stamp) return false;
    this.#stamps[place] = this.#stamp;
    return true;
  }

  #rank(slot: number): number {
    return this.#keys.rank(this.#keys.placeOf(slot));
  }

  #endedAt(slot: number): number {
    return this.#columns.nodeAt(slot)!.endedAt ?? 0;
  }
}

/** What is to stand at a place. */
interface Run {
  place: number;
  rank: number;
  list: number[];
}

/** What is to stand instead of what. */
interface Edit {
  from: number;
  to: number;
  list: number[];
}

/**
 * Changes the list itself: to copy it for one birth would leave half a megabyte behind each time. What stands behind an edit
 * is moved once, however many edits there are.
 */
function edited(children: readonly number[], edits: readonly Edit[]): number[] {
  const own = children.length === 0 ? [] : (children as number[]);
  const before = own.length;
  /** By how much each edit moves what stands behind it. */
  const shifts: number[] = [];
  let shift = 0;
  for (const { from, to, list } of edits) {
    shift += list.length - (to - from);
    shifts.push(shift);
  }
  const untilOf = (at: number) => edits[at + 1]?.from ?? before;
  for (let more = shift; more > 0; more--) own.push(0);
  // What goes back goes from the last, what goes forward from the first: so nothing is written over that is still to move.
  for (let at = edits.length - 1; at >= 0; at--) {
    const by = shifts[at]!;
    if (by > 0)
      for (let place = untilOf(at) - 1; place >= edits[at]!.to; place--) own[place + by] = own[place]!;
  }
  for (let at = 0; at < edits.length; at++) {
    const by = shifts[at]!;
    if (by < 0) for (let place = edits[at]!.to; place < untilOf(at); place++) own[place + by] = own[place]!;
  }
  for (const [at, { from, list }] of edits.entries()) {
    const start = from + (shifts[at - 1] ?? 0);
    for (let place = 0; place < list.length; place++) own[start + place] = list[place]!;
  }
  own.length = before + shift;
  return own;
}
