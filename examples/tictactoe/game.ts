import { type Board, EMPTY, type Mark, other, place, type Result, result, winningLine } from './board.ts';

export interface Player {
  name: string;
  kind: 'person' | 'bot';
  /** What a person's browser shows to move for this player. A secret: it never leaves in a view. */
  token: string | null;
}

export type Players = { X: Player | null; O: Player | null };

export interface Move {
  mark: Mark;
  cell: number;
}

/** What outlives a worker: who plays and what was played. A restarted worker finds the same record. */
export interface GameRecord {
  readonly id: string;
  readonly players: Players;
  moves: Move[];
}

export type Notice = { kind: 'restored'; moves: number } | { kind: 'forgotten'; moves: number };

/** What a browser gets to see. */
export interface GameView {
  id: string;
  incarnation: number;
  turn: Mark;
  board: Board;
  players: Record<Mark, { name: string; kind: Player['kind'] } | null>;
  moves: number;
  result: Result | null;
  line: readonly number[] | null;
  notice: Notice | null;
}

/** One game as its worker holds it; Perch reads this very object. */
export class Game {
  readonly id: string;
  turn: Mark = 'X';
  board: Board = EMPTY;
  result: Result | null = null;
  readonly players: Players;
  readonly moves: Move[] = [];
  readonly incarnation: number;
  readonly notice: Notice | null;

  /** Plays the record's moves again; with `forget` the record starts empty, as it would without one. */
  constructor(record: GameRecord, { incarnation, forget }: { incarnation: number; forget: boolean }) {
    const before = record.moves.length;
    if (forget) record.moves = [];
    this.id = record.id;
    this.players = record.players;
    this.incarnation = incarnation;
    for (const { cell } of record.moves) this.play(cell);
    this.notice = incarnation === 1 ? null : { kind: forget ? 'forgotten' : 'restored', moves: before };
  }

  /** The one whose turn it is takes `cell`. Gives the move, or null when the rules forbid it. */
  play(cell: number): Move | null {
    if (this.result || this.board[cell] !== null) return null;
    const move = { mark: this.turn, cell };
    this.moves.push(move);
    this.board = place(this.board, cell, this.turn);
    this.result = result(this.board);
    this.turn = other(this.turn);
    return move;
  }

  view(): GameView {
    const face = (player: Player | null) => player && { name: player.name, kind: player.kind };
    return {
      id: this.id,
      incarnation: this.incarnation,
      turn: this.turn,
      board: this.board,
      players: { X: face(this.players.X), O: face(this.players.O) },
      moves: this.moves.length,
      result: this.result,
      line: winningLine(this.board),
      notice: this.notice,
    };
  }
}
