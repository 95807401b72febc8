import type { Lost } from '../../../protocol/act.ts';
import { diffStates } from '../../inspect/state-diff.ts';
import type { Snapshot } from './snapshot.ts';

/** What of the first is not in the second; null where the first held nothing. */
export function compare(before: Snapshot, after: Snapshot): Lost | null {
  const hasState = before.value !== undefined || before.why !== null;
  if (!hasState && before.backlog === null) return null;
  const left = after.backlog?.count ?? 0;
  return {
    state: hasState ? stateLost(before, after) : null,
    backlog: before.backlog && {
      word: before.backlog.word,
      before: before.backlog.count,
      after: left,
      vanished: Math.max(0, before.backlog.count - left),
    },
  };
}

function stateLost(before: Snapshot, after: Snapshot): NonNullable<Lost['state']> {
  const unknown = { gone: 0, changed: 0, added: 0, places: [], isPartial: true };
  if (before.value === undefined) return { ...unknown, why: `Before the act: ${before.why}` };
  if (after.why !== null) return { ...unknown, why: `Of the successor: ${after.why}` };
  const lost = diffStates(before.value, after.value);
  const isPartial = lost.isPartial || before.isCut || after.isCut;
  const why = after.value === undefined ? { why: 'The successor has handed over no state' } : {};
  return { ...lost, isPartial, ...why };
}
