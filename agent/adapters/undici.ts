import type { Adapter, Part } from './adapter.ts';
import { Living } from './living.ts';
import { bySymbol, count, entries, isObject, known, number, own } from './read.ts';

/** Where undici keeps the agent behind `fetch`, Node's own and the package's alike; the second is from version 8 on. */
const GLOBAL_AGENTS = [Symbol.for('undici.globalDispatcher.1'), Symbol.for('undici.globalDispatcher.2')];

/**
 * The pools of undici, those behind Node's own `fetch` too: from the agent that it keeps for all, and from each socket,
 * which knows its client, which hears its pool. A client without a pool stands by itself.
 */
export const undici: Adapter = {
  name: 'undici',
  start(thread) {
    const found = new Living<object>();
    thread.sockets((socket) => {
      const client = bySymbol(socket, 'client');
      if (!isObject(client) || !isClient(client)) return;
      const [listener] = [own(own(client, '_events'), 'drain')].flat();
      found.add(thread.reach(listener, (value): value is object => isPoolOf(value, client)) ?? client);
    });
    return {
      *look() {
        for (const agent of GLOBAL_AGENTS)
          for (const pool of poolsOf(own(globalThis, agent))) found.add(pool);
        for (const dispatcher of found) {
          if (bySymbol(dispatcher, 'nodejs.stream.destroyed') === true) found.delete(dispatcher);
          else yield partOf(dispatcher);
        }
      },
    };
  },
};

/** An agent has one dispatcher for each origin; how it holds it differs from version to version. */
function poolsOf(agent: unknown): object[] {
  return entries(bySymbol(agent, 'clients')).flatMap((held) => {
    const dispatcher = held instanceof WeakRef ? held.deref() : (own(held, 'dispatcher') ?? held);
    return isObject(dispatcher) && (isPool(dispatcher) || isClient(dispatcher)) ? [dispatcher] : [];
  });
}

function isPool(value: object): boolean {
  return Array.isArray(bySymbol(value, 'clients')) && number(bySymbol(value, 'queued')) !== undefined;
}

function isPoolOf(value: object, client: object): boolean {
  return isPool(value) && entries(bySymbol(value, 'clients')).includes(client);
}

function isClient(value: object): boolean {
  return Array.isArray(bySymbol(value, 'queue')) && number(bySymbol(value, 'pending index')) !== undefined;
}

function partOf(dispatcher: object): Part {
  const isOne = isClient(dispatcher);
  const clients = isOne ? [dispatcher] : entries(bySymbol(dispatcher, 'clients'));
  const load = clients.map(loadOf);
  const sum = (each: keyof Load) => load.reduce((all, one) => all + one[each], 0);
  const connected = sum('connected');
  const idle = load.filter((one) => one.connected === 1 && one.inFlight + one.waiting === 0).length;
  const origin = originOf(bySymbol(dispatcher, 'url'));
  return {
    key: dispatcher,
    type: isOne ? 'http client' : 'connection pool',
    name: origin ?? 'undici',
    status: bySymbol(dispatcher, 'closed') === true ? 'stopping' : 'running',
    facts: known({ origin, 'most connections': number(bySymbol(dispatcher, 'connections')) }),
    figures: { total: connected, busy: connected - idle, idle, inFlight: sum('inFlight') },
    backlog: { word: 'waiting', count: sum('waiting') + (number(bySymbol(dispatcher, 'queued')) ?? 0) },
  };
}

interface Load {
  connected: 0 | 1;
  inFlight: number;
  waiting: number;
}

/** A client's requests stand in one list: done, then under way, then waiting, with the places where these begin. */
function loadOf(client: unknown): Load {
  const all = count(bySymbol(client, 'queue')) ?? 0;
  const pending = number(bySymbol(client, 'pending index')) ?? 0;
  const running = number(bySymbol(client, 'running index')) ?? 0;
  const connection = bySymbol(client, 'http context') ?? bySymbol(client, 'socket') ?? null;
  return { connected: connection === null ? 0 : 1, inFlight: pending - running, waiting: all - pending };
}

const origin = Object.getOwnPropertyDescriptor(URL.prototype, 'origin')?.get;

/** By Node's own getter. */
function originOf(url: unknown): string | undefined {
  return url instanceof URL ? (origin?.call(url) as string | undefined) : undefined;
}
