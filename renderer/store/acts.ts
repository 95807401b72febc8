import type { Act, ActDocument, ActProgress } from '../../protocol/act.ts';
import { asPerchError, type PerchError } from '../../protocol/errors.ts';
import type { TreeNode } from '../../protocol/tree.ts';
import { ask } from '../bridge.ts';
import { openedRow } from './card.ts';
import { Value } from './value.ts';

/** An act of this person, from asking to its end. */
export interface ActRun {
  call: string;
  act: Act;
  instance: string;
  node: Pick<TreeNode, 'id' | 'name' | 'lineage' | 'incarnation' | 'kind'>;
  reason: string;
  details: ActDetails;
  progress: readonly ActProgress[];
  ended: ActDocument | null;
  error: PerchError | null;
}

/** What some acts take beside a reason (protocol/calls.ts). */
export interface ActDetails {
  signal?: string;
  leaseMs?: number;
  child?: string;
  childArgs?: string;
  force?: boolean;
}

/** The last one; null when it was put away. */
export const act = new Value<ActRun | null>(null);

/** Acts of this window that ended, by call: their documents say more than the ledger does. */
const runs = new Map<string, ActRun>();
const MAX_RUNS = 100;

export function runOf(call: string): ActRun | null {
  return runs.get(call) ?? null;
}

/** Asks for the act and follows it in `act`. */
export async function runAct(asked: {
  act: Act;
  instance: string;
  node: TreeNode;
  epoch: string;
  reason: string;
  details?: ActDetails;
}): Promise<void> {
  const { instance, node, epoch, reason, details = {} } = asked;
  const call = crypto.randomUUID();
  openedRow.set(null);
  act.set({ call, act: asked.act, instance, node, reason, details, progress: [], ended: null, error: null });
  try {
    const ended = await ask('act', {
      instance,
      act: asked.act,
      call,
      node: node.id,
      epoch,
      reason,
      ...details,
    });
    change(call, { ended });
  } catch (thrown) {
    change(call, { error: asPerchError(thrown) });
  }
}

export function onActProgress(call: string, progress: ActProgress): void {
  const run = act.get();
  if (run?.call === call) change(call, { progress: [...run.progress, progress] });
}

function change(call: string, changed: Partial<ActRun>): void {
  const before = act.get();
  if (before?.call !== call) return;
  const run = { ...before, ...changed };
  act.set(run);
  if (!run.ended) return;
  runs.set(call, run);
  const [oldest] = runs.keys();
  if (runs.size > MAX_RUNS && oldest) runs.delete(oldest);
}
