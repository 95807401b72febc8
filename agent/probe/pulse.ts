import { performance } from 'node:perf_hooks';
import v8 from 'node:v8';

/**
 * What the hub reads of a thread without asking it: shared memory, so that it can be read while the thread is
 * stuck, and so that nothing is sent while nobody looks.
 *
 * Words: [0] beats, counted by the thread; [1] watched, set by the hub.
 * Figures: one sample, each a double; NaN is not known.
 */
const WORDS = 2;
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
