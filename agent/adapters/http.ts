import type { Adapter, Part } from './adapter.ts';
import { bySymbol, classNames, hostPort, inherits, isObject, known, number, own } from './read.ts';

/** What is kept of a server beside what it says itself. */
interface Seen {
  type: string;
  /** Requests since somebody looks. */
  requests: number;
  /** When that count was last read, and what it was: the rate is over the time between two looks. */
  last: { at: number; requests: number } | null;
}

/** Connections that are walked for requests in flight; with more of them that figure is left out. */
const MAX_WALKED = 10_000;

/** Servers of node:http, node:https and node:http2. */
export const http: Adapter = {
  name: 'http',
  start(thread) {
    const servers = new Map<object, Seen>();
    thread.servers((server) => {
      const type = typeOf(server);
      if (type === null) return;
      servers.set(server, { type, requests: 0, last: null });
      thread.changed();
    });

    const counted = (server: unknown): void => {
      const seen = isObject(server) ? servers.get(server) : undefined;
      if (seen) seen.requests++;
    };
    const whileWatched = { whileWatched: true };
    thread.hear('http.server.request.start', (message) => counted(own(message, 'server')), whileWatched);
    // Node 20 has no such channel, and no requests of HTTP/2 then.
    thread.hear(
      'http2.server.stream.start',
      (message) => counted(serverOf(own(message, 'stream'))),
      whileWatched,
    );

    return {
      *look() {
        for (const [server, seen] of servers) {
          const connections = number(own(server, '_connections')) ?? 0;
          const isListening = (own(server, '_handle') ?? null) !== null;
          // One that was closed goes on until its last connection has ended.
          if (!isListening && connections === 0) servers.delete(server);
          else yield partOf(server, seen, connections, isListening, thread.isWatched);
        }
      },
    };
  },
};

function partOf(
  server: object,
  seen: Seen,
  connections: number,
  isListening: boolean,
  isWatched: boolean,
): Part {
  const address = addressOf(server);
  const now = performance.now();
  const { last } = seen;
  const requestsPerSecond =
    isWatched && last !== null && now > last.at
      ? Math.round(((seen.requests - last.requests) / (now - last.at)) * 10_000) / 10
      : undefined;
  seen.last = isWatched ? { at: now, requests: seen.requests } : null;
  return {
    key: server,
    type: seen.type,
    name: address ?? 'closed',
    status: isListening ? 'running' : 'stopping',
    facts: known({ address, maxConnections: number(own(server, 'maxConnections')) }),
    figures: known({
      connections,
      inFlight: inFlight(server, connections),
      requestsPerSecond: saysRequests(seen.type) ? requestsPerSecond : undefined,
    }),
  };
}

/** A server class of the service's own extends one of Node's: what that has of its own tells which. */
function typeOf(server: object): string | null {
  const names = classNames(server);
  if (names.includes('Http2SecureServer') || names.includes('Http2Server')) return 'http2 server';
  if (!inherits(server, 'closeAllConnections')) return null;
  return inherits(server, 'setSecureContext') ? 'https server' : 'http server';
}

const [nodeMajor] = process.versions.node.split('.').map(Number);

function saysRequests(type: string): boolean {
  return type !== 'http2 server' || nodeMajor! >= 22;
}

const addresses = new WeakMap<object, string>();

/** Where it listens; kept, since one that was closed no longer knows. */
export function addressOf(server: object): string | undefined {
  const kept = addresses.get(server);
  if (kept !== undefined) return kept;
  // It listens, so node:net is loaded. A method of Node's own: what a class of the service makes of it is not called.
  const { Server } = process.getBuiltinModule('node:net');
  const address = Server.prototype.address.call(server as never);
  const words = typeof address === 'string' ? address : address && hostPort(address.address, address.port);
  if (words) addresses.set(server, words);
  return words ?? undefined;
}

/** Connections on which a response is under way: Node hangs that on the socket until it is done. */
function inFlight(server: object, connections: number): number | undefined {
  const list = bySymbol(server, 'http.server.connections');
  if (!isObject(list) || connections > MAX_WALKED) return undefined;
  const { all } = Object.getPrototypeOf(list) as { all?: () => unknown[] };
  if (typeof all !== 'function') return undefined;
  const parsers = all.call(list);
  return parsers.filter((parser) => (own(own(parser, 'socket'), '_httpMessage') ?? null) !== null).length;
}

/** The server that a stream of HTTP/2 came to. */
function serverOf(stream: unknown): unknown {
  const session = bySymbol(stream, 'session') ?? own(stream, 'session');
  return bySymbol(session, 'server') ?? own(bySymbol(session, 'socket'), 'server');
}
