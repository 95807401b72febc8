import { LIMITS } from '../../protocol/limits.ts';

/** How often a lineage has lived so far; survives the restart of its supervisor. */
export interface Lives {
  incarnation: number;
  restarts: number;
  /** Why the last one ended. */
  exitReason: string | null;
  /** Of a supervisor that lost its place: those below it, by path (`pool/a`). The next of its id goes on counting. */
  below?: ReadonlyMap<string, Lives>;
}

export const NEVER_LIVED: Readonly<Lives> = { incarnation: 0, restarts: 0, exitReason: null };

/**
 * The lives of children that have lost their place, the latest `LIMITS.maxEndedLineages` at least. Two generations:
 * the older one goes when the newer is full, which costs nothing a child.
 */
export class EndedLives {
  #newer = new Map<string, Lives>();
  #older = new Map<string, Lives>();
  /** With those below, which count too. */
  #newerSize = 0;

  get(id: string): Lives | undefined {
    return this.#newer.get(id) ?? this.#older.get(id);
  }

  /** `extra`: how many are kept beside the limit. */
  put(id: string, lives: Lives, extra: number): void {
    if (this.#newerSize >= LIMITS.maxEndedLineages + extra) {
      this.#older = this.#newer;
      this.#newer = new Map();
      this.#newerSize = 0;
    }
    this.#newer.set(id, lives);
    this.#newerSize += 1 + (lives.below?.size ?? 0);
  }

  *[Symbol.iterator](): Iterator<[string, Lives]> {
    yield* this.#older;
    yield* this.#newer;
  }
}
