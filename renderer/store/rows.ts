import type { TreeNode } from '../../protocol/tree.ts';

/** One line of the outline. */
export interface Row {
  id: string;
  /** 1 for roots, as ARIA counts. */
  level: number;
  isOpen: boolean;
  hasChildren: boolean;
  /**
   * 1-based place among its siblings, and how many they are. With each that comes or goes they are others for all: a row that
   * says the same but for these is the same row, and says them as they are.
   */
  position: number;
  siblings: number;
}

/** Every word of the query stands somewhere in what a person may know the node by. */
export function matcher(query: string): (node: TreeNode) => boolean {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return (node) => {
    const text =
      `${node.lineage}\n${node.name}\n${node.id}\n${node.kind}\n${node.status}\n${node.command ?? ''}`.toLowerCase();
    return words.every((word) => text.includes(word));
  };
}
