import { performance } from 'node:perf_hooks';
import v8 from 'node:v8';

/**
 * What the hub reads of a thread without asking it: shared memory, so that it can be read while the thread is
 * stuck, and so that nothing is sent while nobody looks.
 *
 * Words: [0] beats, counted by the thread; [1] watched, set by the hub; [2] whether the thread is held.
 * Figures: one sample, each a double; NaN is not known.
 */
const WORDS = 3;

/** [2]: the hub asks, the thread takes it and waits on that very word, the hub (or the lease) lets it go. */
const HOLD = 2;
const FREE = 0;
const ASKED = 1;
const HELD = 2;

/** Taken at load: a service may put another in its place. */
const { wait } = Atomics;
const FIGURES = ['loopUtilization', 'heapUsedBytes', 'heapLimitBytes', 'loopDelayMs'] as const;
export type Figure = (typeof FIGURES)[number];

const FIGURES_AT = 8 * Math.ceil((WORDS * 4) / 8);

export function newPulse(): SharedArrayBuffer {
  return new SharedArrayBuffer(FIGURES_AT + FIGURES.length * 8);
}

/** The thread's side. */
export class PulseWriter {
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #figures: Float64Array;
  #lastUtilization = performance.eventLoopUtilization();
  #lastBeatAt = performance.now();
  #longestDelayMs = 0;

  constructor(memory: SharedArrayBuffer) {
    this.memory = memory;
    this.#words = new Int32Array(memory, 0, WORDS);
    this.#figures = new Float64Array(memory, FIGURES_AT, FIGURES.length).fill(Number.NaN);
  }

  beat(expectedMs: number): void {
    const now = performance.now();
    this.#longestDelayMs = Math.max(this.#longestDelayMs, now - this.#lastBeatAt - expectedMs);
    this.#lastBeatAt = now;
    Atomics.add(this.#words, 0, 1);
  }

  /** Takes what the hub asked for; false when it took that back meanwhile. `hold` must follow at once. */
  takeHold(): boolean {
    return Atomics.compareExchange(this.#words, HOLD, ASKED, HELD) === ASKED;
  }

  /** Stands still until the hub lets it go. The lease ends by itself, also when there is no hub any more. */
  hold(leaseMs: number): void {
    try {
      wait(this.#words, HOLD, HELD, leaseMs);
    } finally {
      Atomics.compareExchange(this.#words, HOLD, HELD, FREE);
      // The time that it stood still by order is no delay of its own.
      this.#lastBeatAt = performance.now();
      Atomics.add(this.#words, 0, 1);
    }
  }

  get isWatched(): boolean {
    return Atomics.load(this.#words, 1) !== 0;
  }

  /** Costs about 5 us. */
  sample(): void {
    const utilization = performance.eventLoopUtilization();
    const heap = v8.getHeapStatistics();
    this.#figures[0] = performance.eventLoopUtilization(utilization, this.#lastUtilization).utilization;
    this.#figures[1] = heap.used_heap_size;
    this.#figures[2] = heap.heap_size_limit;
    this.#figures[3] = Math.max(0, this.#longestDelayMs);
    this.#lastUtilization = utilization;
    this.#longestDelayMs = 0;
  }
}

/** The hub's side. */
export class PulseReader {
  readonly #words: Int32Array;
  readonly #figures: Float64Array;

  constructor(memory: SharedArrayBuffer) {
    this.#words = new Int32Array(memory, 0, WORDS);
    this.#figures = new Float64Array(memory, FIGURES_AT, FIGURES.length);
  }

  get beats(): number {
    return Atomics.load(this.#words, 0);
  }

  /** Asks the thread to stand still; false when it is held, or asked, already. A message must tell it. */
  askHold(): boolean {
    return Atomics.compareExchange(this.#words, HOLD, FREE, ASKED) === FREE;
  }

  /** Takes the asking back; false when the thread has taken it. */
  withdrawHold(): boolean {
    return Atomics.compareExchange(this.#words, HOLD, ASKED, FREE) === ASKED;
  }

  get isHeld(): boolean {
    return Atomics.load(this.#words, HOLD) === HELD;
  }

  /** Lets the thread go on, where it is held. */
  letGo(): void {
    if (Atomics.compareExchange(this.#words, HOLD, HELD, FREE) === HELD) Atomics.notify(this.#words, HOLD);
  }

  watch(isWatched: boolean): void {
    Atomics.store(this.#words, 1, isWatched ? 1 : 0);
  }

  /** The last sample; figures that are not known are absent. */
  figures(): Partial<Record<Figure, number>> {
    const known: Partial<Record<Figure, number>> = {};
    FIGURES.forEach((name, at) => {
      const value = this.#figures[at]!;
      if (!Number.isNaN(value)) known[name] = value;
    });
    return known;
  }
}
