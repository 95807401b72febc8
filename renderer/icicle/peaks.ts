/** Figures under one of the stage above. */
const FAN = 16;

/** The largest figure of any range: stages of the largest of sixteen each, so that a range asks for a few dozen at most. */
export class Peaks {
  readonly #stages: Uint8Array[] = [];

  constructor(most: number) {
    for (let size = most; ; size = Math.ceil(size / FAN)) {
      this.#stages.push(new Uint8Array(size));
      if (size <= FAN) return;
    }
  }

  set(figures: Uint8Array, count: number): void {
    this.#stages[0]!.set(figures.subarray(0, count));
    let size = count;
    for (let stage = 1; stage < this.#stages.length; stage++) {
      const from = this.#stages[stage - 1]!;
      const to = this.#stages[stage]!;
      const above = Math.ceil(size / FAN);
      for (let at = 0; at < above; at++) to[at] = largest(from, at * FAN, Math.min(size, (at + 1) * FAN));
      size = above;
    }
  }

  /** Of `from` to below `until`; 0 for none. */
  within(from: number, until: number): number {
    let most = 0;
    let low = from;
    let high = until;
    for (let stage = 0; low < high; stage++) {
      const figures = this.#stages[stage]!;
      if (high - low <= 2 * FAN || stage === this.#stages.length - 1) {
        return Math.max(most, largest(figures, low, high));
      }
      const lowest = Math.ceil(low / FAN);
      const highest = Math.floor(high / FAN);
      most = Math.max(most, largest(figures, low, lowest * FAN), largest(figures, highest * FAN, high));
      low = lowest;
      high = highest;
    }
    return most;
  }
}

function largest(figures: Uint8Array, from: number, until: number): number {
  let most = 0;
  for (let at = from; at < until; at++) if (figures[at]! > most) most = figures[at]!;
  return most;
}
