import type { Thrown } from '../probe/messages.ts';

/** How a process ended, as far as it is known. */
export interface Ending {
  reason: string;
  code?: number;
  signal?: string;
  stack?: string;
}

/** Its error says more than its exit code; that it was ended by a signal stands. */
export function withLastWords(ending: Ending, thrown: Thrown | null): Ending {
  if (!thrown || ending.signal !== undefined || ending.code === 0) return ending;
  return { ...ending, reason: thrown.reason, ...(thrown.stack ? { stack: thrown.stack } : {}) };
}
