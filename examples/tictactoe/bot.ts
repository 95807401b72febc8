import { once } from 'node:events';
import { BroadcastChannel } from 'node:worker_threads';
import type { WorkerContext } from '@perch/agent';
import { bestCells, freeCells } from './board.ts';
import { channelName, type Question } from './bots.ts';

/** How often a bot plays any free cell instead of a best one; without it every game would be a draw. */
const SLIP = 0.25;

/** A bot on a thread of its own: answers questions on its channel until it is stopped. */
export async function run({ args, signal, state, ready }: WorkerContext<{ name: string }>): Promise<void> {
  const channel = new BroadcastChannel(channelName(args.name));
  const bot = { name: args.name, thoughts: 0, slips: 0, last: null as Question | null };
  state(bot);
  channel.onmessage = (event) => {
    const question = event.data as Question;
    const slips = Math.random() < SLIP;
    const cells = slips ? freeCells(question.board) : bestCells(question.board, question.mark);
    bot.thoughts += 1;
    bot.slips += slips ? 1 : 0;
    bot.last = question;
    channel.postMessage({ ask: question.ask, cell: cells[Math.floor(Math.random() * cells.length)]! });
  };
  ready();
  if (!signal.aborted) await once(signal, 'abort');
  channel.close();
}
