import { describe, expect, it } from 'vitest';
import { EMPTY } from '../../examples/tictactoe/board.ts';
import { BotPool } from '../../examples/tictactoe/bots.ts';
import { Game, type GameRecord } from '../../examples/tictactoe/game.ts';
import { bot, Hall, person } from '../../examples/tictactoe/hall.ts';
import { Mailbox } from '../../examples/tictactoe/mailbox.ts';
import { addResult, Scoreboard } from '../../examples/tictactoe/scoreboard.ts';

const record = (cells: number[] = []): GameRecord => ({
  id: '7f3a',
  players: { X: person('Ada'), O: bot('Joe') },
  moves: cells.map((cell, turn) => ({ mark: turn % 2 ? 'O' : 'X', cell })),
});

const first = { incarnation: 1, forget: false };

describe('a game', () => {
  it('refuses a taken cell, a cell that is none, and a move after the end', () => {
    const game = new Game(record([0, 3, 1, 4]), first);
    expect(game.play(0)).toBeNull();
    expect(game.play(9)).toBeNull();
    expect(game.turn).toBe('X');
    expect(game.play(2)).toEqual({ mark: 'X', cell: 2 });
    expect(game.result).toBe('X');
    expect(game.play(5)).toBeNull();
  });

  it('starts again from its moves and says so', () => {
    const kept = record([4, 0]);
    expect(new Game(kept, first).notice).toBeNull();
    const again = new Game(kept, { incarnation: 2, forget: false });
    expect(again.view()).toMatchObject({ incarnation: 2, moves: 2, turn: 'X' });
    expect(again.notice).toEqual({ kind: 'restored', moves: 2 });
  });

  it('starts empty when it forgets, and says so', () => {
    const kept = record([4, 0]);
    const again = new Game(kept, { incarnation: 2, forget: true });
    expect(again.view()).toMatchObject({ moves: 0, board: Array(9).fill(null) });
    expect(again.notice).toEqual({ kind: 'forgotten', moves: 2 });
    expect(kept.moves).toEqual([]);
  });

  it('shows no token', () => {
    const game = new Game(record(), first);
    expect(JSON.stringify(game.view())).not.toContain(game.players.X?.token);
  });
});

describe('the hall', () => {
  it('takes a move only from the one whose turn it is', () => {
    const hall = new Hall();
    const ada = person('Ada');
    const { id } = hall.lay({ X: ada, O: null });
    const mailbox = new Mailbox<{ mark: 'X' | 'O'; cell: number }>();
    hall.sit(new Game(hall.tables.get(id)!.record, first), mailbox);
    expect(hall.post(id, ada.token, 0)).toBe('not your turn');
    const joe = hall.join(id, 'Joe')!;
    expect(hall.join(id, 'Eve')).toBeNull();
    expect(hall.post(id, joe, 0)).toBe('not your turn');
    expect(hall.post(id, 'guess', 0)).toBe('not your game');
    expect(hall.post('nope', ada.token, 0)).toBe('no such game');
    expect(hall.post(id, ada.token, 0)).toBeNull();
    expect(mailbox.letters).toEqual([{ mark: 'X', cell: 0 }]);
  });

  it('lays a table for two bots where a worker was started by hand, and the same again when it is restarted', () => {
    const hall = new Hall();
    const record = hall.recordOf('x1');
    expect(record).toMatchObject({ id: 'x1', players: { X: { kind: 'bot' }, O: { kind: 'bot' } } });
    expect(hall.recordOf('x1')).toBe(record);
  });

  it('keeps the table for the next incarnation, and clears it when none comes', () => {
    const hall = new Hall();
    const { id } = hall.lay({ X: bot('Ada'), O: bot('Joe') });
    const one = new Game(hall.tables.get(id)!.record, first);
    const two = new Game(hall.tables.get(id)!.record, { incarnation: 2, forget: false });
    hall.sit(one, new Mailbox());
    hall.sit(two, new Mailbox());
    hall.leave(one);
    expect(hall.views()).toMatchObject([{ incarnation: 2 }]);
    hall.leave(two);
    hall.clearDeserted(60_000);
    expect(hall.tables.has(id)).toBe(true);
    hall.clearDeserted(-1);
    expect(hall.tables.has(id)).toBe(false);
  });
});

describe('the pool of bots', () => {
  it('asks another bot when one was killed over the question', async () => {
    const killed = () => Promise.reject(new Error('killed'));
    const pool = new BotPool([killed, async () => 4]);
    await expect(pool.think({ board: EMPTY, mark: 'X' }, new AbortController().signal)).resolves.toBe(4);
  });

  it('stops asking when the game is over', async () => {
    const over = new AbortController();
    const pool = new BotPool([
      () => {
        over.abort();
        return Promise.reject(new Error('killed'));
      },
    ]);
    await expect(pool.think({ board: EMPTY, mark: 'X' }, over.signal)).rejects.toThrow('aborted');
  });
});

it('results wait in their order while the score keeper is away', async () => {
  const told: string[] = [];
  let isAway = true;
  const scoreboard = new Scoreboard(async ({ X }) => {
    if (isAway) {
      isAway = false;
      throw new Error('killed');
    }
    told.push(X);
    return {};
  });
  const done = new Promise<void>((resolve) => {
    scoreboard.on('scores', () => told.length === 2 && resolve());
  });
  void scoreboard.report({ X: 'Ada', O: 'Joe', result: 'X' });
  void scoreboard.report({ X: 'Grace', O: 'Joe', result: 'X' });
  await done;
  expect(told).toEqual(['Ada', 'Grace']);
});

it('a score counts both players', () => {
  const scores = addResult(addResult({}, { X: 'Ada', O: 'Joe', result: 'O' }), {
    X: 'Ada',
    O: 'constructor',
    result: 'draw',
  });
  expect(scores).toEqual({
    Ada: { won: 0, drawn: 1, lost: 1 },
    Joe: { won: 1, drawn: 0, lost: 0 },
    constructor: { won: 0, drawn: 1, lost: 0 },
  });
});
