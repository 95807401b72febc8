import { STATUS_RANKS, type TreeNode } from '../../protocol/tree.ts';
import { isAlive } from './row-keys.ts';
import { rankOf, TOP, type TreeColumns } from './tree-columns.ts';

const FIRST_SLOTS = 256;
const RANKS = STATUS_RANKS.length;
const NONE: readonly number[] = [];

export interface Moves {
  attached: number[];
  /** In pairs: who, and where it had hung. */
  detached: number[];
}

/**
 * Where the nodes stand, and the sums over each subtree. A sum counts what is attached at or below it: a change goes up
 * to the top, or to the first that is not attached itself, so it costs as much as the tree is deep.
 */
export class NodeColumns implements TreeColumns {
  version = 0;
  end = 1;
  parent = new Int32Array(FIRST_SLOTS).fill(-1);
  status = new Uint8Array(FIRST_SLOTS);
  worst = new Uint8Array(FIRST_SLOTS);
  alive = new Uint8Array(FIRST_SLOTS);
  leaves = new Uint32Array(FIRST_SLOTS).fill(1);
  size = new Uint32Array(FIRST_SLOTS);
  /** So many are attached to it. */
  #attached = new Uint32Array(FIRST_SLOTS);
  /** For each slot a count for each rank. */
  #counts = new Uint32Array(FIRST_SLOTS * RANKS);
  /** Slots that were attached, and pairs of those that were detached and where they had hung, since that was asked for. */
  #moves: Moves = { attached: [], detached: [] };
  readonly #slots = new Map<string, number>();
  readonly #ids: string[] = [''];
  readonly #nodes: (TreeNode | null)[] = [null];
  readonly #children: (number[] | undefined)[] = [undefined];
  #free: number[] = [];

  /** Nodes that are held, shown or not. */
  get count(): number {
    return this.#slots.size;
  }

  /** Where a node is held, shown or not; -1: nowhere. */
  find(id: string): number {
    return this.#slots.get(id) ?? -1;
  }

  *nodes(): Iterable<TreeNode> {
    for (const slot of this.#slots.values()) yield this.#nodes[slot]!;
  }

  ids(): Iterable<string> {
    return this.#slots.keys();
  }

  readonly idAt = (slot: number): string => {
    return this.#ids[slot] ?? '';
  };

  readonly nodeAt = (slot: number): TreeNode | null => {
    return this.#nodes[slot] ?? null;
  };

  readonly childrenOf = (slot: number): readonly number[] => {
    return this.#children[slot] ?? NONE;
  };

  readonly slotOf = (id: string): number => {
    const slot = this.find(id);
    for (let at = slot; at !== TOP; at = this.parent[at]!) if (at === -1) return -1;
    return slot;
  };

  readonly countOf = (slot: number, rank: number): number => {
    return this.#counts[slot * RANKS + rank]!;
  };

  /** Takes in a node, attached to nothing yet. */
  add(node: TreeNode): number {
    const slot = this.#free.pop() ?? this.end++;
    if (slot >= this.parent.length) this.#grow();
    this.#slots.set(node.id, slot);
    this.#ids[slot] = node.id;
    this.#nodes[slot] = node;
    this.#children[slot] = undefined;
    const rank = rankOf(node);
    this.status[slot] = rank;
    this.worst[slot] = rank;
    this.alive[slot] = Number(isAlive(node));
    this.size[slot] = 1;
    this.#counts[slot * RANKS + rank] = 1;
    return slot;
  }

  set(slot: number, node: TreeNode): void {
    this.#nodes[slot] = node;
    this.alive[slot] = Number(isAlive(node));
    const before = this.status[slot]!;
    const rank = rankOf(node);
    if (rank === before) return;
    this.status[slot] = rank;
    for (let at = slot; at !== -1; at = this.parent[at]!) {
      this.#counts[at * RANKS + before]! -= 1;
      this.#counts[at * RANKS + rank]! += 1;
      this.#findWorst(at, rank);
    }
  }

  /** It is found no more; its slot is its own until it is freed. */
  forget(id: string): void {
    this.#slots.delete(id);
  }

  /** Nothing may be attached to it, nor it to anything. */
  free(slot: number): void {
    this.#ids[slot] = '';
    this.#nodes[slot] = null;
    this.#children[slot] = undefined;
    this.alive[slot] = 0;
    this.size[slot] = 0;
    this.#counts[slot * RANKS + this.status[slot]!] = 0;
    this.#free.push(slot);
  }

  attach(slot: number, parent: number): void {
    this.parent[slot] = parent;
    this.#moves.attached.push(slot);
    const isFirst = this.#attached[parent]! === 0;
    this.#attached[parent]! += 1;
    this.#sum(slot, 1, this.leaves[slot]! - Number(isFirst));
  }

  detach(slot: number): void {
    const parent = this.parent[slot]!;
    this.#attached[parent]! -= 1;
    const isLast = this.#attached[parent]! === 0;
    this.#sum(slot, -1, Number(isLast) - this.leaves[slot]!);
    this.parent[slot] = -1;
    this.#moves.detached.push(slot, parent);
  }

  takeMoves(): Moves {
    const moves = this.#moves;
    this.#moves = { attached: [], detached: [] };
    return moves;
  }

  /** The order of what is attached. */
  setChildren(slot: number, children: number[]): void {
    this.#children[slot] = children;
  }

  clear(): void {
    for (const column of [this.status, this.worst, this.alive, this.size, this.#attached, this.#counts])
      column.fill(0);
    this.parent.fill(-1);
    this.leaves.fill(1);
    this.#slots.clear();
    this.#ids.length = 1;
    this.#nodes.length = 1;
    this.#children.length = 1;
    this.#children[TOP] = undefined;
    this.#free = [];
    this.end = 1;
  }

  /** Adds what is at or below a slot to all above it, or takes it away. */
  #sum(slot: number, sign: 1 | -1, leaves: number): void {
    const from = slot * RANKS;
    const size = sign * this.size[slot]!;
    const rank = this.worst[slot]!;
    for (let at = this.parent[slot]!; at !== -1; at = this.parent[at]!) {
      const to = at * RANKS;
      for (let each = 0; each <= rank; each++) this.#counts[to + each]! += sign * this.#counts[from + each]!;
      this.size[at]! += size;
      this.leaves[at]! += leaves;
      this.#findWorst(at, rank);
    }
  }

  /** `rank` may be the worst of them now. */
  #findWorst(slot: number, rank: number): void {
    let worst = Math.max(this.worst[slot]!, rank);
    while (worst > 0 && this.#counts[slot * RANKS + worst] === 0) worst--;
    this.worst[slot] = worst;
  }

  #grow(): void {
    const slots = 2 * this.parent.length;
    const parent = new Int32Array(slots).fill(-1);
    parent.set(this.parent);
    this.parent = parent;
    this.status = grown(this.status, slots);
    this.worst = grown(this.worst, slots);
    this.alive = grown(this.alive, slots);
    this.size = grown(this.size, slots);
    this.#attached = grown(this.#attached, slots);
    this.#counts = grown(this.#counts, slots * RANKS);
    const leaves = new Uint32Array(slots).fill(1);
    leaves.set(this.leaves);
    this.leaves = leaves;
  }
}

function grown<T extends Uint8Array | Uint32Array>(column: T, length: number): T {
  const longer = new (column.constructor as new (length: number) => T)(length);
  longer.set(column);
  return longer;
}
