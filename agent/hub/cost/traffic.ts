import type { SessionCost, Traffic } from '../../../protocol/cost.ts';
import type { Author } from '../../../protocol/ledger.ts';

/** What one session sent and took so far. Its session counts here; nobody else writes. */
export class SessionTraffic implements Traffic {
  readonly author: Author;
  readonly since = Date.now();
  bytesIn = 0;
  bytesOut = 0;
  calls = 0;
  watches = 0;

  constructor(author: Author) {
    this.author = author;
  }
}

/** The sessions of one hub, and what those before them came to. */
export class HubTraffic {
  readonly startedAt = Date.now();
  /** What its listening sockets took and sent; null where it listens nowhere. */
  network: () => { bytesIn: number; bytesOut: number } | null = () => null;
  readonly #open = new Set<SessionTraffic>();
  readonly #ended = { sessions: 0, bytesIn: 0, bytesOut: 0, calls: 0 };

  open(author: Author): SessionTraffic {
    const session = new SessionTraffic(author);
    this.#open.add(session);
    return session;
  }

  close(session: SessionTraffic): void {
    if (this.#open.delete(session)) add(this.#ended, session);
  }

  sessions(asking: SessionTraffic): SessionCost[] {
    return Array.from(this.#open, (session) => ({ ...session, isAsking: session === asking }));
  }

  total(): Traffic & { sessions: number } {
    const total = { ...this.#ended };
    for (const session of this.#open) add(total, session);
    return total;
  }
}

function add(total: Traffic & { sessions: number }, { bytesIn, bytesOut, calls }: Traffic): void {
  total.sessions++;
  total.bytesIn += bytesIn;
  total.bytesOut += bytesOut;
  total.calls += calls;
}
