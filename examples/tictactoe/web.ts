import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { WorkerContext } from '@perch/agent';
import type { GameRecord } from './game.ts';
import { bot, type Hall, person } from './hall.ts';
import type { Scoreboard, Scores } from './scoreboard.ts';

export interface Place {
  service: string;
  region: string;
  instance: string;
  forget: boolean;
}

const PAGE = {
  '/': ['index.html', 'text/html; charset=utf-8'],
  '/page.css': ['page.css', 'text/css; charset=utf-8'],
  '/page.js': ['page.js', 'text/javascript; charset=utf-8'],
} as const;
const CSP = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:";
/** A name and a token fit into it many times. */
const MAX_BODY_BYTES = 2048;

/** The web worker: the page, what players send, and one stream of events per browser. */
export function serveWeb(
  port: number,
  place: Place,
  hall: Hall,
  board: Scoreboard,
  open: (record: GameRecord) => void,
) {
  return async (context: WorkerContext): Promise<void> => {
    const page = readPage();
    const watchers = new Set<ServerResponse>();
    const served = { requests: 0 };
    context.state(served);
    context.backlog('watchers', watchers);
    const tell = (event: string, value: unknown) => {
      for (const watcher of watchers) send(watcher, event, value);
    };
    const onChanged = (view: unknown) => tell('game', view);
    const onClosed = (id: string) => tell('closed', id);
    const onScores = (scores: Scores) => tell('scores', scores);
    hall.on('changed', onChanged).on('closed', onClosed);
    board.on('scores', onScores);

    const server = createServer((request, response) => {
      served.requests += 1;
      const route = `${request.method} ${request.url}`;
      if (route === 'GET /events') return watch(response);
      if (request.method === 'GET') return sendFile(page.get(request.url ?? ''), response);
      void answer(request, route).then(
        (value) => sendJson(response, 200, value),
        (thrown) => sendJson(response, thrown instanceof Refusal ? 409 : 400, { error: thrown.message }),
      );
    });

    function watch(response: ServerResponse): void {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
      watchers.add(response);
      response.on('close', () => watchers.delete(response));
      send(response, 'hello', { place, games: hall.views(), scores: board.scores });
    }

    async function answer(request: IncomingMessage, route: string): Promise<unknown> {
      const body = await readBody(request);
      if (route === 'POST /games') {
        const player = person(name(body.name));
        const record = hall.lay({ X: player, O: body.against === 'bot' ? bot('Joe') : null });
        open(record);
        return { id: record.id, mark: 'X', token: player.token };
      }
      if (route === 'POST /join') {
        const token = hall.join(String(body.id), name(body.name));
        if (!token) throw new Refusal('there is no free seat');
        return { id: body.id, mark: 'O', token };
      }
      if (route === 'POST /move') {
        const refusal = hall.post(String(body.id), String(body.token), Number(body.cell));
        if (refusal) throw new Refusal(refusal);
        return {};
      }
      throw new Error('no such thing here');
    }

    try {
      await once(server.listen(port, '127.0.0.1'), 'listening');
      context.ready();
      await context.stopped;
    } finally {
      hall.off('changed', onChanged).off('closed', onClosed);
      board.off('scores', onScores);
      server.close();
      server.closeAllConnections();
    }
  };
}

class Refusal extends Error {}

interface PageFile {
  type: string;
  bytes: Buffer;
}

function readPage(): Map<string, PageFile> {
  const read = (file: string) => readFileSync(new URL(`page/${file}`, import.meta.url));
  return new Map(Object.entries(PAGE).map(([url, [file, type]]) => [url, { type, bytes: read(file) }]));
}

function sendFile(file: PageFile | undefined, response: ServerResponse): void {
  if (!file) return void response.writeHead(404).end();
  response.writeHead(200, { 'content-type': file.type, 'content-security-policy': CSP }).end(file.bytes);
}

/** A browser that reads nothing for so long is let go; it connects again and gets everything anew. */
const MAX_UNREAD_BYTES = 1024 * 1024;

function send(watcher: ServerResponse, event: string, value: unknown): void {
  if (watcher.writableLength > MAX_UNREAD_BYTES) watcher.destroy();
  else watcher.write(`event: ${event}\ndata: ${JSON.stringify(value)}\n\n`);
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

/** Only JSON is read: a form of another site cannot send it. */
async function readBody(request: IncomingMessage): Promise<Record<string, unknown>> {
  if (request.headers['content-type'] !== 'application/json') throw new Error('send application/json');
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) {
    text += chunk;
    if (text.length > MAX_BODY_BYTES) throw new Error('too long');
  }
  const body: unknown = JSON.parse(text);
  if (typeof body !== 'object' || body === null) throw new Error('send an object');
  return body as Record<string, unknown>;
}

function name(value: unknown): string {
  const text = typeof value === 'string' ? value.trim().slice(0, 24) : '';
  return text || 'Somebody';
}
