/**
 * The restarts of the last period, oldest first; those before `from` have left it. Never longer than the
 * intensity plus one for long: one more restart than that ends the supervisor.
 */
export interface RestartWindow {
  times: number[];
  from: number;
}

export function emptyWindow(): RestartWindow {
  return { times: [], from: 0 };
}

/**
 * Counts one restart at `nowMs` and gives how many lie in the period with it; the supervisor gives up when that
 * is more than its intensity. A restart exactly one period old still counts (OTP: `R >= Now - Period`).
 * Changes the window in place.
 */
export function addRestart(window: RestartWindow, nowMs: number, periodMs: number): number {
  window.times.push(nowMs);
  return countRestarts(window, nowMs, periodMs);
}

/** When the oldest restart that still counts took place; null when none does. As of the last count. */
export function oldestRestart({ times, from }: RestartWindow): number | null {
  return times[from] ?? null;
}

/** How many restarts lie in the period before `nowMs`. Lets go of older ones. */
export function countRestarts(window: RestartWindow, nowMs: number, periodMs: number): number {
  const { times } = window;
  const threshold = nowMs - periodMs;
  while (window.from < times.length && times[window.from]! < threshold) window.from++;
  if (window.from > 64 && window.from * 2 > times.length) {
    times.splice(0, window.from);
    window.from = 0;
  }
  return times.length - window.from;
}
