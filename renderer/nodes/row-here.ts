import { useInterface } from '../store/interface.ts';
import type { ListedNode } from './columns.ts';
import { indexOf, picked } from './picked.ts';
import { nodeList } from './use-node-list.ts';

/** While the list is what is shown, commands that are of a node are of the line that was chosen in it. */
export function isListHere(): boolean {
  return useInterface.getState().page === 'nodes';
}

/** The line that was chosen; null: none, or it is not listed any more. */
export function rowHere(): ListedNode | null {
  const rows = nodeList.get().view?.rows ?? [];
  return rows[indexOf(rows, picked.get())] ?? null;
}
