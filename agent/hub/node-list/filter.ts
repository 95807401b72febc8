import type { NodeKind, TreeNode } from '../../../protocol/tree.ts';

/** Kinds, and a text that its lineage or its name has in it, or that is its id or its pid; upper case is no matter. */
export function filterOf(
  kinds: readonly NodeKind[] | undefined,
  text: string | undefined,
): (node: TreeNode) => boolean {
  const wanted = text?.trim().toLowerCase() ?? '';
  return (node) => {
    if (kinds && !kinds.includes(node.kind)) return false;
    if (wanted === '') return true;
    const { id, pid, lineage, name } = node;
    return (
      lineage.toLowerCase().includes(wanted) ||
      name.toLowerCase().includes(wanted) ||
      id === wanted ||
      String(pid) === wanted
    );
  };
}
