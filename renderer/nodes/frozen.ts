import type { NodesView } from '../../electron/ipc.ts';
import { nodeOrder } from '../../protocol/node-list.ts';
import type { NodesChoice } from './choice.ts';
import type { ListedNode } from './columns.ts';

/**
 * What a paused list shows: what was there when it was paused, still to be sorted and narrowed by hand. Beyond those
 * rows nothing is known of that moment.
 */
export function frozen(
  view: NodesView,
  { isFleetWide, sort, isDescending, kinds, text }: NodesChoice,
  instance: string | null,
): ListedNode[] {
  const wanted = text.trim().toLowerCase();
  const isWanted = ({ kind, lineage, name, id, pid, instance: of }: ListedNode): boolean =>
    (isFleetWide || of === instance) &&
    (kinds.length === 0 || kinds.includes(kind)) &&
    (wanted === '' ||
      lineage.toLowerCase().includes(wanted) ||
      name.toLowerCase().includes(wanted) ||
      id === wanted ||
      String(pid) === wanted);
  return view.rows.filter(isWanted).sort(nodeOrder(sort, isDescending));
}
