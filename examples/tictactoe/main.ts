/** Tic-tac-toe in one region. README.md tells what there is to see. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { dynamicSupervisor, startAgent, supervisor } from '@perch/agent';
import { BotPool } from './bots.ts';
import type { GameRecord, GameView } from './game.ts';
import { Hall } from './hall.ts';
import { keepLobby } from './lobby.ts';
import { playGame } from './play.ts';
import { Scoreboard } from './scoreboard.ts';
import type { ScoresPlace } from './scores.ts';
import { serveWeb } from './web.ts';

const { PORT = '8400', PERCH_SERVICE = 'tictactoe', PERCH_REGION = 'local' } = process.env;
const port = Number(PORT);
const place = {
  service: PERCH_SERVICE,
  region: PERCH_REGION,
  instance: process.env.PERCH_INSTANCE ?? `${PERCH_SERVICE}-${PERCH_REGION}`,
  forget: process.argv.includes('--forget'),
};
const BOTS = ['bot-1', 'bot-2'];
const BOT_GAMES = 4;

startAgent({ service: PERCH_SERVICE, region: PERCH_REGION });

const folder = mkdtempSync(path.join(tmpdir(), 'tictactoe-'));
const keeper: ScoresPlace = {
  socketPath: path.join(folder, 'scores.sock'),
  file: path.join(folder, 'scores.json'),
};
const hall = new Hall();
const scoreboard = new Scoreboard(keeper.socketPath);
hall.on('over', (view) => scoreboard.report(finishedGame(view)));

const games = dynamicSupervisor('games', {
  // Somebody will kill games to see what happens. OTP's default, 1 in 5 s, would give up at the second kill.
  intensity: 1000,
  periodMs: 10_000,
  child: {
    id: 'game',
    host: 'task',
    // A killed game comes back; one that was played to its end does not.
    restart: 'transient',
    run: playGame(hall, new BotPool(BOTS), { forget: place.forget }),
  },
});
const open = (record: GameRecord) => void games.startChild(record.id, record);

const app = supervisor('app', {
  strategy: 'one_for_one',
  intensity: 10,
  periodMs: 10_000,
  children: [
    {
      id: 'scores',
      host: 'process',
      module: new URL('scores.js', import.meta.url),
      args: keeper,
    },
    supervisor('bots', {
      strategy: 'one_for_one',
      intensity: 10,
      periodMs: 10_000,
      children: BOTS.map((name) => ({
        id: name,
        host: 'thread' as const,
        module: new URL('bot.js', import.meta.url),
        args: { name },
      })),
    }),
    games,
    { id: 'lobby', host: 'task', run: keepLobby(hall, open, BOT_GAMES) },
    { id: 'web', host: 'task', run: serveWeb(port, place, hall, scoreboard, open) },
  ],
});

await app.start();
console.log(`tictactoe ${place.region} http://127.0.0.1:${port}/`);

process.once('SIGTERM', end).once('SIGINT', end);
// `perch demo` starts it with a channel, and it ends with the demo.
process.once('disconnect', end);

async function end(): Promise<void> {
  await app.stop();
  rmSync(folder, { recursive: true, force: true });
  process.exit(0);
}

function finishedGame({ players, result }: GameView) {
  return { X: players.X!.name, O: players.O!.name, result: result! };
}
