import type { Adapter, ObservedThread, Part } from './adapter.ts';
import { listenerLike } from './listener.ts';
import { Living } from './living.ts';
import { at, dequeCount, hostPort, isObject, known, number, own, text } from './read.ts';

/** Clients of ioredis: how they are connected, what is under way, what waits for a connection. */
export const ioredis: Adapter = {
  name: 'ioredis',
  start(thread) {
    const clients = new Living<object>();
    thread.sockets((socket) => {
      const client = redisClientOf(socket, thread);
      if (client && clients.add(client)) thread.changed();
    });
    return {
      *look() {
        for (const client of clients) {
          // Nothing brings it back then.
          if (own(client, 'status') === 'end') clients.delete(client);
          else yield partOf(client);
        }
      },
    };
  },
};

const clientsBySocket = new WeakMap<object, object | null>();

/** The client of ioredis whose connection this socket is; null when it is anybody else's. */
export function redisClientOf(socket: object, thread: ObservedThread): object | null {
  const kept = clientsBySocket.get(socket);
  if (kept !== undefined) return kept;
  const listener = listenerLike(socket, 'close', /\.setStatus\(["'`]close/);
  const client = listener ? thread.reach(listener, isClient) : null;
  clientsBySocket.set(socket, client);
  return client;
}

function isClient(value: object): value is object {
  return (
    isObject(own(value, 'commandQueue')) &&
    isObject(own(value, 'offlineQueue')) &&
    isObject(own(value, 'connector'))
  );
}

function partOf(client: object): Part {
  const option = (name: string) => at(client, 'options', name);
  const status = text(own(client, 'status'));
  const address = text(option('path')) ?? hostPort(text(option('host')) ?? 'localhost', option('port'));
  const db = number(at(client, 'condition', 'select')) ?? number(option('db')) ?? 0;
  return {
    key: client,
    type: 'redis client',
    name: text(option('connectionName')) ?? `${address}/${db}`,
    facts: known({
      address,
      db,
      connection: status,
      subscriber: isObject(at(client, 'condition', 'subscriber')) ? true : undefined,
    }),
    figures: known({ inFlight: dequeCount(own(client, 'commandQueue')) }),
    backlog: { word: 'offline queue', count: dequeCount(own(client, 'offlineQueue')) ?? 0 },
    status: status === 'ready' ? 'running' : 'starting',
  };
}
