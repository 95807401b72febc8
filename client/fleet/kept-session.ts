import { asPerchError, type PerchError } from '../../protocol/errors.ts';
import type { NodesAnswer } from '../../protocol/node-list.ts';
import { afterFailure, backOffMs } from '../back-off.ts';
import { type Clock, systemClock } from '../clock.ts';
import type { Connect } from '../instance.ts';
import type { Session } from '../session.ts';
import type { NodesQuery } from './merge-nodes.ts';

interface Options {
  timeoutMs: number;
  signal: AbortSignal;
  clock?: Clock;
  random?: () => number;
}

/** A session for one question that is asked again and again; a lost one is made again, after a while. */
export class KeptSession {
  readonly #connect: Connect;
  readonly #options: Options;
  readonly #clock: Clock;
  #session: Session | null = null;
  #failures = 0;
  /** Why it failed, and when it may be tried again; null: not any more. */
  #failed: { error: PerchError; until: number | null } | null = null;

  constructor(connect: Connect, options: Options) {
    this.#connect = connect;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  async nodes(query: NodesQuery): Promise<NodesAnswer> {
    const failed = this.#failed;
    if (failed && (failed.until === null || this.#clock.monotonic() < failed.until)) throw failed.error;
    const { signal, timeoutMs } = this.#options;
    try {
      const session = this.#session ?? (await this.#open());
      const answer = await session.call('nodes', query, { signal, timeoutMs });
      this.#failures = 0;
      this.#failed = null;
      return answer;
    } catch (thrown) {
      const error = asPerchError(thrown);
      this.#failed = { error, until: this.#tryAgainAt(error) };
      throw error;
    }
  }

  close(): void {
    this.#session?.close();
  }

  async #open(): Promise<Session> {
    const { signal, timeoutMs } = this.#options;
    const session = await this.#connect({ signal, timeoutMs });
    this.#session = session;
    void session.closed.then(() => {
      if (this.#session === session) this.#session = null;
    });
    return session;
  }

  #tryAgainAt(error: PerchError): number | null {
    // An agent that does not know the call will not learn it while it runs.
    if (afterFailure(error).retry === 'when-asked' || error.code === 'UNKNOWN_CALL') return null;
    this.#failures++;
    return this.#clock.monotonic() + backOffMs(this.#failures, this.#options.random ?? Math.random);
  }
}
