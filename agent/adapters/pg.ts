import type { Adapter, ObservedThread, Part } from './adapter.ts';
import { listenerLike } from './listener.ts';
import { Living } from './living.ts';
import { at, count, entries, hostPort, isObject, known, number, own, poolFigures, text } from './read.ts';

/** A client of a pool that is just being made is asked again so often. */
const MAX_TRIES = 5;

/** Pools of pg, found by the connections in them. */
export const pg: Adapter = {
  name: 'pg',
  start(thread) {
    const pools = new Living<object>();
    /** Clients whose pool, if they have one, is not known yet, and how often it was looked for. */
    const clients = new Map<object, number>();
    thread.sockets((socket) => {
      const client = clientOf(socket, thread);
      if (client) clients.set(client, 0);
    });
    return {
      *look() {
        for (const [client, tries] of clients) {
          const pool = poolOf(client, thread);
          if (pool) pools.add(pool);
          if (pool || tries === MAX_TRIES) clients.delete(client);
          else clients.set(client, tries + 1);
        }
        for (const pool of pools) {
          if (own(pool, 'ended') === true) pools.delete(pool);
          else yield partOf(pool);
        }
      },
    };
  },
};

/** Socket, connection, client: each has a listener that leads straight to the next. */
function clientOf(socket: object, thread: ObservedThread): object | null {
  const listener = listenerLike(socket, 'error', /\b_ending\b.*ECONNRESET/s);
  const connection = listener && thread.reach(listener, isConnection);
  return connection ? thread.reach(at(connection, '_events', 'readyForQuery'), isClient) : null;
}

/** A client that was lent knows its pool by `release`, an idle one by what hears its errors. */
function poolOf(client: object, thread: ObservedThread): object | null {
  const listeners = at(client, '_events', 'error');
  const leads = [
    own(client, 'release'),
    ...(typeof listeners === 'function' ? [listeners] : entries(listeners)),
  ];
  for (const lead of leads) {
    const pool = thread.reach(lead, isPool);
    if (pool) return pool;
  }
  return null;
}

function isConnection(value: object): value is object {
  return isObject(own(value, 'stream')) && own(value, '_emitMessage') !== undefined;
}

function isClient(value: object): value is object {
  return isObject(own(value, 'connectionParameters')) && isObject(own(value, 'connection'));
}

function isPool(value: object): value is object {
  const lists = ['_clients', '_idle', '_pendingQueue'].map((name) => own(value, name));
  return lists.every(Array.isArray) && isObject(own(value, 'options'));
}

function partOf(pool: object): Part {
  const { address, database } = targetOf(pool);
  return {
    key: pool,
    type: 'connection pool',
    name: [address, database].filter((part) => part !== undefined).join('/') || 'pool',
    facts: known({ address, database, max: number(at(pool, 'options', 'max')) }),
    figures: poolFigures(count(own(pool, '_clients')), count(own(pool, '_idle'))),
    backlog: { word: 'waiting', count: count(own(pool, '_pendingQueue')) ?? 0 },
    status: own(pool, 'ending') === true ? 'stopping' : 'running',
  };
}

interface Target {
  address?: string;
  database?: string;
}
const targets = new WeakMap<object, Target>();

/** Where it leads, which its connections know better than its options: a URL or the environment may have said it. */
function targetOf(pool: object): Target {
  const kept = targets.get(pool);
  if (kept) return kept;
  const client = at(pool, '_clients', 0) ?? own(pool, 'options');
  const host = text(own(client, 'host'));
  const database = text(own(client, 'database'));
  const target = {
    ...(host ? { address: hostPort(host, own(client, 'port')) } : {}),
    ...(database ? { database } : {}),
  };
  if (host) targets.set(pool, target);
  return target;
}
