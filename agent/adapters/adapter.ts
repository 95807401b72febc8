import type { NodeStatus } from '../../protocol/tree.ts';

/**
 * Makes one kind of thing visible that a library in the service holds: servers, a pool, actors. One file of this
 * folder and one row of `table.ts` (docs/adapters.md).
 *
 * It runs inside somebody's service. So it imports nothing of the library, changes nothing of it and calls none of its
 * code: it hears of things and reads data properties (`read.ts`). Whatever it throws switches it off.
 */
export interface Adapter {
  /** That of its file. It stands in lineages and after `PERCH_ADAPTERS_OFF`. */
  readonly name: string;
  /** Called once in each observed thread, before the service's own code: only says what is to be heard. */
  start(thread: ObservedThread): Running;
}

export interface Running {
  /**
   * All there is just now, a part before what is under it. Called about once a second while somebody watches, else
   * every five seconds; where there is nothing it costs nothing.
   */
  look(): Iterable<Part>;
}

/** One thing that is there, as it is now. What is no longer among the parts has ended. */
export interface Part {
  /** The thing itself: the same key is the same incarnation. A new key with the name of an ended one is its successor. */
  key: object | string;
  /** The key of the part it hangs under; absent: under the thread. */
  under?: object | string;
  /** What it is, in the library's own words: `http server`, `connection pool`. */
  type: string;
  /** Tells it from its siblings, over restarts too: an address, a queue's name. */
  name: string;
  /** What it says of itself and seldom changes. Nothing secret: see `safeUrl`. */
  facts?: Record<string, string | number | boolean>;
  /** What is counted of it now; a unit stands at the end of the name (protocol/component.ts). */
  figures?: Record<string, number>;
  /** How much waits there, under the library's own word for it. */
  backlog?: { word: string; count: number };
  /** For looking at, by reference, never copied; with the names of fields that are to be hidden. */
  state?: { reference: unknown; redact?: readonly string[] };
  /** Default: running. */
  status?: Extract<NodeStatus, 'starting' | 'running' | 'stopping' | 'suspended'>;
  /** Milliseconds since 1970; default: when it was first seen. */
  startedAt?: number;
  /** Members that are nodes themselves: threads by worker_threads' id, processes by pid. They hang under it. */
  threads?: readonly number[];
  pids?: readonly number[];
  /** Of these threads, those that stand still until there is work for them (Atomics.wait): they are not blocked. */
  parked?: readonly number[];
}

/** What an adapter may ask of the thread it runs in. Whatever is given here is guarded: a throw switches it off. */
export interface ObservedThread {
  readonly threadId: number;
  /** Somebody looks: figures that cost something to keep are kept only then. */
  readonly isWatched: boolean;
  /**
   * Subscribes to a diagnostics channel of Node or of a library. The listener runs within the service's own call: it
   * notes, and leaves the work to `look`. `whileWatched`: only while somebody looks.
   */
  hear(channel: string, listener: (message: unknown) => void, options?: { whileWatched?: boolean }): void;
  /**
   * Hears an event of an emitter, by Node's own `on`: for what a library tells and does not keep. It is all that an
   * adapter ever puts on what is the service's, and is taken off again when the adapter ends.
   */
  listen(emitter: object, event: string, listener: () => void): void;
  /** Every net.Server that listens here, those from before the agent came too. */
  servers(listener: (server: object) => void): void;
  /** Every socket that this thread has opened to somewhere, once it is connected or takes long to. */
  sockets(listener: (socket: object) => void): void;
  /** Every Worker of worker_threads that is made from now on, once whoever made it had its turn. */
  workers(listener: (worker: object) => void): void;
  /** The same for every ChildProcess. */
  children(listener: (child: object) => void): void;
  /**
   * The first thing that is wanted among all that `from` leads to: properties, entries, listeners and what they close
   * over or are bound to (`reach.ts`). Null where there is none within its bounds, or no inspector is to be had.
   */
  reach<T extends object>(from: unknown, isWanted: (value: object) => value is T): T | null;
  /** Something came or went: `look` soon, not with the next sample. */
  changed(): void;
  /** Says in the tree what this adapter leaves out, and why; null takes it back. */
  leavesOut(why: string | null): void;
}
