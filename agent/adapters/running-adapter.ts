import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { EventEmitter } from 'node:events';
import { threadId } from 'node:worker_threads';
import type { Registry } from '../registry.ts';
import { describeThrown } from '../supervisor/exit.ts';
import type { Adapter, ObservedThread, Running } from './adapter.ts';
import { Components, MAX_PARTS } from './components.ts';
import type { Handles } from './handles.ts';
import { reach } from './reach.ts';

/**
 * A look that takes longer is followed by fewer; so many in a row that take far too long are the last. By the clock,
 * since Node 20 does not tell a thread's own time: a starved machine must not switch off what is well.
 */
const SLOW_LOOK_MS = 10;
const MAX_LOOK_MS = 200;
const MAX_OVERDUE = 5;
/** At the slowest one of so many. */
const MAX_SKIPPED = 8;

/** What happens in the thread, for all adapters. */
export interface Sources {
  handles: Handles;
  isWatched(): boolean;
  workers(listener: (worker: object) => void): void;
  children(listener: (child: object) => void): void;
  /** Runs a piece of work of ours and counts how long it took. */
  take<T>(work: () => T): T;
  /** Something is to be looked at soon. */
  changed(): void;
  /** What is to be said of an adapter has changed. */
  noted(): void;
}

interface Ear {
  channel: string;
  listener: (message: unknown) => void;
  whileWatched: boolean;
  isOn: boolean;
}

interface Listening {
  /** The service's: it is not kept alive. */
  emitter: WeakRef<object>;
  event: string;
  listener: () => void;
}

const { on, removeListener } = EventEmitter.prototype;

/** One adapter in one thread: guarded, so that whatever it does wrong ends it and nothing else. */
export class RunningAdapter implements ObservedThread {
  readonly name: string;
  readonly threadId = threadId;
  /** Why it is switched off; null while it runs. */
  off: string | null = null;
  /** What it says that it leaves out, and what it has to. */
  readonly #left: Record<'own' | 'bound', string | null> = { own: null, bound: null };
  readonly #sources: Sources;
  readonly #components: Components;
  readonly #ears: Ear[] = [];
  readonly #listening: Listening[] = [];
  #running: Running | null = null;
  #overdue = 0;
  #slow = 0;
  #skips = 0;
  #skipped = 0;

  constructor(adapter: Adapter, registry: Registry, sources: Sources) {
    this.name = adapter.name;
    this.#sources = sources;
    this.#components = new Components(registry, adapter.name);
    this.#guard(() => {
      this.#running = adapter.start(this);
    });
  }

  /** What it leaves out, while it runs. */
  get left(): string | null {
    return this.#left.own ?? this.#left.bound;
  }

  get isWatched(): boolean {
    return this.#sources.isWatched();
  }

  hear(
    channel: string,
    listener: (message: unknown) => void,
    { whileWatched = false }: { whileWatched?: boolean } = {},
  ): void {
    const guarded = (message: unknown) => this.#guard(() => listener(message));
    const ear: Ear = { channel, listener: guarded, whileWatched, isOn: false };
    this.#ears.push(ear);
    this.#tune(ear);
  }

  listen(emitter: object, event: string, listener: () => void): void {
    const guarded = () => this.#guard(listener);
    on.call(emitter as EventEmitter, event, guarded);
    this.#listening.push({ emitter: new WeakRef(emitter), event, listener: guarded });
  }

  servers(listener: (server: object) => void): void {
    this.#sources.handles.servers((server) => this.#guard(() => listener(server)));
  }

  sockets(listener: (socket: object) => void): void {
    this.#sources.handles.sockets((socket) => this.#guard(() => listener(socket)));
  }

  workers(listener: (worker: object) => void): void {
    this.#sources.workers((worker) => this.#guard(() => listener(worker)));
  }

  children(listener: (child: object) => void): void {
    this.#sources.children((child) => this.#guard(() => listener(child)));
  }

  reach<T extends object>(from: unknown, isWanted: (value: object) => value is T): T | null {
    return reach(from, isWanted);
  }

  changed(): void {
    this.#sources.changed();
  }

  leavesOut(why: string | null): void {
    this.#say('own', why);
  }

  #say(whose: 'own' | 'bound', why: string | null): void {
    if (why === this.#left[whose]) return;
    this.#left[whose] = why;
    this.#sources.noted();
  }

  /** Follows whether somebody looks. */
  tune(): void {
    for (const ear of this.#ears) if (ear.whileWatched) this.#tune(ear);
  }

  look(): void {
    if (this.off !== null || this.#skipped++ < this.#skips) return;
    this.#skipped = 0;
    const from = performance.now();
    this.#guard(() => {
      const dropped = this.#components.show(this.#running!.look());
      this.#say('bound', dropped > 0 ? `it shows ${MAX_PARTS} of ${MAX_PARTS + dropped}` : null);
    });
    this.#judge(performance.now() - from);
  }

  stop(): void {
    if (this.off === null) this.#end('stopped');
  }

  #judge(tookMs: number): void {
    this.#overdue = tookMs > MAX_LOOK_MS ? this.#overdue + 1 : 0;
    if (this.#overdue >= MAX_OVERDUE)
      this.#switchOff(`it took ${Math.round(tookMs)} ms of the thread to look`);
    // One that was slow once was put aside by the machine.
    this.#slow = tookMs > SLOW_LOOK_MS ? this.#slow + 1 : 0;
    this.#skips = Math.min(MAX_SKIPPED, Math.max(0, this.#slow - 1));
  }

  #tune(ear: Ear): void {
    const isWanted = this.off === null && (!ear.whileWatched || this.isWatched);
    if (isWanted === ear.isOn) return;
    ear.isOn = isWanted;
    if (isWanted) subscribe(ear.channel, ear.listener);
    else unsubscribe(ear.channel, ear.listener);
  }

  #guard(work: () => void): void {
    if (this.off !== null) return;
    try {
      work();
    } catch (thrown) {
      this.#switchOff(describeThrown(thrown).reason);
    }
  }

  #switchOff(why: string): void {
    this.#end(why);
    this.#sources.noted();
  }

  #end(why: string): void {
    this.off = why;
    this.#running = null;
    for (const ear of this.#ears) this.#tune(ear);
    for (const { emitter, event, listener } of this.#listening.splice(0)) {
      const living = emitter.deref();
      if (living) removeListener.call(living as EventEmitter, event, listener);
    }
    this.#components.clear(`the adapter is off: ${why}`);
  }
}
