import { STATUS_RANKS, type TreeNode } from '../../protocol/tree.ts';
import { isAlive } from '../../renderer/store/row-keys.ts';
import { rankOf } from '../../renderer/store/tree-columns.ts';

/** What the sums over a subtree are to be. */
export interface Sums {
  size: number;
  leaves: number;
  worst: number;
  counts: number[];
}

/**
 * The renderer's tree as plainly as it can be said: all of it is made anew from the nodes there are. Only the keys that
 * were given, and the order in which places were first seen, are remembered.
 */
export class PlainTree {
  #nodes = new Map<string, TreeNode>();
  #keys = new Map<string, string>();
  readonly #ranks = new Map<string, number>();

  set(nodes: ReadonlyMap<string, TreeNode>, isNewEpoch: boolean): void {
    this.#nodes = new Map(nodes);
    if (isNewEpoch) this.#keys.clear();
    for (const id of this.#keys.keys()) if (!nodes.has(id)) this.#keys.delete(id);
    const order = ({ child }: TreeNode) => child?.order ?? Number.MAX_SAFE_INTEGER;
    const unnamed = [...nodes.values()].filter(({ id }) => !this.#keys.has(id));
    unnamed.sort((a, b) => this.#depth(a) - this.#depth(b) || order(a) - order(b));
    for (const node of unnamed) this.#name(node);
  }

  keyOf(id: string): string {
    return this.#keys.get(id)!;
  }

  newestAt(key: string): TreeNode | null {
    return this.#at(key)[0] ?? null;
  }

  /** Ids by parent id; roots under null. */
  children(parent: string | null): string[] {
    const all = [...this.#nodes.values()].filter((node) => this.#above(node) === parent);
    const places = new Map<string, TreeNode[]>();
    for (const node of all) {
      const key = this.keyOf(node.id);
      places.set(key, [...(places.get(key) ?? []), node]);
    }
    const lastEnd = (nodes: TreeNode[]) => newestFirst(nodes)[0]!.endedAt!;
    const lone = [...places]
      .filter(([, nodes]) => !nodes.some(isAlive))
      .sort(([a, one], [b, two]) => lastEnd(two) - lastEnd(one) || this.#rank(a) - this.#rank(b));
    const isKept = new Map(lone.map(([key], index) => [key, index < 3]));
    return [...places.keys()]
      .sort((a, b) => this.#rank(a) - this.#rank(b))
      .flatMap((key) => {
        const nodes = this.#at(key).filter((node) => this.#above(node) === parent);
        const ghosts = isKept.get(key) === false ? [] : nodes.filter((node) => !isAlive(node)).slice(0, 1);
        return [...nodes.filter(isAlive), ...ghosts].map(({ id }) => id);
      });
  }

  sums(id: string | null): Sums {
    const below = this.children(id).map((child) => this.sums(child));
    const own = id === null ? -1 : rankOf(this.#nodes.get(id)!);
    const counts = STATUS_RANKS.map((_, rank) =>
      below.reduce((sum, each) => sum + each.counts[rank]!, Number(rank === own)),
    );
    return {
      size: below.reduce((sum, { size }) => sum + size, Number(id !== null)),
      leaves: below.length === 0 ? 1 : below.reduce((sum, { leaves }) => sum + leaves, 0),
      worst: Math.max(0, own, ...below.map(({ worst }) => worst)),
      counts,
    };
  }

  /** The newest first. */
  #at(key: string): TreeNode[] {
    return newestFirst([...this.#nodes.values()].filter(({ id }) => this.#keys.get(id) === key));
  }

  #name(node: TreeNode): void {
    const parent = this.#above(node);
    const base = `${parent === null ? '' : this.keyOf(parent)}›${node.lineage}`;
    const isSupervised = node.kind === 'supervisor' || node.kind === 'worker';
    const isTaken = (key: string) => {
      const holder = this.newestAt(key);
      return holder !== null && isAlive(holder) && isAlive(node);
    };
    let key = base;
    for (let ordinal = 2; !isSupervised && isTaken(key); ordinal++) key = `${base}~${ordinal}`;
    this.#keys.set(node.id, key);
    if (!this.#ranks.has(key)) this.#ranks.set(key, this.#ranks.size);
  }

  #rank(key: string): number {
    return this.#ranks.get(key)!;
  }

  #above({ parent }: TreeNode): string | null {
    return parent !== null && this.#nodes.has(parent) ? parent : null;
  }

  #depth(node: TreeNode): number {
    const above = this.#above(node);
    return above === null ? 0 : 1 + this.#depth(this.#nodes.get(above)!);
  }
}

function newestFirst(nodes: readonly TreeNode[]): TreeNode[] {
  return [...nodes].sort((a, b) => b.incarnation - a.incarnation);
}
