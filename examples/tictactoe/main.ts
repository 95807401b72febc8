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
import { Scoreboard, type Scores } from './scoreboard.ts';
import { serveWeb } from './web.ts';

const { env } = process;
const service = env.PERCH_SERVICE ?? env.FLY_APP_NAME ?? 'tictactoe';
const region = env.PERCH_REGION ?? env.FLY_REGION ?? 'local';
const instance = env.PERCH_INSTANCE ?? env.FLY_MACHINE_ID ?? '';
const port = Number(env.PORT ?? 8400);
const forget = process.argv.includes('--forget');
const BOTS = ['bot-1', 'bot-2'];
const BOT_GAMES = 4;

startAgent({ service, region });

const folder = mkdtempSync(path.join(tmpdir(), 'tictactoe-'));
const hall = new Hall();
const scoreboard = new Scoreboard((game) => app.child('scores')!.ask<Scores>(game));
hall.on('over', (view) => void scoreboard.report(finishedGame(view)));

const bots = supervisor('bots', {
  strategy: 'one_for_one',
  intensity: 10,
  periodMs: 10_000,
  children: BOTS.map((id) => ({ id, host: 'thread' as const, module: new URL('bot.js', import.meta.url) })),
});
const pool = new BotPool(BOTS.map((id) => (question) => bots.child(id)!.ask<number>(question)));

const games = dynamicSupervisor('games', {
  // Somebody will kill games to see what happens. OTP's default, 1 in 5 s, would give up at the second kill.
  intensity: 1000,
  periodMs: 10_000,
  // A killed game comes back; one that was played to its end does not.
  child: { host: 'task', restart: 'transient', run: playGame(hall, pool, { forget }) },
});
const open = (record: GameRecord): void => {
  games.startChild(record.id).catch(() => hall.clear(record.id));
};

const app = supervisor('app', {
  strategy: 'one_for_one',
  intensity: 10,
  periodMs: 10_000,
  children: [
    {
      id: 'scores',
      host: 'process',
      module: new URL('scores.js', import.meta.url),
      args: { file: path.join(folder, 'scores.json') },
    },
    bots,
    games,
    { id: 'lobby', host: 'task', run: keepLobby(hall, open, BOT_GAMES) },
    {
      id: 'web',
      host: 'task',
      ready: 'explicit',
      run: serveWeb(port, { service, region, instance, forget }, hall, scoreboard, open),
    },
  ],
});

await app.start();
console.log(`${service} ${region} http://127.0.0.1:${port}/`);
process.once('SIGTERM', end).once('SIGINT', end);
// `perch demo` starts it with a channel, and it ends with the demo.
process.once('disconnect', end);
// When the tree gave up there is nothing left to serve; whoever runs the service starts it again.
process.exitCode = 1;
await app.exited;
rmSync(folder, { recursive: true, force: true });
process.exit();

function end(): void {
  process.exitCode = 0;
  void app.stop();
}

function finishedGame({ players, result }: GameView) {
  return { X: players.X!.name, O: players.O!.name, result: result! };
}
