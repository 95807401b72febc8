import { PerchError } from '../../protocol/errors.ts';
import type { Arming, Author } from '../../protocol/ledger.ts';
import { monotonicMs } from '../registry.ts';

export type DisarmWhy = 'asked' | 'time' | 'session';

/** Whether one session may act; serveSession enforces it. */
export interface SessionArming {
  /** True while it is armed. `call` is the id of an act: one that is known is only given again, and needs no arming. */
  mayAct(call: string): boolean;
  arm(reason: string, forMs: number): Arming;
  disarm(): void;
  /** The session has ended. */
  end(): void;
}

/** The hub above asks on behalf of its own sessions, and looked at their arming before it did. */
export const TRUSTED: SessionArming = {
  mayAct: () => true,
  arm() {
    throw new PerchError('NOT_POSSIBLE', 'A session of the hub above needs no arming');
  },
  disarm() {},
  end() {},
};

interface Told {
  armed(arming: Arming): void;
  disarmed(arming: Arming, why: DisarmWhy): void;
  isKnownCall(call: string): boolean;
}

/** The sessions of this agent that may act. Each is read-only until it is armed, and again when that is over. */
export class Armings {
  readonly #told: Told;
  readonly #armed = new Set<Arming>();

  constructor(told: Told) {
    this.#told = told;
  }

  get all(): Arming[] {
    return [...this.#armed];
  }

  /** A session that has just begun: not armed. */
  session(author: Author): SessionArming {
    let now: { arming: Arming; endsAt: number; timer: NodeJS.Timeout } | null = null;
    const end = (why: DisarmWhy): void => {
      if (!now) return;
      const { arming, timer } = now;
      now = null;
      clearTimeout(timer);
      this.#armed.delete(arming);
      this.#told.disarmed(arming, why);
    };
    return {
      mayAct: (call) => {
        // The timer may be late, and the wall clock may be set: neither makes it longer.
        if (now && monotonicMs() >= now.endsAt) end('time');
        return now !== null || this.#told.isKnownCall(call);
      },
      arm: (reason, forMs) => {
        if (reason.trim() === '') throw new PerchError('BAD_CALL', 'reason: it is empty', { at: 'reason' });
        end('asked');
        const since = Date.now();
        const arming: Arming = { author, reason, since, until: since + forMs };
        const timer = setTimeout(() => end('time'), forMs);
        now = { arming, endsAt: monotonicMs() + forMs, timer };
        this.#armed.add(arming);
        this.#told.armed(arming);
        return arming;
      },
      disarm: () => end('asked'),
      end: () => end('session'),
    };
  }
}
