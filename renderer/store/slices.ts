/** So long one slice may take: a frame at 60 Hz has room for it beside its own work. */
const SLICE_MS = 1.5;
/** Looking at the clock costs more than most steps. */
const STEPS_A_LOOK = 64;

/**
 * Goes through many things a slice at a time, whenever the screen has nothing better to do, so that no frame
 * waits for it. Gives what stops it.
 */
export function inSlices<T>(
  items: Iterable<T>,
  each: (item: T) => void,
  done: () => void,
  whenIdle: (run: () => void) => void = idle,
): () => void {
  const iterator = items[Symbol.iterator]();
  let isStopped = false;
  const slice = () => {
    if (isStopped) return;
    const until = performance.now() + SLICE_MS;
    for (let step = 1; ; step++) {
      const next = iterator.next();
      if (next.done) {
        isStopped = true;
        done();
        return;
      }
      each(next.value);
      if (step % STEPS_A_LOOK === 0 && performance.now() >= until) break;
    }
    whenIdle(slice);
  };
  whenIdle(slice);
  return () => {
    isStopped = true;
  };
}

/** A window that is never idle comes to it all the same. */
const MOST_WAIT_MS = 100;

function idle(run: () => void): void {
  if (typeof requestIdleCallback === 'function') requestIdleCallback(run, { timeout: MOST_WAIT_MS });
  else setTimeout(run);
}
