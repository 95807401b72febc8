import type { WorkerContext } from '@perch/agent';
import { bestCells, freeCells } from './board.ts';
import type { Question } from './bots.ts';

/** How often a bot plays any free cell instead of a best one; without it every game would be a draw. */
const SLIP = 0.25;

/** A bot on a thread of its own: answers questions until it is stopped. */
export async function run(context: WorkerContext): Promise<void> {
  const bot = { name: context.id, thoughts: 0, slips: 0, last: null as Question | null };
  context.state(bot);
  context.onMessage((question: Question): number => {
    const slips = Math.random() < SLIP;
    const cells = slips ? freeCells(question.board) : bestCells(question.board, question.mark);
    bot.thoughts += 1;
    bot.slips += slips ? 1 : 0;
    bot.last = question;
    return cells[Math.floor(Math.random() * cells.length)]!;
  });
  await context.stopped;
}
