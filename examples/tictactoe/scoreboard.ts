import { EventEmitter } from 'node:events';
import { request } from 'node:http';
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

/** The service's side of the score keeper: a result waits here while that process is away. */
export class Scoreboard extends EventEmitter<{ scores: [Scores] }> {
  /** As the score keeper last told it. */
  scores: Scores = {};
  readonly #socketPath: string;
  readonly #unsent: FinishedGame[] = [];
  #isSending = false;

  constructor(socketPath: string) {
    super();
    this.#socketPath = socketPath;
  }

  report(game: FinishedGame): void {
    this.#unsent.push(game);
    void this.#send();
  }

  async #send(): Promise<void> {
    if (this.#isSending) return;
    this.#isSending = true;
    while (this.#unsent.length > 0) {
      const answer = await tell(this.#socketPath, this.#unsent[0]!).catch(() => null);
      if (!answer) {
        // Its supervisor starts a new one; it will find the result here.
        await new Promise((resolve) => setTimeout(resolve, 200).unref());
        continue;
      }
      this.#unsent.shift();
      this.scores = answer;
      this.emit('scores', answer);
    }
    this.#isSending = false;
  }
}

function tell(socketPath: string, game: FinishedGame): Promise<Scores> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, method: 'POST', timeout: 2000 }, async (response) => {
      let text = '';
      try {
        for await (const chunk of response.setEncoding('utf8')) text += chunk;
        resolve(JSON.parse(text) as Scores);
      } catch (cause) {
        reject(cause);
      }
    });
    call.on('error', reject).on('timeout', () => call.destroy(new Error('the score keeper does not answer')));
    call.end(JSON.stringify(game));
  });
}
