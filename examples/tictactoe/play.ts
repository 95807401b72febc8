import { setTimeout as pause } from 'node:timers/promises';
import type { WorkerContext } from '@perch/agent';
import type { BotPool } from './bots.ts';
import { Game } from './game.ts';
import type { Hall, Letter } from './hall.ts';
import { Mailbox } from './mailbox.ts';

/** A calm pace: bots among themselves, a bot that answers a person, and a finished board that stays up. */
const BOTS_MS = 1400;
const ANSWER_MS = 600;
const BOTS_OVER_MS = 4000;
const PERSON_OVER_MS = 60_000;
/** A person who does not move for this long has left. */
const IDLE_MS = 30 * 60_000;

/** One game's worker: from the record of its table to the end of the game. */
export function playGame(hall: Hall, bots: BotPool, options: { forget: boolean }) {
  return async (context: WorkerContext): Promise<void> => {
    const { id, incarnation, signal } = context;
    const record = hall.recordOf(id);
    const game = new Game(record, { incarnation, ...options });
    const mailbox = new Mailbox<Letter>();
    context.state(game, { redact: ['/players/X/token', '/players/O/token'] });
    context.backlog('mailbox', mailbox.letters);
    hall.sit(game, mailbox);
    try {
      while (!game.result) {
        const cell = await nextCell(game, mailbox, bots, signal);
        const move = game.play(cell);
        if (!move) continue;
        record.moves.push(move);
        hall.emit('changed', game.view());
      }
      hall.emit('over', game.view());
      await pause(isAmongBots(game) ? BOTS_OVER_MS : PERSON_OVER_MS, undefined, { signal });
      hall.clear(record.id);
    } catch (thrown) {
      if (!(thrown instanceof Error && ['AbortError', 'TimeoutError'].includes(thrown.name))) throw thrown;
      if (!signal.aborted) hall.clear(record.id);
    } finally {
      hall.leave(game);
    }
  };
}

async function nextCell(
  game: Game,
  mailbox: Mailbox<Letter>,
  bots: BotPool,
  signal: AbortSignal,
): Promise<number> {
  if (game.players[game.turn]?.kind === 'bot') {
    await pause(isAmongBots(game) ? BOTS_MS : ANSWER_MS, undefined, { signal });
    return bots.think({ board: game.board, mark: game.turn }, signal);
  }
  const idle = AbortSignal.any([signal, AbortSignal.timeout(IDLE_MS)]);
  for (;;) {
    const letter = await mailbox.take(idle);
    if (letter.mark === game.turn) return letter.cell;
  }
}

function isAmongBots({ players: { X, O } }: Game): boolean {
  return X?.kind === 'bot' && O?.kind === 'bot';
}
