import type { TreeNode } from '../../protocol/tree.ts';
import { isAlive } from '../store/row-keys.ts';
import type { TreeStore } from '../store/tree-store.ts';

/**
 * The thread whose stack tells what a node is doing: itself; the thread or process that hosts it, below; the one
 * its code runs in, above; a process's main thread. Null where none is observed.
 */
export function threadOf(tree: TreeStore, node: TreeNode): string | null {
  if (node.kind === 'thread') return node.id;
  const below = firstThread(tree, node.id);
  if (node.kind === 'process' || node.host === 'thread' || node.host === 'process') return below;
  for (let at = node.parent; at !== null; at = tree.node(at)?.parent ?? null) {
    const above = tree.node(at);
    if (above?.kind === 'thread') return above.id;
  }
  return null;
}

function firstThread(tree: TreeStore, id: string): string | null {
  for (const child of tree.shape().children.get(id) ?? []) {
    const node = tree.node(child);
    if (!node || !isAlive(node)) continue;
    if (node.kind === 'thread') return node.id;
    if (node.kind === 'process') return firstThread(tree, node.id);
  }
  return null;
}
