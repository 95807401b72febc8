import type { Envelope, Mail } from '../context.ts';

/** What a runner is told first: which worker it is. Also in a thread's `workerData`, with its port. */
export interface StartNote {
  perch: 'start';
  /** File URL. */
  module: string;
  id: string;
  lineage: string;
  incarnation: number;
  args: unknown;
  isReadyExplicit: boolean;
  /** Of its beats it passes on one in this time; null where none are awaited. */
  beatMs: number | null;
  /** How long it may take to end when its parent is gone. */
  graceMs: number;
}

/** From supervisor to runner. */
export type ToRunner = StartNote | { perch: 'stop' } | { perch: 'mail'; mail: Mail };

/** From runner to supervisor. `done`: `run` has returned or resolved. `failed`: it threw, or its code did. */
export type FromRunner =
  | { perch: 'ready' }
  | { perch: 'beat' }
  /** A person holds its thread for at most so long: no beat will come. */
  | { perch: 'held'; forMs: number }
  | { perch: 'done' }
  | { perch: 'failed'; reason: string; stack: string | null; isAbort: boolean; error: unknown }
  | { perch: 'heard'; envelope: Envelope };

/** Whether something that came through a channel the service may use too is ours. */
export function isNote<N extends ToRunner | FromRunner>(value: unknown): value is N {
  return (
    typeof value === 'object' && value !== null && typeof (value as { perch?: unknown }).perch === 'string'
  );
}
