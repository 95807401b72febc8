import type { Act, ActDocument, AuditHead, Budget, Lost, Outcome } from '../../protocol/act.ts';
import type { Author, Decision, LedgerEvent, NodeRef, PreviousEpoch } from '../../protocol/ledger.ts';

/**
 * One line of the timeline. What belongs to one end of one incarnation (asked, exited, decided, started, ready)
 * is one line that fills up as it happens; everything else is a line of its own.
 */
export interface TimelineRow {
  /** Unique and stable while the line fills up. */
  id: string;
  /** Milliseconds since 1970. */
  at: number;
  what:
    | 'ended'
    | 'acted'
    | 'started'
    | 'blocked'
    | 'unblocked'
    | 'straggler'
    | 'start-failed'
    | 'joined'
    | 'left'
    | 'hub-restarted'
    | 'refused'
    | 'epoch'
    | 'armed'
    | 'disarmed'
    | 'suspended'
    | 'resumed'
    | 'orphans'
    | 'previous-epoch';
  node: NodeRef;
  successor: NodeRef | null;
  /** Why it ended, or what else there is to say. */
  reason: string | null;
  act: RowAct | null;
  decision: RowDecision | null;
  /** When its phases were reached, by the agent's monotonic clock; null for one that was not. */
  phases: RowPhases;
  /** From the exit to the successor being ready; while it is not, null. */
  tookMs: number | null;
  isStraggler: boolean;
  /** The stack of the error it ended with, or of the loop that stood still; a line each. */
  frames: readonly string[];
  /** Who killed it, armed or disarmed. */
  by: Author | null;
  /** What a kill lost, once that is known. */
  lost: Lost | null;
  /** What the black box says of the life before this epoch. */
  previous: PreviousEpoch | null;
}

export interface RowAct {
  act: Act;
  call: string;
  author: Author;
  reason: string;
  outcome: Outcome | null;
  words: string | null;
  /** Known with its outcome, where the agent says so. */
  untouched?: ActDocument['untouched'];
  budget?: Budget;
  audit?: AuditHead;
}

export interface RowDecision {
  decision: Decision;
  by: NodeRef;
  /** Null where the agent did not say. */
  restartsBefore: number | null;
  restartsInPeriod: number;
  intensity: number;
  periodMs: number;
  affected: NodeRef[];
}

export interface RowPhases {
  accepted: number | null;
  exited: number | null;
  decided: number | null;
  started: number | null;
  ready: number | null;
}

export const NO_PHASES: RowPhases = {
  accepted: null,
  exited: null,
  decided: null,
  started: null,
  ready: null,
};

/** A line of which no more is known than what, when and of whom. */
export function rowOf(
  fields: Pick<TimelineRow, 'id' | 'at' | 'what' | 'node'> & Partial<TimelineRow>,
): TimelineRow {
  return {
    successor: null,
    reason: null,
    act: null,
    decision: null,
    phases: NO_PHASES,
    tookMs: null,
    isStraggler: false,
    frames: [],
    by: null,
    lost: null,
    previous: null,
    ...fields,
  };
}

/** What events say that are a line by themselves and fill up no other. */
export function plainRow(
  event: Exclude<
    LedgerEvent,
    {
      kind:
        | 'act'
        | 'act-ended'
        | 'exited'
        | 'decided'
        | 'started'
        | 'ready'
        | 'straggler'
        | 'lost'
        | 'suspended';
    }
  >,
): Partial<TimelineRow> & Pick<TimelineRow, 'what'> {
  switch (event.kind) {
    case 'blocked': {
      const { frames } = event;
      return { what: 'blocked', reason: frames[0] ? `in ${frames[0]}` : null, frames };
    }
    case 'unblocked':
      return { what: 'unblocked', tookMs: event.blockedMs };
    case 'joined':
      return { what: 'joined' };
    case 'start-failed': {
      const frames = event.stack?.split('\n').map((line) => line.trim()) ?? [];
      return { what: 'start-failed', reason: event.reason, frames };
    }
    case 'left':
    case 'hub-restarted':
      return { what: event.kind, reason: event.reason };
    case 'orphans': {
      const running = event.processes.filter(({ isRunning }) => isRunning).map(({ pid }) => pid);
      const reason = running.length === 0 ? 'all ended with it' : `still running: ${running.join(', ')}`;
      return { what: 'orphans', reason };
    }
    case 'armed':
      return { what: 'armed', reason: event.reason, by: event.author };
    case 'disarmed':
      return { what: 'disarmed', reason: DISARMED[event.why], by: event.author };
    case 'resumed':
      return { what: 'resumed', reason: RESUMED[event.why], tookMs: event.afterMs };
    case 'previous-epoch': {
      const { previous } = event;
      return { what: 'previous-epoch', reason: previous.words, frames: previous.frames, previous };
    }
    default:
      return event satisfies never;
  }
}

const DISARMED = { asked: 'asked', time: 'its time was over', session: 'the session ended' };
const RESUMED = {
  asked: 'asked',
  lease: 'its lease was over',
  session: 'the session ended',
  unattended: 'the agent had stood still itself',
};
