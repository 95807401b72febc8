import type { Lost } from '../../../protocol/act.ts';
import type { LedgerEvent } from '../../../protocol/ledger.ts';
import { LIMITS } from '../../../protocol/limits.ts';
import { diffStates } from '../../inspect/state-diff.ts';
import { type ActUnderWay, remaining } from '../acts/request.ts';
import type { Hub } from '../hub.ts';
import { type Snapshot, takeSnapshot } from './snapshot.ts';

/** Follows an act on a worker: what it held before, and what its successor holds once that is ready. */
export interface Losses {
  /** Resolves when the act may begin: at once for a task, whose thread reads before it acts. */
  taken: Promise<unknown>;
  /** What was lost, put down in the ledger; null where nothing had been handed over or nothing followed. */
  settle(): Promise<Lost | null>;
}

export function followLosses(act: ActUnderWay): Losses {
  const { hub, node, tracking, request } = act;
  const before = takeSnapshot(hub, node, Math.min(LIMITS.lostAskMs, remaining(request)));
  let after: Promise<Snapshot> | null = null;
  const unwatch = hub.ledger.watch((event: LedgerEvent) => {
    if (after || event.kind !== 'ready' || event.node.id !== tracking.successor?.id) return;
    after = handedOver(hub, event.node.id, remaining(request));
  });
  return {
    taken: node.host === 'task' ? Promise.resolve() : before,
    settle: async () => {
      unwatch();
      const { successor, target } = tracking;
      if (!after || !successor) return null;
      const lost = compare(await before, await after);
      if (lost) hub.ledger.add({ kind: 'lost', node: successor, previous: target, call: request.call, lost });
      return lost;
    },
  };
}

/** Between two looks at a successor that has not handed over anything yet. */
const LOOK_EVERY_MS = 25;

/** A successor may be ready before its run function comes to hand over its state. */
async function handedOver(hub: Hub, id: string, leftMs: number): Promise<Snapshot> {
  const deadline = performance.now() + Math.min(LIMITS.lostAfterMs, leftMs);
  for (;;) {
    const node = hub.tree.nodes.get(id);
    const left = deadline - performance.now();
    if (!node || left <= 0) return { isCut: false, why: null, backlog: null };
    const snapshot = await takeSnapshot(hub, node, left);
    if (snapshot.value !== undefined || snapshot.why !== null) return snapshot;
    if (deadline - performance.now() <= LOOK_EVERY_MS) return snapshot;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

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
