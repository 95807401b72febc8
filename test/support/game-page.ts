import type { GameView } from '../../examples/tictactoe/game.ts';
import type { Scores } from '../../examples/tictactoe/scoreboard.ts';
import type { Json } from './demo.ts';

export type PageEvent =
  | { event: 'hello'; value: { place: { region: string }; games: GameView[]; scores: Scores } }
  | { event: 'game'; value: GameView }
  | { event: 'closed'; value: string }
  | { event: 'scores'; value: Scores };

/** The game's page as a browser sees it: its stream of events, and what a player sends. */
export class GamePage {
  readonly url: string;
  readonly #abort = new AbortController();

  constructor(url: string) {
    this.url = url;
  }

  /** The first event for which `wanted` gives something, from now on (the games there are come first). */
  async until<T>(wanted: (event: PageEvent) => T | undefined): Promise<T> {
    const response = await fetch(new URL('/events', this.url), { signal: this.#abort.signal });
    let text = '';
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      const blocks = text.split('\n\n');
      text = blocks.pop()!;
      for (const block of blocks) {
        const [, event, data] = /^event: (\w+)\ndata: (.*)$/.exec(block)!;
        const found = wanted({ event, value: JSON.parse(data!) } as PageEvent);
        if (found !== undefined) return found;
      }
    }
    throw new Error('the stream ended');
  }

  /** The first view of a game for which `wanted` holds, those of now included. */
  untilGame(wanted: (game: GameView) => boolean): Promise<GameView> {
    return this.until((event) => {
      if (event.event === 'hello') return event.value.games.find(wanted);
      return event.event === 'game' && wanted(event.value) ? event.value : undefined;
    });
  }

  async post(route: string, body: object): Promise<{ status: number; json: Json }> {
    const response = await fetch(new URL(route, this.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: response.status, json: await response.json() };
  }

  close(): void {
    this.#abort.abort();
  }
}
