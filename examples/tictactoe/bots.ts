import { setTimeout as pause } from 'node:timers/promises';
import type { Board, Mark } from './board.ts';

export interface Question {
  board: Board;
  mark: Mark;
}

/** A bot that can be asked for a cell: the handle of a supervised thread. */
export type AskBot = (question: Question) => Promise<number>;

/** How long until another bot is asked after one that was killed, or is not there just now. */
const AGAIN_MS = 100;

/** Shares the thinking among the bots, one after another. A question is asked until it is answered. */
export class BotPool {
  readonly #bots: readonly AskBot[];
  #turn = 0;

  constructor(bots: readonly AskBot[]) {
    this.#bots = bots;
  }

  /** The cell that some bot chooses; rejects only when `signal` aborts. */
  async think(question: Question, signal: AbortSignal): Promise<number> {
    for (;;) {
      signal.throwIfAborted();
      try {
        return await this.#bots[this.#turn++ % this.#bots.length]!(question);
      } catch {
        await pause(AGAIN_MS, undefined, { signal });
      }
    }
  }
}
