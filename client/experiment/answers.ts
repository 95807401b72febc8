import type { ProbeResult } from '../../protocol/act.ts';

/** One answer of a probe. Times are milliseconds on the asking side's monotonic clock. */
export interface Answer {
  askedAt: number;
  answeredAt: number;
  /** Why it does not hold; null when it does. */
  failure: string | null;
}

/** One probe's answers, in the order in which they came, as far as they tell when all is steady again. */
export class Answers {
  readonly #probe: string;
  readonly #hold: number;
  #answers: Answer[] = [];

  /** `hold`: K, how many in a row must hold. */
  constructor(probe: string, hold: number) {
    this.#probe = probe;
    this.#hold = hold;
  }

  take(answer: Answer): void {
    this.#answers.push(answer);
  }

  get last(): Answer | undefined {
    return this.#answers.at(-1);
  }

  /** The last K held. */
  get isSteady(): boolean {
    return this.#answers.length >= this.#hold && this.#answers.slice(-this.#hold).every(didHold);
  }

  /**
   * From when on it held: the first answer of the row of those that held, where K of the row were asked for at or
   * after `from`. Null while there are not so many.
   */
  steadySince(from: number): number | null {
    const since = this.#answers.findLastIndex((answer) => !didHold(answer)) + 1;
    const row = this.#answers.slice(since);
    if (row.filter(({ askedAt }) => askedAt >= from).length < this.#hold) return null;
    return row[0]!.answeredAt;
  }

  /** What is told of it, in milliseconds since `t0`; answers that came before are not part of it. */
  result(t0: number, readyAt: number | null): ProbeResult {
    const answers = this.#answers.filter(({ answeredAt }) => answeredAt >= t0);
    const failed = answers.filter((answer) => !didHold(answer));
    const steadyAt = readyAt === null ? null : this.steadySince(readyAt);
    const since = (at: number | undefined) => (at === undefined ? null : round(Math.max(0, at - t0)));
    return {
      probe: this.#probe,
      answers: answers.length,
      failures: failed.length,
      firstFailureMs: since(failed[0]?.answeredAt),
      lastFailureMs: since(failed.at(-1)?.answeredAt),
      longestFailureMs: round(longestFailure(answers)),
      steadyMs: steadyAt === null ? null : since(steadyAt),
      lastFailure: failed.at(-1)?.failure ?? null,
    };
  }
}

const didHold = ({ failure }: Answer): boolean => failure === null;

/** From when the first answer of a stretch that failed was asked for, to the one that held again, or the last one. */
function longestFailure(answers: readonly Answer[]): number {
  let longest = 0;
  let from: number | null = null;
  for (const answer of answers) {
    if (!didHold(answer)) from ??= answer.askedAt;
    if (from === null) continue;
    longest = Math.max(longest, answer.answeredAt - from);
    if (didHold(answer)) from = null;
  }
  return longest;
}

/** Tenths: a probe is asked every few tens of milliseconds. */
const round = (ms: number): number => Math.round(ms * 10) / 10;
