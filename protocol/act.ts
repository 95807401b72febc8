import type { ErrorDocument } from './errors.ts';

export const ACTS = ['kill', 'stop', 'restart'] as const;
export type Act = (typeof ACTS)[number];

/**
 * How an act ended. `restarted`: a successor is ready. `not-restarted`: as its restart type says.
 * `escalated`: its supervisor gave up. `straggler`: it was told to end and still runs. `gone`: that
 * incarnation had already ended. `refused`: not allowed or not possible, nothing was done.
 * `not-recovered`: no successor was ready within the time asked for.
 */
export const OUTCOMES = [
  'restarted',
  'not-restarted',
  'escalated',
  'straggler',
  'gone',
  'refused',
  'not-recovered',
] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** One step of an act as it is seen, pushed while the act runs. */
export interface ActProgress {
  phase: 'accepted' | 'exited' | 'decided' | 'started' | 'ready';
  /** Milliseconds since `accepted`, by the agent's monotonic clock (by the client's when the agent died with it). */
  afterMs: number;
  /** In words: `app/games restarts it (1 of 1000 in 10 s)`. */
  words: string;
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
  };
  /** Whose clock the phases are in: the client's once the agent died with what it killed. */
  clock: 'agent' | 'client';
  error?: ErrorDocument;
}
