import type { TreeNode } from '../../../protocol/tree.ts';
import type { TimelineRow } from '../../store/timeline.ts';

/** Whether a line of the timeline is about this node: one of its lives, or what it decided. */
export function concerns(row: TimelineRow, node: TreeNode): boolean {
  const isOne = row.node.lineage === node.lineage;
  // Processes and threads may share a lineage; their ids tell them apart.
  if (node.kind === 'process' || node.kind === 'thread') return isOne && row.node.id === node.id;
  return isOne || row.decision?.by.lineage === node.lineage;
}
