import type { TreeNode } from '../../../protocol/tree.ts';
import type { TreeStore } from '../tree-store.ts';

/**
 * The workers with something to lose that the end of `node` would take along: what hangs below it, and for a kill what
 * its supervisor's strategy stops with it. In the tree's order. What is temporary is left out: nothing follows it.
 */
export function takenAlong(tree: TreeStore, node: TreeNode, act: string): TreeNode[] {
  const isStopped = act === 'kill' ? stoppedWith(tree, node) : () => false;
  const supervisors = new Set(node.kind === 'supervisor' ? [node.id] : []);
  const found: TreeNode[] = [];
  // Parents stand before their children.
  for (const each of tree.nodes.values()) {
    const goesToo = (each.parent !== null && supervisors.has(each.parent)) || isStopped(each);
    if (!goesToo || each.endedAt !== null || each.child?.restart === 'temporary') continue;
    if (each.kind === 'supervisor') supervisors.add(each.id);
    else if (each.hasState || each.backlogWord !== null) found.push(each);
  }
  return found;
}

/** Which siblings a restart of it stops (OTP supervisor(3), restart strategies). */
function stoppedWith(tree: TreeStore, { id, parent, child }: TreeNode): (sibling: TreeNode) => boolean {
  const strategy = parent === null ? undefined : tree.nodes.get(parent)?.supervisor?.strategy;
  const isSibling = (each: TreeNode) => each.parent === parent && each.id !== id;
  // Its own end is no restart, so nobody is stopped for it.
  if (child?.restart === 'temporary') return () => false;
  if (strategy === 'one_for_all') return isSibling;
  if (strategy !== 'rest_for_one') return () => false;
  const place = child?.order ?? Number.POSITIVE_INFINITY;
  return (each) => isSibling(each) && (each.child?.order ?? -1) > place;
}
