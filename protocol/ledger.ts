import type { Act, AuditHead, Budget, Lost, Outcome } from './act.ts';

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
  /** `untouched`, `budget` and `audit` as in its document (protocol/act.ts). */
  | {
      kind: 'act-ended';
      node: NodeRef;
      act: Act;
      call: string;
      outcome: Outcome;
      words: string;
      untouched?: { same: number; of: number };
      budget?: Budget;
      audit?: AuditHead;
    }
  | {
      kind: 'exited';
      node: NodeRef;
      reason: string;
      code?: number;
      signal?: string;
      stack?: string;
      call?: string;
      /** Who killed it through Perch: the author of `call`. Added by the hub. */
      by?: Author;
    }
  | {
      kind: 'decided';
      node: NodeRef;
      by: NodeRef;
      decision: Decision;
      /** Restarts in the period as this exit was seen: the budget before the decision. */
      restartsBefore?: number;
      /** Restarts counted in the period, this one included, and how many are allowed. */
      restartsInPeriod: number;
      intensity: number;
      periodMs: number;
      affected: NodeRef[];
      /** The restart waits so long: the supervisor's back-off. Absent: it is at once. */
      delayMs?: number;
    }
  | { kind: 'started'; node: NodeRef; previous: NodeRef | null }
  | { kind: 'ready'; node: NodeRef }
  /** `holds`: its live timers and sockets, a line each (`Timeout 1000 ms, repeats, game.ts:41`). */
  | { kind: 'straggler'; node: NodeRef; afterMs: number; holds?: string[] }
  /** What a killed incarnation lost, known once its successor (`node`) was ready. */
  | { kind: 'lost'; node: NodeRef; previous: NodeRef; call: string; lost: Lost }
  /** Processes below one that was killed: ended with it, or still running under another parent. */
  | { kind: 'orphans'; node: NodeRef; processes: { pid: number; command: string; isRunning: boolean }[] }
  /** A session may act from now on, until `until` (ms since 1970); `node` is the root process. */
  | { kind: 'armed'; node: NodeRef; author: Author; reason: string; until: number }
  /** `until` as in `armed`: one key may have several sessions. */
  | {
      kind: 'disarmed';
      node: NodeRef;
      author: Author;
      why: 'asked' | 'time' | 'session';
      until: number;
    }
  | { kind: 'suspended'; node: NodeRef; call: string; leaseMs: number }
  | { kind: 'resumed'; node: NodeRef; afterMs: number; why: 'asked' | 'lease' | 'session' | 'unattended' }
  /** What the black box says of the epoch before this one; `node` is the root process. */
  | { kind: 'previous-epoch'; node: NodeRef; previous: PreviousEpoch }
  | {
      kind: 'start-failed';
      node: NodeRef;
      reason: string;
      code?: number;
      signal?: string;
      stack?: string;
    }
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

/** How the life of the same instance before this one ended, read from its black box. */
export interface PreviousEpoch {
  epoch: string;
  pid: number;
  /** Milliseconds since 1970: the last sign of life, or when its end was written down. */
  diedAt: number;
  /** One sentence: `died 03:12:07, SIGKILL by alice through Perch, loop blocked 41 s before in parse()`. */
  words: string;
  /** Its exit code where it ended by itself; null where it was ended without a word. */
  code: number | null;
  /** An act on the process that was under way; the new epoch completes it. */
  act: { act: Act; call: string; author: Author; reason: string; at: number } | null;
  /** The last stack of a loop that stood still when it ended; empty when none did. */
  frames: string[];
  blockedMs: number | null;
}

/** A session that may act. */
export interface Arming {
  author: Author;
  reason: string;
  /** Milliseconds since 1970 at the agent. */
  since: number;
  until: number;
}
