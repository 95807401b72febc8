import type { ErrorDocument } from './errors.ts';
import type { StateValue } from './state.ts';

/**
 * `kill` ends one incarnation as a crash would, `stop` in order (OTP's terminate_child), `restart` in order with the
 * next one (OTP's restart_child for a stopped one). `suspend` holds a thread until `resume`, its lease or the end of
 * the session; `signal` sends a process a signal; `break` ends what a stuck loop runs. `start-child` asks a dynamic
 * supervisor for a child, `delete` takes a stopped child out of its place.
 */
export const ACTS = [
  'kill',
  'stop',
  'restart',
  'suspend',
  'resume',
  'signal',
  'break',
  'start-child',
  'delete',
] as const;
export type Act = (typeof ACTS)[number];

/** Whether the act ends what it is about, so that supervisors have something to decide. */
export function isEnding(act: Act): act is 'kill' | 'stop' | 'restart' {
  return act === 'kill' || act === 'stop' || act === 'restart';
}

/**
 * How an act ended. `restarted`: a successor is ready. `not-restarted`: as its restart type says.
 * `escalated`: its supervisor gave up. `straggler`: it was told to end and still runs. `gone`: that
 * incarnation had already ended. `refused`: not allowed or not possible, nothing was done.
 * `not-recovered`: no successor was ready within the time asked for. `done`: the act did what it says.
 */
export const OUTCOMES = [
  'restarted',
  'not-restarted',
  'escalated',
  'straggler',
  'gone',
  'refused',
  'not-recovered',
  'done',
] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** One step of an act as it is seen, pushed while the act runs. */
export interface ActProgress {
  phase: 'accepted' | 'exited' | 'decided' | 'started' | 'ready';
  /** Milliseconds since `accepted`, by the agent's monotonic clock (by the client's when the agent died with it). */
  afterMs: number;
  /** In words: `app/games restarts it (1 of 1000 in 10 s)`. */
  words: string;
  /** With `accepted`, where the agent will not live to give a receipt: the audit log's head with this act in it. */
  audit?: AuditHead;
}

export interface ActDocument {
  /** The call's id: repeating the call with it returns this document again instead of acting twice. */
  call: string;
  act: Act;
  target: { id: string; lineage: string; incarnation: number };
  outcome: Outcome;
  /** One sentence: what happened and why. */
  words: string;
  successor: { id: string; incarnation: number } | null;
  /** Other nodes the supervisor stopped or restarted with it. */
  affected: { id: string; lineage: string }[];
  /** Milliseconds since `accepted`; null for a phase that was not reached. */
  phases: {
    exitedMs: number | null;
    decidedMs: number | null;
    startedMs: number | null;
    readyMs: number | null;
    /**
     * Only where probes were asked for: from here on the successor was ready and all probes held, K answers in a row
     * of each. By the client's clock, since the client asks them.
     */
    recoveredMs?: number | null;
  };
  /** Whose clock the phases are in: the client's once the agent died with what it killed. */
  clock: 'agent' | 'client';
  /** Restarts in the deciding supervisor's period, before and after this act; absent where nobody decided. */
  budget?: Budget;
  /** What the kill lost; absent where nothing that hands over state or backlog was ended, or nothing followed it. */
  lost?: Lost;
  /** The same of workers that were ended with it and followed too: what its supervisor's strategy took along, what hung below it. */
  lostAlong?: LostAlong;
  /** Siblings under the same supervisor that were not part of it: how many still are the same incarnation. */
  untouched?: { same: number; of: number };
  /** What each probe saw, where the client was asked to measure when all is steady again. */
  probes?: ProbeResult[];
  /** The audit log's head once this act stood in it; the client keeps it (docs/security.md). */
  audit?: AuditHead;
  error?: ErrorDocument;
}

/** A supervisor's restart intensity as it stood before and after a decision. */
export interface Budget {
  /** Lineage of the supervisor. */
  by: string;
  intensity: number;
  periodMs: number;
  before: number;
  after: number;
}

/** The state and backlog of a killed incarnation, against its successor's once that was ready. */
export interface Lost {
  state: LostState | null;
  /** Null where it declared none. `vanished`: entries that were waiting and are not there any more. */
  backlog: { word: string; before: number; after: number; vanished: number } | null;
}

export interface LostAlong {
  /** Only those that had handed something over, the first of them in the tree's order. */
  workers: {
    lineage: string;
    incarnation: number;
    successor: { id: string; incarnation: number };
    lost: Lost;
  }[];
  /** Further ones that may have held something too: nobody looked. */
  more: number;
}

export interface LostState {
  /** Places compared, and what became of them. */
  gone: number;
  changed: number;
  added: number;
  /** The first of them. Values only for a session that may `inspect`, redacted as any state is. */
  places: LostPlace[];
  /** True where either snapshot was cut at its bounds, or could not be read: `why` tells. */
  isPartial: boolean;
  why?: string;
}

export interface LostPlace {
  /** JSON Pointer as in protocol/state.ts. */
  path: string;
  change: 'gone' | 'changed' | 'added';
  before?: StateValue;
  after?: StateValue;
}

/** One probe's answers from `accepted` on, in milliseconds since then by the client's clock. */
export interface ProbeResult {
  /** As it was written: `http://127.0.0.1:8401/health`, `app backlog<10`. */
  probe: string;
  answers: number;
  failures: number;
  firstFailureMs: number | null;
  lastFailureMs: number | null;
  /** The longest stretch from an answer that failed to the next one that held; 0 when none failed. */
  longestFailureMs: number;
  /** Since when it held, K answers in a row; null when it never came to that. */
  steadyMs: number | null;
  /** Why it failed last: `status 503`, `app/games has backlog 12`; null when it never did. */
  lastFailure: string | null;
}

/** Names the audit log up to and with record `seq`: `hash` is its SHA-256 in hex, chained over all before it. */
export interface AuditHead {
  seq: number;
  hash: string;
  /** There was no place to write: it ends with the agent's thread, and its successor knows nothing of it. */
  inMemory?: true;
}
