import type { TreeNode } from '../../protocol/tree.ts';
import type { NodeColumns } from './node-columns.ts';

/** So many places where nobody is any more are remembered: who comes back there stands where it stood. */
const MOST_VACANT = 10_000;

/**
 * Gives each node the key of its place in the tree: the lineages from the root down to it. A successor takes the
 * key of the incarnation before it, so what a person opened, selected or scrolled to stays theirs across
 * restarts and across epochs. Two processes or threads that live side by side under one name get different keys.
 * Each place knows its rank among all, in the order in which they were first seen, and its incarnations.
 */
export class RowKeys {
  readonly #columns: NodeColumns;
  readonly #placeByKey = new Map<string, number>();
  readonly #keys: string[] = [];
  readonly #ranks: number[] = [];
  /** The slot of the newest incarnation at each place; -1: nobody is there. */
  readonly #newest: number[] = [];
  /** By slot. */
  readonly #places: number[] = [];
  /** By slot: the incarnation before it; -1: none that the tree still has. */
  readonly #older: number[] = [];
  /** In the order in which they were left. */
  readonly #vacant = new Set<number>();
  readonly #free: number[] = [];
  #nextRank = 0;

  constructor(columns: NodeColumns) {
    this.#columns = columns;
  }

  /** Places that are remembered. */
  get size(): number {
    return this.#placeByKey.size;
  }

  /** Parents must come before their children; `above` is the slot of its parent, -1 without one. */
  add(slot: number, above: number): void {
    const node = this.#columns.nodeAt(slot)!;
    const base = `${above === -1 ? '' : this.key(above)}›${node.lineage}`;
    let key = base;
    for (let ordinal = 2; this.#isTaken(key, node); ordinal++) key = `${base}~${ordinal}`;
    const place = this.#placeByKey.get(key) ?? this.#newPlace(key);
    this.#vacant.delete(place);
    this.#places[slot] = place;
    this.#insert(slot, place);
  }

  remove(slot: number): void {
    const place = this.#places[slot]!;
    if (this.#newest[place] === slot) this.#newest[place] = this.#older[slot]!;
    else {
      let at = this.#newest[place]!;
      while (this.#older[at] !== slot) at = this.#older[at]!;
      this.#older[at] = this.#older[slot]!;
    }
    if (this.#newest[place] === -1) this.#vacant.add(place);
  }

  /** All have gone; their places stay in order. */
  clear(): void {
    for (const place of this.#placeByKey.values()) {
      this.#newest[place] = -1;
      this.#vacant.add(place);
    }
    this.#places.length = 0;
    this.#older.length = 0;
  }

  /** Places whose nodes came and went are many after a day: those left longest ago are forgotten. */
  trim(): void {
    for (const place of this.#vacant) {
      if (this.#vacant.size <= MOST_VACANT) return;
      this.#vacant.delete(place);
      this.#placeByKey.delete(this.#keys[place]!);
      this.#keys[place] = '';
      this.#free.push(place);
    }
  }

  key(slot: number): string {
    return this.#keys[this.#places[slot]!]!;
  }

  placeOf(slot: number): number {
    return this.#places[slot]!;
  }

  rank(place: number): number {
    return this.#ranks[place]!;
  }

  /** -1: nobody is at the place with this key. */
  newestAt(key: string): number {
    const place = this.#placeByKey.get(key);
    return place === undefined ? -1 : this.#newest[place]!;
  }

  newestIn(place: number): number {
    return this.#newest[place]!;
  }

  /** -1: there is none before it. */
  older(slot: number): number {
    return this.#older[slot]!;
  }

  #newPlace(key: string): number {
    const place = this.#free.pop() ?? this.#keys.length;
    this.#placeByKey.set(key, place);
    this.#keys[place] = key;
    this.#ranks[place] = this.#nextRank++;
    this.#newest[place] = -1;
    return place;
  }

  /** The newest stands first; of those that are alike, the one that lives or came last. */
  #insert(slot: number, place: number): void {
    let newer = -1;
    let at = this.#newest[place]!;
    while (at !== -1 && !this.#isNewer(slot, at)) {
      newer = at;
      at = this.#older[at]!;
    }
    this.#older[slot] = at;
    if (newer === -1) this.#newest[place] = slot;
    else this.#older[newer] = slot;
  }

  #isNewer(slot: number, than: number): boolean {
    const by = this.#columns.nodeAt(slot)!.incarnation - this.#columns.nodeAt(than)!.incarnation;
    if (by !== 0) return by > 0;
    return this.#columns.alive[slot] === 1 || this.#columns.alive[than] === 0;
  }

  #isTaken(key: string, node: TreeNode): boolean {
    // A child id is unique under its supervisor: another node with it is another incarnation.
    if (node.kind === 'supervisor' || node.kind === 'worker') return false;
    const holder = this.newestAt(key);
    return holder !== -1 && this.#columns.alive[holder] === 1 && isAlive(node);
  }
}

export function isAlive(node: Pick<TreeNode, 'status'> & { endedAt?: number | null }): boolean {
  return (node.endedAt ?? null) === null && node.status !== 'exited';
}
