import type { TreeNode } from '../../protocol/tree.ts';
import { columnOf } from './columns.ts';
import type { Sort } from './outline-choice.ts';

const COLLATOR = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/**
 * Puts siblings in order. What is alike keeps the order it had, and what has no value stands last whichever way
 * the others run. Null: they stay as they are.
 */
export function orderOf(
  sort: Sort | null,
  nodeOf: (id: string) => TreeNode | null,
): ((ids: readonly string[]) => readonly string[]) | null {
  if (sort === null) return null;
  const { value } = columnOf(sort.by);
  const way = sort.isDown ? -1 : 1;
  return (ids) => {
    if (ids.length < 2) return ids;
    const keyed = ids.map((id) => {
      const node = nodeOf(id);
      return { id, value: node ? value(node) : null };
    });
    return keyed.sort((a, b) => compare(a.value, b.value, way)).map(({ id }) => id);
  };
}

function compare(a: number | string | null, b: number | string | null, way: number): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  if (typeof a === 'number' && typeof b === 'number') return (a - b) * way;
  return COLLATOR.compare(String(a), String(b)) * way;
}
