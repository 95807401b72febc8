import { BroadcastChannel } from 'node:worker_threads';
import type { Board, Mark } from './board.ts';

export interface Question {
  ask: number;
  board: Board;
  mark: Mark;
}

export interface Thought {
  ask: number;
  cell: number;
}

export function channelName(botName: string): string {
  return `tictactoe/${botName}`;
}

/** How long a bot may think before another one is asked: it may have been killed with the question. */
const THINK_MS = 1000;

/** Asks the bot threads. They come and go under their supervisor; a question is asked until it is answered. */
export class BotPool {
  readonly #bots: { name: string; channel: BroadcastChannel }[];
  readonly #waiting = new Map<number, (cell: number) => void>();
  #asked = 0;

  constructor(names: readonly string[]) {
    this.#bots = names.map((name) => {
      const channel = new BroadcastChannel(channelName(name));
      channel.onmessage = (event) => this.#hear(event.data as Thought);
      channel.unref();
      return { name, channel };
    });
  }

  /** The cell a bot chooses; rejects only when `signal` aborts. */
  think(board: Board, mark: Mark, signal: AbortSignal): Promise<number> {
    return new Promise((resolve, reject) => {
      const ask = this.#asked++;
      let turn = ask;
      const send = () => this.#bots[turn++ % this.#bots.length]!.channel.postMessage({ ask, board, mark });
      const again = setInterval(send, THINK_MS);
      const done = () => {
        clearInterval(again);
        signal.removeEventListener('abort', stop);
        this.#waiting.delete(ask);
      };
      const stop = () => {
        done();
        reject(signal.reason);
      };
      this.#waiting.set(ask, (cell) => {
        done();
        resolve(cell);
      });
      signal.addEventListener('abort', stop, { once: true });
      send();
    });
  }

  #hear(thought: Thought): void {
    this.#waiting.get(thought.ask)?.(thought.cell);
  }
}
