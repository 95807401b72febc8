export type Mark = 'X' | 'O';
/** Nine cells, row by row. */
export type Board = readonly (Mark | null)[];
export type Result = Mark | 'draw';

export const EMPTY: Board = Array<null>(9).fill(null);

const LINES = [
  [0, 1, 2],
  [3, 4, 5],
  [6, 7, 8],
  [0, 3, 6],
  [1, 4, 7],
  [2, 5, 8],
  [0, 4, 8],
  [2, 4, 6],
] as const;

/** The three cells that decided the game, or null. */
export function winningLine(board: Board): readonly number[] | null {
  return LINES.find(([a, b, c]) => board[a] && board[a] === board[b] && board[a] === board[c]) ?? null;
}

/** Who won, `draw` for a full board, null while the game goes on. */
export function result(board: Board): Result | null {
  const line = winningLine(board);
  if (line) return board[line[0]!]!;
  return board.every(Boolean) ? 'draw' : null;
}

export function freeCells(board: Board): number[] {
  return board.flatMap((mark, cell) => (mark ? [] : [cell]));
}

/** The board after `mark` went to `cell`, which must be free. */
export function place(board: Board, cell: number, mark: Mark): Board {
  return board.with(cell, mark);
}

export function other(mark: Mark): Mark {
  return mark === 'X' ? 'O' : 'X';
}

/**
 * The cells that are best for `mark` by complete search: against two perfect players every game is a draw.
 * Nearer wins count more, so that a won game is ended.
 */
export function bestCells(board: Board, mark: Mark): number[] {
  const worth = freeCells(board).map((cell) => ({
    cell,
    value: -valueFor(other(mark), place(board, cell, mark)),
  }));
  const best = Math.max(...worth.map(({ value }) => value));
  return worth.filter(({ value }) => value === best).map(({ cell }) => cell);
}

/** What was worked out so far: a few thousand positions are all that there are. */
const known = new Map<string, number>();

function valueFor(mark: Mark, board: Board): number {
  const key = mark + board.map((cell) => cell ?? '.').join('');
  let value = known.get(key);
  if (value === undefined) {
    value = search(mark, board);
    known.set(key, value);
  }
  return value;
}

function search(mark: Mark, board: Board): number {
  const over = result(board);
  const left = freeCells(board);
  if (over === 'draw') return 0;
  if (over) return (over === mark ? 1 : -1) * (left.length + 1);
  return Math.max(...left.map((cell) => -valueFor(other(mark), place(board, cell, mark))));
}
