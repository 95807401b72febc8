import type { TreeNode } from '../../protocol/tree.ts';

/**
 * Gives each node the key of its place in the tree: the lineages from the root down to it. A successor takes the
 * key of the incarnation before it, so what a person opened, selected or scrolled to stays theirs across
 * restarts and across epochs. Two processes or threads that live side by side under one name get different keys.
 */
export class RowKeys {
  readonly #keyById = new Map<string, string>();
  /** The newest node at each key. */
  readonly #holder = new Map<string, TreeNode>();

  /** Parents must come before their children. */
  add(node: TreeNode): string {
    const known = this.#keyById.get(node.id);
    if (known !== undefined) {
      if (this.#holder.get(known)?.id === node.id) this.#holder.set(known, node);
      return known;
    }
    const above = node.parent === null ? '' : (this.#keyById.get(node.parent) ?? '');
    const base = `${above}›${node.lineage}`;
    let key = base;
    for (let ordinal = 2; this.#isTaken(key, node); ordinal++) key = `${base}~${ordinal}`;
    this.#keyById.set(node.id, key);
    const holder = this.#holder.get(key);
    if (!holder || isNewer(node, holder)) this.#holder.set(key, node);
    return key;
  }

  of(id: string): string | undefined {
    return this.#keyById.get(id);
  }

  /** The newest incarnation at this place. */
  holder(key: string): TreeNode | undefined {
    return this.#holder.get(key);
  }

  forget(id: string): void {
    const key = this.#keyById.get(id);
    this.#keyById.delete(id);
    if (key !== undefined && this.#holder.get(key)?.id === id) this.#holder.delete(key);
  }

  clear(): void {
    this.#keyById.clear();
    this.#holder.clear();
  }

  #isTaken(key: string, node: TreeNode): boolean {
    const holder = this.#holder.get(key);
    if (!holder || holder.id === node.id) return false;
    // A child id is unique under its supervisor: another node with it is another incarnation.
    if (node.kind === 'supervisor' || node.kind === 'worker') return false;
    return isAlive(holder) && isAlive(node);
  }
}

export function isAlive(node: TreeNode): boolean {
  return node.endedAt === null && node.status !== 'exited';
}

function isNewer(node: TreeNode, than: TreeNode): boolean {
  if (node.incarnation !== than.incarnation) return node.incarnation > than.incarnation;
  return isAlive(node) || !isAlive(than);
}
