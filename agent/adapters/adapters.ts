import type { AdapterNote } from '../../protocol/component.ts';
import type { Found } from '../probe/discovery.ts';
import type { Registry } from '../registry.ts';
import type { Adapter } from './adapter.ts';
import { Handles } from './handles.ts';
import { RunningAdapter } from './running-adapter.ts';
import { ADAPTERS } from './table.ts';

/** What the probe of this thread gives, and is told. */
export interface AdapterHooks {
  isWatched(): boolean;
  take<T>(work: () => T): T;
  /** Which adapters are off or leave something out has changed. */
  onNotes(): void;
}

/** While nobody watches, every so many samples is looked at: the tree must be known before somebody asks for it. */
const UNWATCHED_SAMPLES = 5;

/** Who asks twice within this is given the same. */
const FRESH_MS = 200;

/** All adapters of one thread. */
export class Adapters {
  readonly #running: RunningAdapter[];
  readonly #handles = new Handles();
  readonly #hooks: AdapterHooks;
  #samples = 0;
  #lookedAt = 0;
  #isDue = false;
  #wasWatched = false;

  constructor(
    registry: Registry,
    found: Found,
    hooks: AdapterHooks,
    adapters: readonly Adapter[] = switchedOn(process.env.PERCH_ADAPTERS_OFF),
  ) {
    this.#hooks = hooks;
    const sources = {
      handles: this.#handles,
      isWatched: hooks.isWatched,
      take: hooks.take,
      workers: (listener: (worker: object) => void) => found.onWorker(listener),
      children: (listener: (child: object) => void) => found.onChild(listener),
      changed: () => {
        this.#isDue = true;
      },
      noted: hooks.onNotes,
    };
    this.#running = adapters.map((adapter) => new RunningAdapter(adapter, registry, sources));
  }

  get notes(): Omit<AdapterNote, 'threadId'>[] {
    return this.#running.flatMap(({ name, off, left }) => {
      const why = off ?? left;
      return why === null ? [] : [{ adapter: name, isOff: off !== null, why }];
    });
  }

  /** With every heartbeat; `isSample` with those that take a sample. */
  beat(isSample: boolean): void {
    const isWatched = this.#hooks.isWatched();
    if (isWatched !== this.#wasWatched) {
      this.#wasWatched = isWatched;
      for (const each of this.#running) each.tune();
    }
    if (isSample && (isWatched || this.#samples++ % UNWATCHED_SAMPLES === 0)) this.#isDue = true;
    if (this.#isDue) this.look();
  }

  /** Nothing is heard of any more, and none of the nodes is left. */
  stop(): void {
    this.#handles.stop();
    for (const each of this.#running) each.stop();
  }

  /** What was looked at just now is not looked at again. */
  lookUnlessFresh(): void {
    if (performance.now() - this.#lookedAt >= FRESH_MS) this.look();
  }

  look(): void {
    this.#isDue = false;
    this.#lookedAt = performance.now();
    this.#handles.tell();
    for (const each of this.#running) each.look();
  }
}

/** `PERCH_ADAPTERS_OFF=all`, or names with commas between. */
function switchedOn(off: string | undefined): readonly Adapter[] {
  const names = new Set((off ?? '').split(',').map((name) => name.trim()));
  return names.has('all') ? [] : ADAPTERS.filter(({ name }) => !names.has(name));
}
