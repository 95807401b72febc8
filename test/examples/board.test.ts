import { describe, expect, it } from 'vitest';
import {
  type Board,
  bestCells,
  EMPTY,
  freeCells,
  type Mark,
  other,
  place,
  result,
  winningLine,
} from '../../examples/tictactoe/board.ts';

const board = (text: string): Board => [...text].map((mark) => (mark === '.' ? null : (mark as Mark)));

describe('a board', () => {
  it.each([
    ['XXX.OO...', 'X', [0, 1, 2]],
    ['X.OXO.O.X', 'O', [2, 4, 6]],
    ['OXXXOOXOX', 'draw', null],
    ['XO.......', null, null],
  ])('%s ends as %s', (text, over, line) => {
    expect(result(board(text))).toBe(over);
    expect(winningLine(board(text))).toEqual(line);
  });

  it('knows its best cells: win at once, else block', () => {
    expect(bestCells(board('XX.OO....'), 'X')).toEqual([2]);
    expect(bestCells(board('XX..O....'), 'O')).toEqual([2]);
  });

  it('never lets a best player lose, whatever the other one does', () => {
    const outcomes = new Set<string>();
    const follow = (at: Board, mark: Mark): void => {
      const over = result(at);
      if (over) return void outcomes.add(over);
      const cells = mark === 'X' ? freeCells(at) : bestCells(at, mark).slice(0, 1);
      for (const cell of cells) follow(place(at, cell, mark), other(mark));
    };
    follow(EMPTY, 'X');
    expect(outcomes).toEqual(new Set(['O', 'draw']));
  });
});
