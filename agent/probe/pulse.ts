import { performance } from 'node:perf_hooks';
import v8 from 'node:v8';
import { LIMITS } from '../../protocol/limits.ts';

/**
 * What the hub reads of a thread without asking it: shared memory, so that it can be read while the thread is
 * stuck, and so that nothing is sent while nobody looks.
 *
 * Words: [0] beats, counted by the thread; [1] watched, set by the hub; [2] whether the thread is held; [3] counted on by
 * the hub for as long as it answers for that.
 * Figures: one sample, each a double; NaN is not known. After them, a double too: what the agent took of the thread;
 * and a word, set by the hub: how slowly the thread is to be looked at (hub/cost/pace.ts).
 */
const WORDS = 4;

/** [2]: the hub asks, the thread takes it and waits on that very word, the hub (or the lease) lets it go. */
const HOLD = 2;
const FREE = 0;
const ASKED = 1;
const HELD = 2;
const ATTENDED = 3;

/** While it is held a thread looks so often whether the hub still counts. */
const LOOK_MS = LIMITS.beatMs * 2;
const UNATTENDED_LOOKS = Math.ceil(LIMITS.unattendedMs / LOOK_MS);

/** Taken at load: a service may put another in its place. */
const { wait } = Atomics;
const FIGURES = ['loopUtilization', 'heapUsedBytes', 'heapLimitBytes', 'loopDelayMs'] as const;
export type Figure = (typeof FIGURES)[number];

const FIGURES_AT = 8 * Math.ceil((WORDS * 4) / 8);
const TAKEN_AT = FIGURES_AT + FIGURES.length * 8;
const PACE_AT = TAKEN_AT + 8;

export function newPulse(): SharedArrayBuffer {
  return new SharedArrayBuffer(PACE_AT + 8);
}

/** The thread's side. */
export class PulseWriter {
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #figures: Float64Array;
  #lastUtilization = performance.eventLoopUtilization();
  #lastBeatAt = performance.now();
  #longestDelayMs = 0;
  readonly #takenMs: Float64Array;
  readonly #pace: Int32Array;
  #isTaking = false;

  constructor(memory: SharedArrayBuffer) {
    this.memory = memory;
    this.#words = new Int32Array(memory, 0, WORDS);
    this.#figures = new Float64Array(memory, FIGURES_AT, FIGURES.length).fill(Number.NaN);
    this.#takenMs = new Float64Array(memory, TAKEN_AT, 1);
    this.#pace = new Int32Array(memory, PACE_AT, 1);
  }

  /** Runs a piece of the agent's own work on this thread and counts how long it took. A piece within a piece counts once. */
  take<T>(work: () => T): T {
    if (this.#isTaking) return work();
    this.#isTaking = true;
    const from = performance.now();
    try {
      return work();
    } finally {
      this.#isTaking = false;
      this.#takenMs[0]! += performance.now() - from;
    }
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

  /** Stands still until the hub lets it go, the lease is over, or there is no hub any more that would let it go. */
  hold(leaseMs: number): void {
    try {
      this.#waitAttended(leaseMs);
    } finally {
      Atomics.compareExchange(this.#words, HOLD, HELD, FREE);
      // The time that it stood still by order is no delay of its own.
      this.#lastBeatAt = performance.now();
      Atomics.add(this.#words, 0, 1);
    }
  }

  /** Looks are counted, and not time: a machine that stood still took the hub along. */
  #waitAttended(leaseMs: number): void {
    let attended = Atomics.load(this.#words, ATTENDED);
    let unattended = 0;
    for (let leftMs = leaseMs; leftMs > 0; leftMs -= LOOK_MS) {
      if (wait(this.#words, HOLD, HELD, Math.min(leftMs, LOOK_MS)) !== 'timed-out') return;
      const now = Atomics.load(this.#words, ATTENDED);
      unattended = now === attended ? unattended + 1 : 0;
      if (unattended === UNATTENDED_LOOKS) return;
      attended = now;
    }
  }

  get isWatched(): boolean {
    return Atomics.load(this.#words, 1) !== 0;
  }

  /** 0 is full pace; each level is half of the one before it. */
  get pace(): number {
    return Atomics.load(this.#pace, 0);
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
  readonly #takenMs: Float64Array | null;
  readonly #pace: Int32Array | null;

  constructor(memory: SharedArrayBuffer) {
    this.#words = new Int32Array(memory, 0, WORDS);
    this.#figures = new Float64Array(memory, FIGURES_AT, FIGURES.length);
    // A thread may have loaded an older copy of the agent, which does not count it.
    this.#takenMs = memory.byteLength > TAKEN_AT ? new Float64Array(memory, TAKEN_AT, 1) : null;
    this.#pace = memory.byteLength > PACE_AT ? new Int32Array(memory, PACE_AT, 1) : null;
  }

  /** What the probe's own work took of the thread so far; null where it does not count it. */
  get takenMs(): number | null {
    return this.#takenMs?.[0] ?? null;
  }

  /** How slowly the thread is to be looked at; an older copy of the agent there looks at its own pace. */
  setPace(level: number): void {
    if (this.#pace) Atomics.store(this.#pace, 0, level);
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

  /** Says that there still is somebody who will let it go. */
  attend(): void {
    Atomics.add(this.#words, ATTENDED, 1);
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
