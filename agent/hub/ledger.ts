import type { LedgerAnswer } from '../../protocol/calls.ts';
import type { LedgerEvent, LedgerFact } from '../../protocol/ledger.ts';
import { LIMITS } from '../../protocol/limits.ts';
import { monotonicMs } from '../registry.ts';

type Stamped = LedgerFact & { at?: number; t?: number };

/** What happened, bounded, numbered without a gap. */
export class Ledger {
  readonly #epoch: string;
  #events: LedgerEvent[] = [];
  #nextSeq = 1;
  #watchers = new Set<(event: LedgerEvent) => void>();

  constructor(epoch: string) {
    this.#epoch = epoch;
  }

  /** Adds a fact; one that brings its own times (it was made in another thread) keeps them. */
  add(fact: Stamped): LedgerEvent {
    const event: LedgerEvent = {
      ...fact,
      at: fact.at ?? Date.now(),
      t: fact.t ?? monotonicMs(),
      seq: this.#nextSeq++,
    };
    this.#events.push(event);
    // Cut seldom and in bulk: shifting one at a time would copy the ring on every event of a storm.
    if (this.#events.length > LIMITS.maxLedgerEvents * 1.25) {
      this.#events = this.#events.slice(-LIMITS.maxLedgerEvents);
    }
    for (const watcher of [...this.#watchers]) watcher(event);
    return event;
  }

  read(since = 0, limit: number = LIMITS.maxLedgerEvents): LedgerAnswer {
    const firstSeq = this.#events[0]?.seq ?? this.#nextSeq;
    const from = Math.max(0, since - firstSeq);
    return { epoch: this.#epoch, firstSeq, events: this.#events.slice(from).slice(-limit) };
  }

  watch(watcher: (event: LedgerEvent) => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }
}
