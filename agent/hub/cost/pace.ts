import { LIMITS } from '../../../protocol/limits.ts';

/** How slowly the agent looks. Each level doubles the time between two samples. */
export interface Pace {
  level: number;
  /** What the agent took over the last window, of one core; null before the first is over. */
  usedPercent: number | null;
  /** Milliseconds since 1970; null at full pace. */
  slowedAt: number | null;
}

export const FULL_PACE: Pace = { level: 0, usedPercent: null, slowedAt: null };

/** Fast again only where twice the work, and then some, would fit: it must not go up and down with each window. */
const FASTER_BELOW = 0.4;

/** The pace of the next window: a level slower past the budget, a level faster well below it. */
export function paceAfter(
  { level, slowedAt }: Pace,
  usedPercent: number,
  { budgetPercent, now }: { budgetPercent: number; now: number },
): Pace {
  const step = usedPercent > budgetPercent ? 1 : usedPercent < budgetPercent * FASTER_BELOW ? -1 : 0;
  const next = Math.min(LIMITS.maxPaceLevel, Math.max(0, level + step));
  return { level: next, usedPercent, slowedAt: next === 0 ? null : (slowedAt ?? now) };
}

/** Between two samples of metrics, and between two deltas for a watcher. */
export function sampleMs(level: number): number {
  return LIMITS.sampleMs * 2 ** level;
}

export function coalesceMs(level: number): number {
  return LIMITS.coalesceMs * 4 ** level;
}
