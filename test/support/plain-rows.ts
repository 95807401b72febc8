import type { Row } from '../../renderer/store/rows.ts';

type ChildrenOf = (parent: string | null) => readonly string[];

/** The lines of what is open, top down, all of them made. */
export function openRows(childrenOf: ChildrenOf, isOpen: (id: string, children: number) => boolean): Row[] {
  const rows: Row[] = [];
  const visit = (parent: string | null, level: number): void => {
    const ids = childrenOf(parent);
    ids.forEach((id, index) => {
      const children = childrenOf(id).length;
      const open = children > 0 && isOpen(id, children);
      const [position, siblings] = [index + 1, ids.length];
      rows.push({ id, level, isOpen: open, hasChildren: children > 0, position, siblings });
      if (open) visit(id, level + 1);
    });
  };
  visit(null, 1);
  return rows;
}

/** The lines of what matches, each with its ancestors; all of it open. `matched` is top down. */
export function matchingRows(
  childrenOf: ChildrenOf,
  matches: (id: string) => boolean,
): { rows: Row[]; matched: string[] } {
  const kept = new Set<string>();
  const matched: string[] = [];
  const keep = (id: string): boolean => {
    let isKept = matches(id);
    if (isKept) matched.push(id);
    for (const child of childrenOf(id)) isKept = keep(child) || isKept;
    if (isKept) kept.add(id);
    return isKept;
  };
  for (const root of childrenOf(null)) keep(root);
  const rows = openRows(
    (parent) => childrenOf(parent).filter((id) => kept.has(id)),
    () => true,
  );
  return { rows, matched };
}
