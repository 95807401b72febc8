import { vi } from 'vitest';

interface Timer {
  atMs: number;
  everyMs: number | null;
  run: () => void;
  isReferenced: boolean;
}

const realImmediate = setImmediate;

/**
 * Fake time for all that runs in this thread: timers fire one at a time, in order, and only when the clock is
 * moved; after each one everything that it promised has settled, as in Node.
 */
export class Clock {
  nowMs = 0;
  readonly #timers = new Set<Timer>();

  install(): void {
    const set = (everyMs: number | null) => (run: (...args: unknown[]) => void, ms?: number) => {
      const delayMs = Math.max(1, ms ?? 1);
      return this.#add(run, delayMs, everyMs === null ? null : delayMs);
    };
    const clear = (timer: Timer | undefined | null): void => {
      if (timer) this.#timers.delete(timer);
    };
    vi.stubGlobal('setTimeout', set(null));
    vi.stubGlobal('setInterval', set(1));
    vi.stubGlobal('setImmediate', (run: () => void) => this.#add(run, 0, null));
    for (const name of ['clearTimeout', 'clearInterval', 'clearImmediate']) vi.stubGlobal(name, clear);
    vi.spyOn(performance, 'now').mockImplementation(() => this.nowMs);
    vi.spyOn(Date, 'now').mockImplementation(() => 1_700_000_000_000 + this.nowMs);
  }

  uninstall(): void {
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
  }

  /** What waits for its time, by the names of what it will call. */
  get waiting(): string[] {
    return Array.from(this.#timers, ({ run }) => run.name || 'a function without a name');
  }

  /** The loop turns for so long. */
  async turn(ms: number): Promise<void> {
    const untilMs = this.nowMs + ms;
    await settled();
    for (let next = this.#next(untilMs); next; next = this.#next(untilMs)) {
      this.nowMs = Math.max(this.nowMs, next.atMs);
      if (next.everyMs === null) this.#timers.delete(next);
      else next.atMs = this.nowMs + next.everyMs;
      next.run();
      await settled();
    }
    this.nowMs = untilMs;
  }

  /** Somebody keeps the loop for so long: no timer fires meanwhile. */
  stand(ms: number): void {
    this.nowMs += ms;
  }

  #add(run: (...args: unknown[]) => void, delayMs: number, everyMs: number | null): Timer {
    const timer = {
      ...{ atMs: this.nowMs + delayMs, everyMs, run, isReferenced: true },
      ref: () => timer,
      unref: () => timer,
    };
    this.#timers.add(timer);
    return timer;
  }

  #next(untilMs: number): Timer | null {
    let first: Timer | null = null;
    for (const timer of this.#timers) {
      if (timer.atMs <= untilMs && (first === null || timer.atMs < first.atMs)) first = timer;
    }
    return first;
  }
}

const settled = () => new Promise<void>((resolve) => void realImmediate(() => resolve()));
