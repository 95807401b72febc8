import type { Act } from '../../../protocol/act.ts';
import { LIMITS } from '../../../protocol/limits.ts';
import type { Preview } from '../../../protocol/preview.ts';
import type { TreeNode } from '../../../protocol/tree.ts';
import { refOf } from '../node-ref.ts';

/** A preview of nothing, for an act that would be refused. */
export function impossible(node: TreeNode, act: Act, why: string): Preview {
  return {
    node: refOf(node),
    act,
    possible: false,
    why,
    words: why,
    stops: [],
    stopsMore: 0,
    restarts: [],
    restartsMore: 0,
    budget: null,
    givesUp: [],
    protected: [],
    backlog: [],
    isExact: true,
  };
}

/** Adds a stopped node where there is room for it; else it is counted. */
export function addStop(preview: Preview, { id, lineage, incarnation, child }: TreeNode): void {
  if (preview.stops.length >= LIMITS.maxPreviewNodes) preview.stopsMore++;
  else preview.stops.push({ id, lineage, incarnation, restart: child?.restart ?? null });
}
