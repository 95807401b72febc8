import type { NodeRef } from '../../protocol/ledger.ts';
import type { TreeNode } from '../../protocol/tree.ts';

/** The node as ledger and documents name it. */
export function refOf({ id, lineage, incarnation }: TreeNode): NodeRef {
  return { id, lineage, incarnation };
}
