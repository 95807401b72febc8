import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { WorkerContext } from '@perch/agent';
import { addResult, type FinishedGame, type Scores } from './scoreboard.ts';

/** Where the score keeper listens, and the file that its successor starts from. */
export interface ScoresPlace {
  socketPath: string;
  file: string;
}

/** The score keeper, a process of its own: `POST /` one finished game; every answer is the whole table. */
export async function run({ args, signal, state, ready }: WorkerContext<ScoresPlace>): Promise<void> {
  const holder = { current: readScores(args.file) };
  state(holder);
  const server = createServer(async (request, response) => {
    if (request.method === 'POST') {
      holder.current = addResult(holder.current, await readGame(request));
      writeFileSync(args.file, JSON.stringify(holder.current));
    }
    response.setHeader('content-type', 'application/json').end(JSON.stringify(holder.current));
  });
  rmSync(args.socketPath, { force: true });
  await once(server.listen(args.socketPath), 'listening');
  ready();
  if (!signal.aborted) await once(signal, 'abort');
  server.close();
  server.closeAllConnections();
}

function readScores(file: string): Scores {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Scores;
  } catch {
    return {};
  }
}

async function readGame(request: IncomingMessage): Promise<FinishedGame> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += chunk;
  return JSON.parse(text) as FinishedGame;
}
