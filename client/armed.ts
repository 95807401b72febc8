import { PerchError } from '../protocol/errors.ts';
import type { Arming, LedgerEvent } from '../protocol/ledger.ts';
import type { Clock } from './clock.ts';
import type { Session } from './session.ts';

/**
 * Who may act on one instance. This side stays armed over lost connections, each new session is armed again, until
 * its time is over; other sessions are known from the agent's greeting and from its ledger since.
 */
export class Armed {
  /** Null: this side is read-only. */
  mine: Arming | null = null;
  readonly #clock: Clock;
  readonly #changed: () => void;
  readonly #all = new Map<string, Arming>();
  /** The key that this side logs in with. */
  #key = '';
  #endsAt = 0;
  #isArming = false;
  #cancelTimer = (): void => {};

  constructor(clock: Clock, changed: () => void) {
    this.#clock = clock;
    this.#changed = changed;
  }

  get others(): Arming[] {
    const now = this.#clock.now();
    const mine = this.mine && keyOf(this.mine);
    return [...this.#all.values()].filter(
      (each) =>
        each.until > now && keyOf(each) !== mine && !(this.#isArming && each.author.key === this.#key),
    );
  }

  /** What is left of this side's time; null when it is read-only. */
  left(): { reason: string; forMs: number } | null {
    const forMs = Math.ceil(this.#endsAt - this.#clock.monotonic());
    return this.mine && forMs > 0 ? { reason: this.mine.reason, forMs } : null;
  }

  async arm(session: Session, reason: string, forMs: number): Promise<Arming> {
    this.#isArming = true;
    try {
      const { arming } = await session.call('arm', { reason, forMs });
      this.#become(arming, forMs);
      return arming;
    } finally {
      this.#isArming = false;
      this.#changed();
    }
  }

  async disarm(session: Session | null): Promise<void> {
    this.#become(null, 0);
    this.#changed();
    // Without a connection there is nothing armed any more: it ended with its session.
    await session?.call('disarm', {}).catch((thrown) => {
      if ((thrown as PerchError).code !== 'CONNECTION_LOST') throw thrown;
    });
  }

  /** A new session: it is armed again as long as this side's time has not run out. */
  greeted(session: Session): void {
    this.#key = session.hello.key;
    const hadAny = this.#all.size > 0;
    this.#all.clear();
    for (const arming of session.hello.armed) this.#all.set(keyOf(arming), arming);
    const left = this.left();
    if (left) {
      this.arm(session, left.reason, left.forMs).catch((thrown) => {
        if ((thrown as PerchError).code === 'CONNECTION_LOST') return;
        this.#become(null, 0);
        this.#changed();
      });
    }
    if (hadAny || this.#all.size > 0) this.#changed();
  }

  /** The newest of the ledger, in order. Old events do no harm: whoever was armed in them was disarmed since. */
  heard(events: readonly LedgerEvent[]): void {
    let hasChanged = false;
    for (const event of events) {
      if (event.kind === 'armed') {
        const { author, reason, until, at: since } = event;
        this.#all.set(keyOf(event), { author, reason, since, until });
      } else if (event.kind === 'disarmed') {
        this.#all.delete(keyOf(event));
        // Of a session that ended or was disarmed this side knows by itself; another one may have the same key.
        if (event.why === 'time' && this.mine && keyOf(event) === keyOf(this.mine)) this.#become(null, 0);
      } else continue;
      hasChanged = true;
    }
    if (hasChanged) this.#changed();
  }

  /** For good: nothing is awaited any more. */
  close(): void {
    this.#cancelTimer();
  }

  #become(mine: Arming | null, forMs: number): void {
    this.#cancelTimer();
    this.mine = mine;
    this.#endsAt = this.#clock.monotonic() + forMs;
    if (!mine) return;
    this.#cancelTimer = this.#clock.after(forMs, () => {
      this.mine = null;
      this.#changed();
    });
  }
}

/** What an act is refused with before it is even sent. */
export function notArmed(name: string): PerchError {
  return new PerchError('NOT_ARMED', `${name} is read-only here: arm it with a reason before you act on it`);
}

function keyOf({ author, until }: Pick<Arming, 'author' | 'until'>): string {
  return `${author.key} ${until}`;
}
