import { randomBytes, randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import type { Mark } from './board.ts';
import type { Game, GameRecord, GameView, Player, Players } from './game.ts';
import type { Mailbox } from './mailbox.ts';

/** A person's wish to move. */
export interface Letter {
  mark: Mark;
  cell: number;
}

interface Table {
  record: GameRecord;
  /** What its worker holds; null between two incarnations. */
  live: { game: Game; mailbox: Mailbox<Letter> } | null;
  /** Since when nobody holds it, in milliseconds since 1970. */
  emptySince: number;
}

interface HallEvents {
  changed: [GameView];
  closed: [id: string];
  over: [GameView];
}

/** The tables of this region: records that outlive the workers, and which worker sits at which just now. */
export class Hall extends EventEmitter<HallEvents> {
  readonly tables = new Map<string, Table>();

  /** A new record; its worker is started by whoever opens it. */
  lay(players: Players): GameRecord {
    return this.#lay(this.#freshId(), players);
  }

  /** What is played at that table. One that nobody laid, somebody having started its worker by hand, is for two bots. */
  recordOf(id: string): GameRecord {
    return this.tables.get(id)?.record ?? this.#lay(id, { X: bot('Ada'), O: bot('Grace') });
  }

  /** A worker sits down. It must `leave` when it ends, for whatever reason. */
  sit(game: Game, mailbox: Mailbox<Letter>): void {
    const table = this.tables.get(game.id);
    if (!table) return;
    table.live = { game, mailbox };
    this.emit('changed', game.view());
  }

  /** A worker ends. The table stays laid for the next incarnation. A straggler does not unseat its successor. */
  leave(game: Game): void {
    const table = this.tables.get(game.id);
    if (table?.live?.game !== game) return;
    table.live = null;
    table.emptySince = Date.now();
  }

  clear(id: string): void {
    if (this.tables.delete(id)) this.emit('closed', id);
  }

  /** Clears tables that no worker came back to: their supervisor gave up, or somebody stopped the game. */
  clearDeserted(afterMs: number): void {
    for (const [id, { live, emptySince }] of this.tables) {
      if (!live && Date.now() - emptySince > afterMs) this.clear(id);
    }
  }

  views(): GameView[] {
    return [...this.tables.values()].flatMap(({ live }) => live?.game.view() ?? []);
  }

  /** The second person takes the free seat. Gives their token, or null when there is no free seat. */
  join(id: string, name: string): string | null {
    const table = this.tables.get(id);
    if (!table || table.record.players.O) return null;
    const player = person(name);
    table.record.players.O = player;
    if (table.live) this.emit('changed', table.live.game.view());
    return player.token;
  }

  /** Puts a move into the worker's mailbox. Gives the reason when it cannot be. */
  post(id: string, token: string, cell: number): 'no such game' | 'not your game' | 'not your turn' | null {
    const table = this.tables.get(id);
    if (!table) return 'no such game';
    const { X, O } = table.record.players;
    const mark = token === X?.token ? 'X' : token === O?.token ? 'O' : null;
    if (!mark) return 'not your game';
    if (table.live?.game.turn !== mark || !O) return 'not your turn';
    table.live.mailbox.post({ mark, cell });
    return null;
  }

  #lay(id: string, players: Players): GameRecord {
    const record = { id, players, moves: [] };
    this.tables.set(id, { record, live: null, emptySince: Date.now() });
    return record;
  }

  #freshId(): string {
    const id = randomBytes(2).toString('hex');
    return this.tables.has(id) ? this.#freshId() : id;
  }
}

export function person(name: string): Player & { token: string } {
  return { name, kind: 'person', token: randomUUID() };
}

export function bot(name: string): Player {
  return { name, kind: 'bot', token: null };
}
