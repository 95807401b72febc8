import type { TreeColumns } from '../store/tree-columns.ts';
import type { Commit } from '../store/tree-model.ts';
import { CHIPS, type ChipCounts, noCounts } from './chips.ts';

/** How many of the nodes that can be shown each filter lets through: counted once, then kept up. */
export class ChipCounter {
  readonly #columns: TreeColumns;
  #counts = noCounts();
  /** By slot: a bit for each filter that lets it through. */
  #bits: number[] = [];

  constructor(columns: TreeColumns) {
    this.#columns = columns;
  }

  get counts(): ChipCounts {
    return { ...this.#counts };
  }

  /** Goes through all of them, one a step. */
  *count(): Generator<void> {
    for (let slot = 1; slot < this.#columns.end; slot++) {
      this.#look(slot);
      yield;
    }
  }

  update({ isReset, slots, attached, detached }: Commit): void {
    if (isReset) {
      this.#counts = noCounts();
      this.#bits = [];
    }
    for (const slot of slots) this.#look(slot);
    // Of a place with many ghosts only the last few are shown.
    for (const slot of attached) this.#look(slot);
    for (let at = 0; at < detached.length; at += 2) this.#look(detached[at]!);
  }

  #look(slot: number): void {
    const node = this.#columns.parent[slot] === -1 ? null : this.#columns.nodeAt(slot);
    const bits = node ? CHIPS.reduce((sum, { takes }, at) => sum | (Number(takes(node)) << at), 0) : 0;
    const before = this.#bits[slot] ?? 0;
    if (bits === before) return;
    this.#bits[slot] = bits;
    CHIPS.forEach(({ id }, at) => {
      this.#counts[id] += ((bits >> at) & 1) - ((before >> at) & 1);
    });
  }
}
