import { EventEmitter } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { Result } from './board.ts';

export interface FinishedGame {
  X: string;
  O: string;
  result: Result;
}

export interface Score {
  won: number;
  drawn: number;
  lost: number;
}

/** By player's name. */
export type Scores = Readonly<Record<string, Score>>;

export function addResult(scores: Scores, { X, O, result }: FinishedGame): Scores {
  const outcome = (mark: 'X' | 'O') => (result === 'draw' ? 'drawn' : result === mark ? 'won' : 'lost');
  return add(add(scores, X, outcome('X')), O, outcome('O'));
}

function add(scores: Scores, name: string, outcome: keyof Score): Scores {
  const before = Object.hasOwn(scores, name) ? scores[name]! : { won: 0, drawn: 0, lost: 0 };
  return { ...scores, [name]: { ...before, [outcome]: before[outcome] + 1 } };
}

/** How long until a score keeper that was away is asked again. */
const AGAIN_MS = 200;

/** The service's side of the score keeper: results wait here, in their order, while that process is away. */
export class Scoreboard extends EventEmitter<{ scores: [Scores] }> {
  /** As the score keeper last told it. */
  scores: Scores = {};
  readonly #tell: (game: FinishedGame) => Promise<Scores>;
  readonly #untold: FinishedGame[] = [];
  #isTelling = false;

  constructor(tell: (game: FinishedGame) => Promise<Scores>) {
    super();
    this.#tell = tell;
  }

  async report(game: FinishedGame): Promise<void> {
    this.#untold.push(game);
    if (this.#isTelling) return;
    this.#isTelling = true;
    while (this.#untold.length > 0) {
      try {
        this.scores = await this.#tell(this.#untold[0]!);
        this.#untold.shift();
        this.emit('scores', this.scores);
      } catch {
        // Its supervisor starts a new one; the result is still here.
        await pause(AGAIN_MS, undefined, { ref: false });
      }
    }
    this.#isTelling = false;
  }
}
