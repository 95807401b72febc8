/** Waits between two tries: at first, and at most. */
const BACK_OFF_MS = { first: 500, most: 30_000 };

/**
 * Tries until it works, with growing waits, and resolves with what came of it; null once `signal` aborts, or
 * when `onFirstFailure`, which hears of the first failure only, says that there is no use.
 */
export async function persistently<T>(
  signal: AbortSignal,
  attempt: () => Promise<T>,
  onFirstFailure: (error: Error) => boolean,
): Promise<T | null> {
  for (let waitMs = 0; ; waitMs = Math.min(waitMs * 2 || BACK_OFF_MS.first, BACK_OFF_MS.most)) {
    if (waitMs > 0) await wait(waitMs, signal);
    if (signal.aborted) return null;
    try {
      return await attempt();
    } catch (error) {
      if (signal.aborted) return null;
      if (waitMs === 0 && !onFirstFailure(error as Error)) return null;
    }
  }
}

function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    timer.unref();
    signal.addEventListener('abort', done);
  });
}
