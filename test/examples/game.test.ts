import { describe, expect, it } from 'vitest';
import { Game, type GameRecord } from '../../examples/tictactoe/game.ts';
import { bot, Hall, person } from '../../examples/tictactoe/hall.ts';
import { Mailbox } from '../../examples/tictactoe/mailbox.ts';
import { addResult } from '../../examples/tictactoe/scoreboard.ts';

const record = (cells: number[] = []): GameRecord => ({
  id: '7f3a',
  players: { X: person('Ada'), O: bot('Joe') },
  moves: cells.map((cell, turn) => ({ mark: turn % 2 ? 'O' : 'X', cell })),
  lives: 0,
});

describe('a game', () => {
  it('refuses a taken cell, a cell that is none, and a move after the end', () => {
    const game = new Game(record([0, 3, 1, 4]));
    expect(game.play(0)).toBeNull();
    expect(game.play(9)).toBeNull();
    expect(game.turn).toBe('X');
    expect(game.play(2)).toEqual({ mark: 'X', cell: 2 });
    expect(game.result).toBe('X');
    expect(game.play(5)).toBeNull();
  });

  it('starts again from its moves and says so', () => {
    const kept = record([4, 0]);
    expect(new Game(kept).notice).toBeNull();
    const again = new Game(kept);
    expect(again.view()).toMatchObject({ incarnation: 2, moves: 2, turn: 'X' });
    expect(again.notice).toEqual({ kind: 'restored', moves: 2 });
  });

  it('starts empty when it forgets, and says so', () => {
    const kept = record([4, 0]);
    new Game(kept);
    const again = new Game(kept, { forget: true });
    expect(again.view()).toMatchObject({ moves: 0, board: Array(9).fill(null) });
    expect(again.notice).toEqual({ kind: 'forgotten', moves: 2 });
    expect(kept.moves).toEqual([]);
  });

  it('shows no token', () => {
    const game = new Game(record());
    expect(JSON.stringify(game.view())).not.toContain(game.players.X?.token);
  });
});

describe('the hall', () => {
  it('takes a move only from the one whose turn it is', () => {
    const hall = new Hall();
    const ada = person('Ada');
    const { id } = hall.lay({ X: ada, O: null });
    const mailbox = new Mailbox<{ mark: 'X' | 'O'; cell: number }>();
    hall.sit(new Game(hall.tables.get(id)!.record), mailbox);
    expect(hall.post(id, ada.token, 0)).toBe('not your turn');
    const joe = hall.join(id, 'Joe')!;
    expect(hall.join(id, 'Eve')).toBeNull();
    expect(hall.post(id, joe, 0)).toBe('not your turn');
    expect(hall.post(id, 'guess', 0)).toBe('not your game');
    expect(hall.post('nope', ada.token, 0)).toBe('no such game');
    expect(hall.post(id, ada.token, 0)).toBeNull();
    expect(mailbox.letters).toEqual([{ mark: 'X', cell: 0 }]);
  });

  it('keeps the table for the next incarnation, and clears it when none comes', () => {
    const hall = new Hall();
    const { id } = hall.lay({ X: bot('Ada'), O: bot('Joe') });
    const first = new Game(hall.tables.get(id)!.record);
    const second = new Game(hall.tables.get(id)!.record);
    hall.sit(first, new Mailbox());
    hall.sit(second, new Mailbox());
    hall.leave(first);
    expect(hall.views()).toMatchObject([{ incarnation: 2 }]);
    hall.leave(second);
    hall.clearDeserted(60_000);
    expect(hall.tables.has(id)).toBe(true);
    hall.clearDeserted(-1);
    expect(hall.tables.has(id)).toBe(false);
  });
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
