import type { Act, ActDocument, ActProgress, Budget, Outcome } from '../../../protocol/act.ts';
import { durationWords } from '../../../protocol/duration.ts';
import type { LedgerEvent, NodeRef } from '../../../protocol/ledger.ts';
import type { TreeNode } from '../../../protocol/tree.ts';
import { refOf } from '../node-ref.ts';

/** How far an act has come, read off the ledger. `ended` is set once its outcome is known. */
export interface Tracking {
  act: Act;
  /** Somebody decides about its exit; otherwise the exit is the end of it. */
  isSupervised: boolean;
  target: NodeRef;
  /** The target and those that were started in its place so far: a start that fails is followed by another. */
  chain: Set<string>;
  /** Monotonic time of `accepted`. */
  t0: number;
  phases: ActDocument['phases'];
  successor: NodeRef | null;
  affected: NodeRef[];
  /** Whose restart was decided and has not begun; null while none is due. */
  due: string | null;
  /** Of the supervisor that decided, before and after. */
  budget: Budget | null;
  ended: { outcome: Outcome; words: string } | null;
}

export function startTracking(act: Act, target: NodeRef, t0: number): Tracking {
  return {
    act,
    isSupervised: true,
    target,
    chain: new Set([target.id]),
    t0,
    phases: { exitedMs: null, decidedMs: null, startedMs: null, readyMs: null },
    successor: null,
    affected: [],
    due: null,
    budget: null,
    ended: null,
  };
}

/** The act turns out to be on this worker: on what it runs in was asked, and its supervisor decides about it. */
export function aimAt(tracking: Tracking, worker: TreeNode): void {
  Object.assign(tracking.target, refOf(worker));
  tracking.chain.add(worker.id);
}

/** Takes the next ledger event; gives the step to show, or null where the event is about something else. */
export function track(tracking: Tracking, event: LedgerEvent): ActProgress | null {
  if (tracking.ended) return null;
  const { phases, target } = tracking;
  const afterMs = Math.max(0, event.t - tracking.t0);
  const isTarget = event.node.id === target.id;

  if (event.kind === 'exited' && isTarget && phases.exitedMs === null) {
    phases.exitedMs = afterMs;
    if (tracking.act === 'stop' || !tracking.isSupervised)
      end(tracking, 'not-restarted', `${target.lineage} ended`);
    return { phase: 'exited', afterMs, words: `#${target.incarnation} ended: ${event.reason}` };
  }
  if (event.kind === 'decided' && tracking.chain.has(event.node.id)) {
    phases.decidedMs = afterMs;
    tracking.affected = event.affected.filter((node) => node.id !== target.id);
    tracking.budget ??= budgetOf(event);
    // A stop is not decided about, but for one that takes back a restart that is due: its own, or an earlier act's.
    const isTakenBack = event.decision === 'no-restart' && tracking.due === event.node.id;
    const isOwnStop = event.decision === 'no-restart' && tracking.act === 'stop';
    const words =
      isTakenBack || isOwnStop ? `${event.by.lineage} no longer restarts it` : decisionWords(event);
    tracking.due = event.decision === 'restart' ? event.node.id : null;
    if (isTakenBack) end(tracking, 'not-recovered', `${words}: it was stopped before that was due`);
    else if (event.decision === 'no-restart') end(tracking, 'not-restarted', words);
    if (event.decision === 'shutdown') end(tracking, 'not-restarted', words);
    if (event.decision === 'escalate') end(tracking, 'escalated', words);
    return { phase: 'decided', afterMs, words };
  }
  if (event.kind === 'started' && event.previous && tracking.chain.has(event.previous.id)) {
    phases.startedMs = afterMs;
    tracking.successor = event.node;
    tracking.chain.add(event.node.id);
    tracking.due = null;
    return { phase: 'started', afterMs, words: `#${event.node.incarnation} started` };
  }
  if (event.kind === 'ready' && event.node.id === tracking.successor?.id) {
    phases.readyMs = afterMs;
    const { incarnation } = event.node;
    end(tracking, 'restarted', `${target.lineage} #${target.incarnation} → #${incarnation}`);
    return { phase: 'ready', afterMs, words: `#${incarnation} is ready` };
  }
  return null;
}

function end(tracking: Tracking, outcome: Outcome, words: string): void {
  tracking.ended = { outcome, words };
}

/** A decision that counts a restart has counted this one. */
function budgetOf(event: Extract<LedgerEvent, { kind: 'decided' }>): Budget {
  const { by, decision, intensity, periodMs, restartsInPeriod: after } = event;
  const isCounted = decision === 'restart' || decision === 'escalate';
  const before = event.restartsBefore ?? after - (isCounted ? 1 : 0);
  return { by: by.lineage, intensity, periodMs, before, after };
}

function decisionWords(event: Extract<LedgerEvent, { kind: 'decided' }>): string {
  const by = event.by.lineage;
  const budget = `${event.restartsInPeriod} of ${event.intensity} in ${event.periodMs / 1000} s`;
  switch (event.decision) {
    case 'restart':
      return `${by} restarts it${event.delayMs ? ` in ${durationWords(event.delayMs)}` : ''} (${budget})`;
    case 'no-restart':
      return `${by} does not restart it, as its restart type says`;
    case 'escalate':
      return `${by} gives up (${budget}) and ends; what is above it decides`;
    case 'shutdown':
      return `${by} shuts down`;
  }
}
