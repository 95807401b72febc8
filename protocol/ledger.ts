import type { Act, Outcome } from './act.ts';

/** Which incarnation an event is about. */
export interface NodeRef {
  id: string;
  lineage: string;
  incarnation: number;
}

/** Who asked for it: the key that logged in (`local` for the user of this machine's socket). */
export interface Author {
  key: string;
  /** The comment at the end of the authorized key's line. */
  name: string;
}

/** What a supervisor decided about an exit. */
export type Decision = 'restart' | 'no-restart' | 'escalate' | 'shutdown';

/**
 * One thing that happened, as the timeline shows it. `t` is the machine's monotonic clock in milliseconds
 * (process.hrtime), the same for all threads and processes of the instance, so differences are durations.
 */
export type LedgerFact =
  | { kind: 'act'; node: NodeRef; act: Act; call: string; author: Author; reason: string }
  | { kind: 'act-ended'; node: NodeRef; act: Act; call: string; outcome: Outcome; words: string }
  | {
      kind: 'exited';
      node: NodeRef;
      reason: string;
      code?: number;
      signal?: string;
      stack?: string;
      call?: string;
    }
  | {
      kind: 'decided';
      node: NodeRef;
      by: NodeRef;
      decision: Decision;
      /** Restarts counted in the period, this one included, and how many are allowed. */
      restartsInPeriod: number;
      intensity: number;
      periodMs: number;
      affected: NodeRef[];
    }
  | { kind: 'started'; node: NodeRef; previous: NodeRef | null }
  | { kind: 'ready'; node: NodeRef }
  | { kind: 'straggler'; node: NodeRef; afterMs: number }
  | { kind: 'start-failed'; node: NodeRef; reason: string }
  | { kind: 'blocked'; node: NodeRef; frames: string[] }
  | { kind: 'unblocked'; node: NodeRef; blockedMs: number }
  | { kind: 'joined'; node: NodeRef }
  | { kind: 'left'; node: NodeRef; reason: string }
  | { kind: 'hub-restarted'; node: NodeRef; reason: string };

export type LedgerEvent = LedgerFact & {
  /** Counts up within an epoch, without a gap; ask from a number on. */
  seq: number;
  /** Milliseconds since 1970. */
  at: number;
  t: number;
};

/** One control call, refused ones too. */
export interface AuditRecord {
  seq: number;
  at: number;
  author: Author;
  act: string;
  call: string;
  target: string;
  reason: string;
  outcome: string;
}
