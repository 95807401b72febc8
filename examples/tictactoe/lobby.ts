import { setTimeout as pause } from 'node:timers/promises';
import type { WorkerContext } from '@perch/agent';
import type { GameRecord } from './game.ts';
import { bot, type Hall } from './hall.ts';

const NAMES = ['Ada', 'Grace', 'Edsger', 'Barbara', 'Alan', 'Radia', 'Donald', 'Joe'];
const LOOK_MS = 500;
/** A killed game is back within milliseconds; a table without a worker for this long will not be played on. */
const DESERTED_MS = 2000;

/** Keeps `count` games of bot against bot going, one new one at a look, and clears deserted tables. */
export function keepLobby(hall: Hall, open: (record: GameRecord) => void, count: number) {
  return async (context: WorkerContext): Promise<void> => {
    const { signal } = context;
    const lobby = { opened: 0, wanted: count };
    context.state(lobby);
    while (!signal.aborted) {
      hall.clearDeserted(DESERTED_MS);
      if (botGames(hall) < count) {
        const [one, two] = pair(lobby.opened);
        open(hall.lay({ X: bot(one), O: bot(two) }));
        lobby.opened += 1;
      }
      await pause(LOOK_MS, undefined, { signal }).catch(() => undefined);
    }
  };
}

function botGames(hall: Hall): number {
  return [...hall.tables.values()].filter(
    ({ record: { players } }) => players.X?.kind === players.O?.kind && players.X?.kind === 'bot',
  ).length;
}

/** Two different names, another pair each time. */
function pair(round: number): [string, string] {
  const first = round % NAMES.length;
  const second = (first + 1 + (Math.floor(round / NAMES.length) % (NAMES.length - 1))) % NAMES.length;
  return [NAMES[first]!, NAMES[second]!];
}
