import { toCsv } from '../../protocol/csv.ts';
import type { TreeNode } from '../../protocol/tree.ts';
import { type ColumnId, columnOf, NAME } from './columns.ts';

/**
 * The lines of the outline, in its order and with its columns, as CSV. Figures are as they were measured: bytes,
 * milliseconds, shares; the lineage stands first, since a name alone says nothing without its indentation.
 */
export function outlineCsv(nodes: Iterable<TreeNode>, columns: readonly ColumnId[]): string {
  const shown = [NAME, ...columns.filter((id) => id !== 'lineage').map(columnOf)];
  const cells = function* () {
    for (const node of nodes) {
      yield [node.lineage, ...shown.map(({ plain, value }) => (plain ?? value)(node))];
    }
  };
  return toCsv(['lineage', ...shown.map(({ id }) => id)], cells());
}
