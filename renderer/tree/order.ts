import type { Changes, LineOrder } from '../store/lines.ts';
import { inSlices } from '../store/slices.ts';
import { sortInSteps } from '../store/sort-in-steps.ts';
import type { TreeColumns } from '../store/tree-columns.ts';
import { type Column, columnOf } from './columns.ts';
import type { Sort } from './outline-choice.ts';

const COLLATOR = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** More siblings than this are put in order off the critical path; they stand as they did until then. */
const AT_ONCE = 2000;

/** More of them are put into a list by going through it once. */
const MOST_EDITS = 64;

type Value = ReturnType<Column['value']>;

interface OrderedTree {
  columns(): TreeColumns;
  /** Where it stands among its siblings. */
  rankAt(slot: number): number;
}

/**
 * Siblings in the order of a column, as far as somebody looks at them. What is alike keeps the order it had, and what has
 * no value stands last whichever way the others run. A list that is in order is mended: only those that came or have
 * another value are put in their place. Values that are measured all the time are taken in with each `tick`.
 */
export class SiblingOrder implements LineOrder {
  readonly isLive: boolean;
  readonly #tree: OrderedTree;
  readonly #value: Column['value'];
  readonly #way: number;
  /** By slot: the value it was put in its place by. */
  #values: (Value | undefined)[] = [];
  /** By slot: in whose list it stands. */
  #under: (number | undefined)[] = [];
  readonly #lists = new Map<number, number[]>();
  /** Lists that are to be mended. */
  readonly #stale = new Set<number>();
  /** So many came or went in each since somebody looked at it. */
  readonly #edits = new Map<number, number>();
  /** Those that may have another value. */
  readonly #touched = new Set<number>();
  /** What stops the sorting of a long list. */
  readonly #sorting = new Map<number, () => void>();
  #tellSorted: (slot: number) => void = () => {};
  readonly #whenIdle: ((run: () => void) => void) | undefined;

  constructor(tree: OrderedTree, sort: Sort, whenIdle?: (run: () => void) => void) {
    const { value, isLive } = columnOf(sort.by);
    this.#tree = tree;
    this.#value = value;
    this.#way = sort.isDown ? -1 : 1;
    this.isLive = isLive === true;
    this.#whenIdle = whenIdle;
  }

  /** Calls back when a long list is in order. */
  onSorted(listener: (slot: number) => void): () => void {
    this.#tellSorted = listener;
    return () => {
      this.#tellSorted = () => {};
    };
  }

  of(slot: number, children: readonly number[]): readonly number[] {
    const list = this.#lists.get(slot);
    this.#edits.delete(slot);
    if (list && !this.#stale.has(slot)) return list;
    if (!list && children.length > AT_ONCE) {
      if (!this.#sorting.has(slot)) this.#sort(slot, [...children]);
      return children;
    }
    const { parent } = this.#tree.columns();
    const kept = (list ?? []).filter((each) => parent[each] === slot && this.#under[each] === slot);
    const fresh = children.filter((each) => this.#under[each] !== slot);
    for (const each of fresh) this.#read(each, slot);
    const mended = merged(kept, fresh.sort(this.#compare), this.#compare);
    this.#lists.set(slot, mended);
    this.#stale.delete(slot);
    return mended;
  }

  update({ isReset, born, slots, attached, detached }: Changes): number[] {
    if (isReset) this.#clear();
    const moved = new Set<number>();
    for (let at = 0; at < detached.length; at += 2) {
      if (this.#under[detached[at]!] !== detached[at + 1]) continue;
      this.#take(detached[at]!, detached[at + 1]!);
      moved.add(detached[at + 1]!);
    }
    for (const slot of born) this.#under[slot] = undefined;
    const { parent } = this.#tree.columns();
    for (const slot of attached) if (this.#put(slot, parent[slot]!)) moved.add(parent[slot]!);
    for (const slot of slots) if (this.#under[slot] !== undefined) this.#touched.add(slot);
    return this.isLive ? [...moved] : [...moved, ...this.tick()];
  }

  /** Takes in what was measured since; gives whose children may stand in another order. */
  tick(): number[] {
    const { nodeAt } = this.#tree.columns();
    const moved = new Set<number>();
    for (const slot of this.#touched) {
      const node = nodeAt(slot);
      const under = this.#under[slot];
      if (under === undefined || (node && this.#value(node) === this.#values[slot])) continue;
      this.#take(slot, under);
      if (node) this.#put(slot, under);
      moved.add(under);
    }
    this.#touched.clear();
    return [...moved];
  }

  /** Out of its list. Where many go, the list is mended in one go when it is looked at. */
  #take(slot: number, under: number): void {
    this.#under[slot] = undefined;
    const list = this.#editable(under);
    if (!list) return;
    const from = this.#placeOf(slot, list);
    // Of those at one place it may stand among the others.
    const at = list[from] === slot ? from : list.indexOf(slot);
    if (at !== -1) list.splice(at, 1);
  }

  /** Where it belongs; false: nobody has that list. */
  #put(slot: number, under: number): boolean {
    const list = this.#editable(under);
    if (!list) return this.#lists.has(under);
    this.#read(slot, under);
    list.splice(this.#placeOf(slot, list), 0, slot);
    return true;
  }

  /** Null: there is no such list, or it is to be mended as a whole. */
  #editable(slot: number): number[] | null {
    const list = this.#lists.get(slot);
    if (!list || this.#stale.has(slot)) return null;
    const edits = (this.#edits.get(slot) ?? 0) + 1;
    this.#edits.set(slot, edits);
    if (edits <= MOST_EDITS) return list;
    this.#stale.add(slot);
    return null;
  }

  #placeOf(slot: number, list: readonly number[]): number {
    let [low, high] = [0, list.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#compare(list[middle]!, slot) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #sort(slot: number, children: number[]): void {
    const read = (each: number) => this.#read(each, slot);
    const steps = function* (compare: Compare) {
      for (const each of children) yield read(each);
      yield* sortInSteps(children, compare);
    };
    const done = () => {
      this.#sorting.delete(slot);
      this.#lists.set(slot, children);
      this.#stale.add(slot);
      this.#tellSorted(slot);
    };
    this.#sorting.set(
      slot,
      inSlices(steps(this.#compare), () => {}, done, this.#whenIdle),
    );
  }

  #read(slot: number, under: number): void {
    const node = this.#tree.columns().nodeAt(slot);
    this.#values[slot] = node && this.#value(node);
    this.#under[slot] = under;
  }

  readonly #compare: Compare = (a, b) => {
    const [one, two] = [this.#values[a] ?? null, this.#values[b] ?? null];
    const by = compareValues(one, two, this.#way);
    if (by !== 0) return by;
    const { alive } = this.#tree.columns();
    return this.#tree.rankAt(a) - this.#tree.rankAt(b) || alive[b]! - alive[a]!;
  };

  #clear(): void {
    for (const stop of this.#sorting.values()) stop();
    this.#sorting.clear();
    this.#lists.clear();
    this.#stale.clear();
    this.#edits.clear();
    this.#touched.clear();
    this.#values = [];
    this.#under = [];
  }
}

type Compare = (a: number, b: number) => number;

function compareValues(a: Value, b: Value, way: number): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  if (typeof a === 'number' && typeof b === 'number') return (a - b) * way;
  return COLLATOR.compare(String(a), String(b)) * way;
}

function merged(one: readonly number[], two: readonly number[], compare: Compare): number[] {
  const all: number[] = [];
  let next = 0;
  for (const each of one) {
    for (; next < two.length && compare(two[next]!, each) < 0; next++) all.push(two[next]!);
    all.push(each);
  }
  for (; next < two.length; next++) all.push(two[next]!);
  return all;
}
