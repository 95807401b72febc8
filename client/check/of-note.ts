import type { TreeNode } from '../../protocol/tree.ts';

/**
 * The nodes that a rule may have something to say of, in one pass: of 100,000 most are workers that run, and no rule
 * looks at those.
 */
export function ofNote(nodes: Iterable<TreeNode>): TreeNode[] {
  const found: TreeNode[] = [];
  for (const node of nodes) {
    if (node.status !== 'running' || node.supervisor !== null || node.metrics.heapLimitBytes !== undefined) {
      found.push(node);
    }
  }
  return found;
}
