import type { Act } from '../../../protocol/act.ts';
import type { ActReceipt, LocalPreview } from '../../registry.ts';
import type { Definition } from '../definition.ts';
import type { Incarnation } from '../incarnation.ts';
import { Rehearsal, Rehearsed } from './rehearsal.ts';

/**
 * What an act on this incarnation would lead to: rehearsed on copies with the `transition` that decides it when it
 * is carried out. Pure: nothing is changed, none of the service's code runs. Costs a copy for each child that is
 * looked at (copied-children.ts): microseconds for one of 100,000, some milliseconds where all of them go.
 *
 * `definition` is that of an outermost supervisor, `refused` what the act itself would be answered.
 */
export function previewAct(
  incarnation: Incarnation,
  act: Act,
  refused: Extract<ActReceipt, { accepted: false }> | null,
  nowMs: number,
  definition: Definition | null = null,
): LocalPreview {
  const rehearsal = new Rehearsal(nowMs);
  if (!refused) {
    if (definition) rehearseOutermost(rehearsal, incarnation, act, definition);
    else rehearseChild(rehearsal, incarnation, act);
  }
  return { refused, ...rehearsal.seen };
}

function rehearseChild(rehearsal: Rehearsal, { parent, name, slot }: Incarnation, act: Act): void {
  const above = Rehearsed.ofReal(rehearsal, parent!);
  const child = above.state.children.get(name);
  const { pid } = slot!;
  if (!child || child.pid !== pid) return;
  // An orderly act is not counted: it leaves the budget as it stands.
  if (act !== 'kill') rehearsal.seen.budget = above.budget;
  if (act === 'kill') above.killed(child);
  else if (act === 'stop') above.feed({ type: 'terminate-child', id: name, request: null, pid });
  else if (act === 'restart') above.feed({ type: 'cycle-child', id: name, request: null, pid });
}

/** Nothing decides about the outermost one: what ends it stays ended, but for an act that starts it again. */
function rehearseOutermost(
  rehearsal: Rehearsal,
  incarnation: Incarnation,
  act: Act,
  definition: Definition,
): void {
  const again = () => {
    const { lineage } = incarnation;
    rehearsal.started({ node: null, lineage, incarnation: incarnation.incarnation + 1, restart: null });
    Rehearsed.ofDefinition(rehearsal, definition, lineage, null).feed({ type: 'start' });
  };
  if (incarnation.hasEnded) return again();
  const rehearsed = Rehearsed.ofReal(rehearsal, incarnation);
  if (act === 'restart') rehearsed.onEnd(again);
  if (act === 'kill') rehearsed.feed({ type: 'kill' });
  else if (act === 'stop' || act === 'restart') rehearsed.feed({ type: 'shutdown' });
}
