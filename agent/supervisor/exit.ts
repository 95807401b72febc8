/** How a child ended, as its supervisor sees it: what OTP reads from an exit signal. */
export interface Exit {
  /**
   * What the restart type asks about: a `transient` child is restarted after `abnormal` only. `shutdown` is an
   * orderly end that somebody asked for.
   */
  readonly kind: 'normal' | 'shutdown' | 'abnormal';
  /** In words: `normal`, `shutdown`, `killed`, `TypeError: x is not a function`, `exit code 3`, `SIGSEGV`. */
  readonly reason: string;
  /** Exit code of a thread or process. */
  readonly code?: number;
  /** The signal that ended a process. */
  readonly signal?: string;
  readonly stack?: string;
  /** What was thrown, for the code that awaits the start. Never leaves the thread. */
  readonly error?: unknown;
  /** Its handle is dead, but its code has not ended yet (a task that was killed). */
  readonly isStillRunning?: true;
}

export const NORMAL: Exit = { kind: 'normal', reason: 'normal' };
export const SHUTDOWN: Exit = { kind: 'shutdown', reason: 'shutdown' };
export const KILLED: Exit = { kind: 'abnormal', reason: 'killed' };
export const HEARTBEAT_MISSED: Exit = { kind: 'abnormal', reason: 'heartbeat missed' };
export const KILLED_STILL_RUNNING: Exit = { ...KILLED, isStillRunning: true };

/** Longest reason and stack that are kept: they travel to every watcher. */
const MAX_REASON_CHARS = 500;
const MAX_STACK_CHARS = 4000;

/** The exit of code that threw `thrown`. */
export function thrownExit(thrown: unknown): Exit {
  const { reason, stack } = describeThrown(thrown);
  return { kind: 'abnormal', reason, error: thrown, ...(stack ? { stack } : {}) };
}

/** Reason and stack of anything that was thrown, bounded. Never throws, whatever `thrown` does when it is read. */
export function describeThrown(thrown: unknown): { reason: string; stack: string | null } {
  try {
    if (!(thrown instanceof Error)) return { reason: String(thrown).slice(0, MAX_REASON_CHARS), stack: null };
    const stack = typeof thrown.stack === 'string' ? thrown.stack.slice(0, MAX_STACK_CHARS) : null;
    return { reason: `${thrown.name}: ${thrown.message}`.slice(0, MAX_REASON_CHARS), stack };
  } catch {
    return { reason: 'something that cannot be described was thrown', stack: null };
  }
}
