import type { TreeNode } from '../../protocol/tree.ts';
import type { Shape } from './tree-store.ts';

/** One line of the outline. */
export interface Row {
  id: string;
  /** 1 for roots, as ARIA counts. */
  level: number;
  isOpen: boolean;
  hasChildren: boolean;
  /** 1-based place among its siblings, and how many they are. */
  position: number;
  siblings: number;
}

/** The lines of what is open, top down. */
export function openRows(shape: Shape, isOpen: (id: string, children: number) => boolean): Row[] {
  return walk(shape, () => true, isOpen);
}

/** The lines of what matches, each with its ancestors; all of it open. `matched` is top down. */
export function matchingRows(
  shape: Shape,
  matches: (id: string) => boolean,
): { rows: Row[]; matched: string[] } {
  const kept = new Set<string>();
  const matched: string[] = [];
  const keep = (id: string): boolean => {
    let isKept = matches(id);
    if (isKept) matched.push(id);
    for (const child of shape.children.get(id) ?? []) isKept = keep(child) || isKept;
    if (isKept) kept.add(id);
    return isKept;
  };
  for (const root of shape.children.get(null) ?? []) keep(root);
  const rows = walk(
    shape,
    (id) => kept.has(id),
    () => true,
  );
  return { rows, matched };
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

function walk(
  shape: Shape,
  isShown: (id: string) => boolean,
  isOpen: (id: string, children: number) => boolean,
): Row[] {
  const rows: Row[] = [];
  const visit = (parent: string | null, level: number): void => {
    const ids = (shape.children.get(parent) ?? []).filter(isShown);
    ids.forEach((id, index) => {
      const children = (shape.children.get(id) ?? []).filter(isShown).length;
      const open = children > 0 && isOpen(id, children);
      rows.push({
        id,
        level,
        isOpen: open,
        hasChildren: children > 0,
        position: index + 1,
        siblings: ids.length,
      });
      if (open) visit(id, level + 1);
    });
  };
  visit(null, 1);
  return rows;
}
