/** Time as it comes in from the edge, so that tests can turn it. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Milliseconds that only ever go up; differences are durations. */
  monotonic(): number;
  /** Runs once after `ms`; what it returns cancels it. */
  after(ms: number, run: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

/** Resolves after `ms`, or at once when the signal aborts; never rejects. */
export function pause(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = () => {
      cancel();
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const cancel = clock.after(ms, done);
    signal?.addEventListener('abort', done, { once: true });
  });
}

/** Watches until it is over, the time is up or the signal aborts: what then is seen. */
export async function forAtMost<T>(
  clock: Clock,
  ms: number,
  signal: AbortSignal | undefined,
  watch: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const timeUp = new AbortController();
  const cancelTimer = clock.after(ms, () => timeUp.abort());
  return watch(signal ? AbortSignal.any([signal, timeUp.signal]) : timeUp.signal).finally(cancelTimer);
}
