import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { bySymbol, classNames, inherits, isObject, own } from './read.ts';

/**
 * All open handles are walked when the agent comes and before every look: a socket that is made first and connected
 * then (pg does so) is told of by no channel. Where they are so many that it takes longer, only now and then.
 */
const WALK_MS = 0.5;
const WALK_EVERY = 30;

const LISTENS = 'tracing:net.server.listen:asyncEnd';
const OPENS = 'net.client.socket';

/** Sockets that wait for the next look; those of a storm are found by a walk. */
const MAX_WAITING = 1000;

/** So many looks a socket that is being connected is waited for. */
const MAX_LOOKS = 5;

/** Servers that listen in this thread and sockets that it has opened, as Node tells of them. */
export class Handles {
  readonly #onServer: ((server: object) => void)[] = [];
  readonly #onSocket: ((socket: object) => void)[] = [];
  readonly #told = new WeakSet<object>();
  /** Sockets that nobody was told of, and how many looks they have waited. */
  readonly #waiting = new Map<object, number>();
  #looks = 0;
  #walkMs = 0;

  servers(listener: (server: object) => void): void {
    if (this.#onServer.push(listener) === 1) subscribe(LISTENS, this.#hearServer);
  }

  sockets(listener: (socket: object) => void): void {
    if (this.#onSocket.push(listener) === 1) subscribe(OPENS, this.#hearSocket);
  }

  stop(): void {
    unsubscribe(LISTENS, this.#hearServer);
    unsubscribe(OPENS, this.#hearSocket);
    this.#onServer.length = 0;
    this.#onSocket.length = 0;
    this.#waiting.clear();
  }

  readonly #hearServer = (message: unknown): void => {
    const server = own(message, 'server');
    if (isObject(server)) this.#tell(this.#onServer, server);
  };

  readonly #hearSocket = (message: unknown): void => {
    const socket = own(message, 'socket');
    // Whoever opens it has put no listener on it yet.
    if (isObject(socket) && this.#waiting.size < MAX_WAITING) this.#waiting.set(socket, 0);
  };

  /** Before every look: tells of what has come. */
  tell(): void {
    if (this.#onServer.length + this.#onSocket.length === 0) return;
    if (this.#looks++ % WALK_EVERY === 0 || this.#walkMs < WALK_MS) {
      const from = performance.now();
      this.#walk();
      this.#walkMs = performance.now() - from;
    }
    for (const [socket, looks] of this.#waiting) {
      // Many a library takes a socket for its own once it is connected. One that takes its time is told of as it is.
      if (isConnecting(socket) && looks < MAX_LOOKS) {
        this.#waiting.set(socket, looks + 1);
        continue;
      }
      this.#waiting.delete(socket);
      if (own(socket, 'destroyed') !== true) this.#tell(this.#onSocket, socket);
    }
  }

  /** What was there before the agent, and sockets that Node opens without a word of it (TLS). */
  #walk(): void {
    const { _getActiveHandles: active } = process as { _getActiveHandles?(): unknown[] };
    if (typeof active !== 'function') return;
    for (const handle of openHandles(active)) {
      if (!isObject(handle) || this.#told.has(handle)) continue;
      if (inherits(handle, 'getConnections')) this.#tell(this.#onServer, handle);
      else if (isOpened(handle) && !this.#waiting.has(handle)) this.#waiting.set(handle, 0);
    }
  }

  #tell(listeners: readonly ((handle: object) => void)[], handle: object): void {
    if (this.#told.has(handle)) return;
    this.#told.add(handle);
    for (const listener of listeners) listener(handle);
  }
}

function openHandles(active: () => unknown[]): unknown[] {
  try {
    return active.call(process);
  } catch {
    return [];
  }
}

function isConnecting(socket: object): boolean {
  if (own(socket, 'destroyed') === true) return false;
  return own(socket, 'connecting') === true || own(socket, 'secureConnecting') === true;
}

/** A connection over the network that no server of ours has taken. */
function isOpened(handle: object): boolean {
  if ((own(handle, 'server') ?? null) !== null) return false;
  const [kind] = classNames(own(handle, '_handle') ?? bySymbol(handle, 'kHandle'));
  return kind === 'TCP' || kind === 'TLSWrap';
}
