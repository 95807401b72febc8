import { type ActDocument, isEnding } from '../../../protocol/act.ts';
import type { TreeNode } from '../../../protocol/tree.ts';
import type { Hub } from '../hub.ts';
import { followLosses } from '../lost/losses.ts';
import type { ActUnderWay } from './request.ts';

/**
 * Carries out an act on something supervised, and measures what it did beside: what was lost, what it took of the
 * restart budget, which siblings were not part of it.
 */
export async function measured(
  act: ActUnderWay,
  carryOut: (act: ActUnderWay) => Promise<ActDocument>,
): Promise<ActDocument> {
  const { hub, node, tracking, request } = act;
  const siblings = isEnding(request.act) ? countSiblings(hub, node) : null;
  // Of what is stopped for good nothing follows to compare it with; what is protected is refused.
  const isFollowed = request.act === 'kill' || request.act === 'restart';
  const losses = isFollowed && !node.child?.protected ? followLosses(act) : null;
  await losses?.taken;
  const document = await carryOut(act);
  const { lost = null, lostAlong = null } = (await losses?.settle()) ?? {};
  if (document.error) return document;
  return {
    ...document,
    ...(tracking.budget ? { budget: tracking.budget } : {}),
    ...(lost ? { lost } : {}),
    ...(lostAlong ? { lostAlong } : {}),
    ...(siblings ? { untouched: siblings.untouched() } : {}),
  };
}

/**
 * Siblings under the same supervisor, counted before and after. One that is there after with a serial given before the
 * act is the same incarnation: an id names one. Null for an outermost supervisor, which has none.
 */
function countSiblings(
  hub: Hub,
  { id, parent }: TreeNode,
): { untouched(): { same: number; of: number } } | null {
  const above = parent === null ? undefined : hub.tree.nodes.get(parent);
  if (above?.kind !== 'supervisor') return null;
  let lastSerial = 0;
  const count = (): number => {
    let found = 0;
    for (const node of hub.tree.nodes.values()) {
      if (node.parent !== parent || node.id === id || node.endedAt !== null) continue;
      if (lastSerial === 0 || serialOf(node) <= lastSerial) found++;
    }
    return found;
  };
  const of = count();
  for (const node of hub.tree.nodes.values()) {
    if (node.parent === parent) lastSerial = Math.max(lastSerial, serialOf(node));
  }
  return { untouched: () => ({ same: count(), of }) };
}

function serialOf({ id }: TreeNode): number {
  return Number(id.split('.')[2]);
}
