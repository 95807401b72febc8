/** What is dead may be shown alive for so long. */
const SHOWN_MS = 3000;
/** Looks come every 50 ms; between two that are further apart, the one who looks has not run itself. */
const STOOD_MS = 250;

/**
 * The rule of three seconds, apart from where its facts come from: what ended, and since when it may be known here.
 * While the onlooker's own loop stands it sees nothing: that time is not held against Perch, and it is told.
 */
export class Shown {
  readonly faults: string[] = [];
  /** Shown for too long by the clock, and not by the time in which the onlooker could look. */
  readonly undecided: string[] = [];
  /** How long what had ended was shown alive, at worst, without the time in which nobody looked. */
  longestMs = 0;
  /** How long the onlooker's own loop stood, in all. */
  stoodMs = 0;
  #lookedAt: number | null = null;
  readonly #stood: { from: number; to: number }[] = [];
  readonly #late = new Map<string, number>();
  readonly #isUndecided = new Set<string>();

  /** A look begins. */
  look(now: number): void {
    const from = this.#lookedAt ?? now;
    this.#lookedAt = now;
    if (now - from > STOOD_MS) {
      this.#stood.push({ from, to: now });
      this.stoodMs += now - from;
    }
    while (this.#stood[0] && this.#stood[0].to < now - 10 * SHOWN_MS) this.#stood.shift();
  }

  /** It runs, or is shown as what it is. */
  agrees(id: string): void {
    this.#late.delete(id);
    this.#isUndecided.delete(id);
  }

  /** It is shown alive, and has ended; it could be known here since then. */
  isLate(id: string, words: string, knowableAt: number, now: number): void {
    const shownMs = now - knowableAt;
    const seenMs = shownMs - this.#stoodBetween(knowableAt, now);
    this.longestMs = Math.max(this.longestMs, seenMs);
    if (shownMs <= SHOWN_MS) return;
    if (seenMs <= SHOWN_MS) {
      if (!this.#isUndecided.has(id)) this.undecided.push(words);
      this.#isUndecided.add(id);
      return;
    }
    // Twice in a row: what has come in meanwhile is read between two looks.
    const looks = (this.#late.get(id) ?? 0) + 1;
    this.#late.set(id, looks);
    if (looks === 2) this.faults.push(words);
  }

  #stoodBetween(since: number, now: number): number {
    return this.#stood.reduce(
      (sum, { from, to }) => sum + Math.max(0, Math.min(to, now) - Math.max(from, since)),
      0,
    );
  }
}
