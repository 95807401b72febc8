import type { LedgerAnswer } from '../../protocol/calls.ts';
import type { Author, LedgerEvent, LedgerFact } from '../../protocol/ledger.ts';
import { LIMITS } from '../../protocol/limits.ts';
import { monotonicMs } from '../registry.ts';
import { eventWithoutValues } from './lost/without-values.ts';

type Stamped = LedgerFact & { at?: number; t?: number };

/** What happened, bounded, numbered without a gap. */
export class Ledger {
  readonly #epoch: string;
  #events: LedgerEvent[] = [];
  #nextSeq = 1;
  #watchers = new Set<(event: LedgerEvent) => void>();
  /** Who asked for the acts of late, by their call: an exit names its cause by the call. */
  readonly #authors = new Map<string, Author>();
  /** What the newest `lost` events say with the values of the service's state: for sessions that may see these. */
  readonly #withValues = new Map<number, LedgerEvent>();

  constructor(epoch: string) {
    this.#epoch = epoch;
  }

  /** Adds a fact; one that brings its own times (it was made in another thread) keeps them. */
  add(fact: Stamped): LedgerEvent {
    const whole: LedgerEvent = {
      ...this.#attributed(fact),
      at: fact.at ?? Date.now(),
      t: fact.t ?? monotonicMs(),
      seq: this.#nextSeq++,
    };
    const event = eventWithoutValues(whole);
    if (event !== whole) keep(this.#withValues, whole.seq, whole, LIMITS.maxLostValues);
    this.#events.push(event);
    // Cut seldom and in bulk: shifting one at a time would copy the ring on every event of a storm.
    if (this.#events.length > LIMITS.maxLedgerEvents * 1.25) {
      this.#events = this.#events.slice(-LIMITS.maxLedgerEvents);
    }
    for (const watcher of [...this.#watchers]) watcher(event);
    return event;
  }

  /** `mayInspect`: with the values of the service's state that a `lost` event holds. */
  read(
    since = 0,
    limit: number = LIMITS.maxLedgerEvents,
    { mayInspect = false }: { mayInspect?: boolean } = {},
  ): LedgerAnswer {
    const firstSeq = this.#events[0]?.seq ?? this.#nextSeq;
    const from = Math.max(0, since - firstSeq);
    const events = this.#events.slice(from).slice(-limit);
    const shown = mayInspect ? events.map((event) => this.#withValues.get(event.seq) ?? event) : events;
    return { epoch: this.#epoch, firstSeq, events: shown };
  }

  /** An exit that an act brought about says who asked for it. */
  #attributed(fact: Stamped): Stamped {
    if (fact.kind === 'act') keep(this.#authors, fact.call, fact.author, LIMITS.maxKnownCalls);
    if (fact.kind !== 'exited' || fact.call === undefined) return fact;
    const by = this.#authors.get(fact.call);
    return by ? { ...fact, by } : fact;
  }

  watch(watcher: (event: LedgerEvent) => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }
}

/** Keeps the newest, so many. */
function keep<K, V>(map: Map<K, V>, key: K, value: V, most: number): void {
  map.set(key, value);
  if (map.size > most) map.delete(map.keys().next().value!);
}
