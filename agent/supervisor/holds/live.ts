import dgram from 'node:dgram';
import net from 'node:net';
import { lookIntoFunctions } from '../../inspect/functions.ts';

/** A timer that is set, or a handle that is open. Everything is read off own data properties. */
export interface Live {
  object: object;
  asyncId: number;
  /** The async id under which it was made; null where Node does not keep it (handles). */
  trigger: number | null;
  words: string;
  /** What it will call. */
  callbacks: unknown[];
  isTimer: boolean;
}

/** Most timers that are looked at: they are walked in the service's own thread. */
const MAX_TIMERS = 20_000;

/** Every timer that is set in this thread; empty where Node keeps them in another way than we know. */
export function liveTimers(): Live[] {
  const found: Live[] = [];
  for (const list of Object.values(timerLists() ?? {})) {
    let timer = own(list, '_idleNext');
    for (; isObject(timer) && timer !== list && found.length < MAX_TIMERS; timer = own(timer, '_idleNext')) {
      const ms = own(timer, '_idleTimeout');
      if (typeof ms !== 'number' || ms < 0) continue;
      const repeats = own(timer, '_repeat') === null ? '' : ', repeats';
      found.push({
        object: timer,
        asyncId: numbered(timer, ASYNC_ID),
        trigger: numbered(timer, TRIGGER_ID),
        words: `Timeout ${ms} ms${repeats}`,
        callbacks: [own(timer, '_onTimeout')],
        isTimer: true,
      });
    }
  }
  return found;
}

/** Sockets and servers of this thread. */
export function liveHandles(): Live[] {
  const { _getActiveHandles: active } = process as { _getActiveHandles?(): unknown[] };
  if (typeof active !== 'function') return [];
  return active.call(process).flatMap((object) => {
    const words = isObject(object) ? handleWords(object) : null;
    if (words === null) return [];
    const asyncId = numbered(object as object, ASYNC_ID);
    return [
      {
        object: object as object,
        asyncId,
        trigger: null,
        words,
        callbacks: listeners(object as object),
        isTimer: false,
      },
    ];
  });
}

/** The server that took this connection. */
export function serverOf({ object }: Live): unknown {
  return own(object, '_server') ?? own(object, 'server');
}

/** Node's own accessors, as they were when this was loaded: what the service made of them since is not called. */
const getter = (name: 'remoteAddress' | 'remotePort'): (() => unknown) =>
  Object.getOwnPropertyDescriptor(net.Socket.prototype, name)?.get ?? (() => undefined);
const [remoteAddress, remotePort] = [getter('remoteAddress'), getter('remotePort')];
const serverAddress = net.Server.prototype.address;
const datagramAddress = dgram.Socket.prototype.address;

function handleWords(object: object): string | null {
  try {
    if (object instanceof net.Socket) {
      const address = remoteAddress.call(object);
      if (typeof address === 'string') return `Socket ${hostPort(address, remotePort.call(object))}`;
      const host = own(object, '_host');
      return own(object, 'connecting') === true && typeof host === 'string' ? `Socket to ${host}` : 'Socket';
    }
    if (object instanceof net.Server) {
      const address = serverAddress.call(object);
      if (typeof address === 'string') return `Server on ${address}`;
      return address ? `Server on ${hostPort(address.address, address.port)}` : 'Server';
    }
    if (object instanceof dgram.Socket) {
      const { address, port } = datagramAddress.call(object);
      return `UDP socket on ${hostPort(address, port)}`;
    }
  } catch {
    return null;
  }
  return null;
}

function hostPort(host: string, port: unknown): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function listeners(object: object): unknown[] {
  const events = own(object, '_events');
  if (!isObject(events)) return [];
  return Object.values(Object.getOwnPropertyDescriptors(events)).flatMap(({ value }) => value ?? []);
}

let lists: object | null | undefined;

/**
 * Node's lists of timers, one for each duration: a variable that `clearTimeout` closes over. Node offers no other
 * way to see what is set; found once, in some milliseconds.
 */
function timerLists(): object | null {
  if (lists !== undefined) return lists;
  const found = lookIntoFunctions((factsOf) => factsOf(clearTimeout)?.closedOver.find(isTimerLists));
  lists = isObject(found) ? found : null;
  return lists;
}

/** Made with no prototype, keyed by durations, of list heads. */
function isTimerLists(value: unknown): boolean {
  if (!isObject(value) || Object.getPrototypeOf(value) !== null) return false;
  const heads = Object.values(Object.getOwnPropertyDescriptors(value)).map((property) => property.value);
  return heads.length > 0 && heads.every((head) => isObject(head) && own(head, '_idleNext') !== undefined);
}

/** What Node's symbols for the ids are called, in its versions so far. */
const ASYNC_ID = ['asyncId', 'async_id_symbol'];
const TRIGGER_ID = ['triggerId', 'trigger_async_id_symbol'];

function numbered(object: object, names: readonly string[]): number {
  for (const symbol of Object.getOwnPropertySymbols(object)) {
    if (!names.includes(symbol.description ?? '')) continue;
    const value = Object.getOwnPropertyDescriptor(object, symbol)?.value;
    if (typeof value === 'number') return value;
  }
  return -1;
}

export function own(object: object, key: string): unknown {
  return Object.getOwnPropertyDescriptor(object, key)?.value;
}

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
