import { fromColumns, type TreeDelta, type TreeNode, type TreeSnapshot } from './tree.ts';

/**
 * The tree as a watcher holds it: a snapshot, then deltas by revision. A delta that does not follow the
 * revision held is refused (`false`), and the caller asks for a snapshot: the snapshot is truth.
 * Nodes are replaced on change, never mutated, so identity tells what changed.
 */
export class TreeMirror {
  readonly nodes = new Map<string, TreeNode>();
  epoch = '';
  revision = -1;
  /** Further rows of the snapshot are on their way. */
  isPartial = false;
  /** When the agent made what is held, milliseconds since 1970 by the agent's clock. */
  at = 0;

  reset(snapshot: TreeSnapshot): void {
    this.nodes.clear();
    for (const node of fromColumns(snapshot.columns)) this.nodes.set(node.id, node);
    this.epoch = snapshot.epoch;
    this.revision = snapshot.revision;
    this.isPartial = snapshot.more === true;
    this.at = snapshot.at;
  }

  /** Takes over all that another one holds. */
  become(other: TreeMirror): void {
    this.nodes.clear();
    for (const [id, node] of other.nodes) this.nodes.set(id, node);
    this.epoch = other.epoch;
    this.revision = other.revision;
    this.isPartial = other.isPartial;
    this.at = other.at;
  }

  apply(delta: TreeDelta): boolean {
    if (delta.from !== this.revision) return false;
    for (const change of delta.changes) {
      switch (change[0]) {
        case '+':
          this.nodes.set(change[1].id, change[1]);
          break;
        case '~': {
          const node = this.nodes.get(change[1]);
          if (node) this.nodes.set(node.id, { ...node, ...change[2] });
          break;
        }
        case '-':
          this.nodes.delete(change[1]);
          break;
      }
    }
    if (delta.rows) {
      for (const node of fromColumns(delta.rows)) this.nodes.set(node.id, node);
      this.isPartial = delta.more === true;
    }
    this.revision = delta.revision;
    this.at = delta.at;
    return true;
  }

  /** Children by parent id: in start order where they have one, else in the order the agent sent them; roots under null. */
  childrenByParent(): Map<string | null, TreeNode[]> {
    const children = new Map<string | null, TreeNode[]>();
    for (const node of this.nodes.values()) {
      const parent = node.parent !== null && this.nodes.has(node.parent) ? node.parent : null;
      const siblings = children.get(parent);
      if (siblings) siblings.push(node);
      else children.set(parent, [node]);
    }
    // A successor was sent last, whatever its place; what has none stays behind, as it came.
    for (const siblings of children.values()) {
      if (siblings.some(({ child }) => child?.order !== undefined)) siblings.sort(byOrder);
    }
    return children;
  }
}

const byOrder = (a: TreeNode, b: TreeNode): number =>
  (a.child?.order ?? Number.MAX_SAFE_INTEGER) - (b.child?.order ?? Number.MAX_SAFE_INTEGER);
