import { EventEmitter } from 'node:events';
import type { ActDocument, ActProgress } from '../protocol/act.ts';
import type {
  CallArgs,
  CallEvent,
  CallName,
  CallResult,
  HelloAnswer,
  LedgerAnswer,
} from '../protocol/calls.ts';
import { asPerchError, PerchError } from '../protocol/errors.ts';
import type { Arming, LedgerEvent } from '../protocol/ledger.ts';
import { LIMITS } from '../protocol/limits.ts';
import type { TreeMirror } from '../protocol/tree-mirror.ts';
import { runAct } from './act.ts';
import type { ActRequest } from './act-request.ts';
import { Armed, notArmed } from './armed.ts';
import { afterFailure, backOffMs } from './back-off.ts';
import { type Clock, pause, systemClock } from './clock.ts';
import type { Place } from './fleet/fleet.ts';
import { MirrorFeed, type TreeUpdate } from './mirror-feed.ts';
import type { Session } from './session.ts';

/**
 * `stale`: connected, but silent for more than 5 s (`heardAt` gives the age). `gone`: an unconfigured local
 * process that ended; nothing is awaited. `refused`, `host-key-…` and `gone` wait for `retry()`.
 */
export type InstanceState =
  | 'connecting'
  | 'live'
  | 'reconnecting'
  | 'stale'
  | 'refused'
  | 'host-key-changed'
  | 'host-key-unknown'
  | 'tunnel-off'
  | 'gone'
  | 'closed';

/** One try to reach an instance (client/fleet/connect.ts). */
export type Connect = (options: { signal?: AbortSignal; timeoutMs?: number }) => Promise<Session>;

export interface InstanceOptions {
  key: string;
  place: Place;
  connect: Connect;
  clock?: Clock;
  /** 0 to 1, for the back-off. */
  random?: () => number;
}

interface InstanceEvents {
  /** `state`, `error`, `hello`, `retryAt` or `armed` changed. */
  state: [];
  tree: [TreeUpdate];
  ledger: [LedgerUpdate];
  /** `latencyMs` and `heardAt` changed. */
  latency: [];
}

export interface LedgerUpdate {
  /** Another epoch than before: forget the events of the old one. */
  isFresh: boolean;
  events: LedgerEvent[];
  /** How many events between the last update and this one the agent no longer had. */
  lost: number;
}

/**
 * One instance as app and CLI hold it: connects, keeps a mirror of its tree and the end of its ledger, measures
 * its latency, and comes back by itself after a lost connection. Errors are held, never thrown or printed.
 */
export class Instance extends EventEmitter<InstanceEvents> {
  readonly key: string;
  readonly place: Place;
  state: InstanceState = 'connecting';
  /** Why it is not live; null while it is. */
  error: PerchError | null = null;
  hello: HelloAnswer | null = null;
  /** Fingerprint of the host key, once connected over ssh. */
  hostKey: string | null = null;
  latencyMs: number | null = null;
  /** Why it does not stay connected, and since when: until it is live again, whatever is tried meanwhile. */
  failing: { error: PerchError; since: number } | null = null;
  /** How far the agent's clock is ahead of this side's. What comes late seems less: the largest seen is the truest. */
  aheadMs = 0;
  /** When the agent was last heard, milliseconds since 1970 by this side's clock. */
  heardAt: number | null = null;
  /** When the next try begins, milliseconds since 1970; null while none is due. */
  retryAt: number | null = null;
  /** The newest events of this epoch, oldest first. */
  events: LedgerEvent[] = [];
  readonly #connect: Connect;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #feed: MirrorFeed;
  readonly #armed: Armed;
  readonly #closing = new AbortController();
  #retrying = new AbortController();
  #session: Session | null = null;
  #ledgerEpoch = '';
  #nextSeq = 0;
  #failures = 0;
  #isClockKnown = false;

  constructor({ key, place, connect, clock = systemClock, random = Math.random }: InstanceOptions) {
    super();
    this.key = key;
    this.place = place;
    this.#connect = connect;
    this.#clock = clock;
    this.#random = random;
    this.#feed = new MirrorFeed(clock, (update) => this.emit('tree', update));
    this.#armed = new Armed(clock, () => this.emit('state'));
  }

  get mirror(): TreeMirror {
    return this.#feed.mirror;
  }

  /** Who may act on it just now: this side (null: it is read-only), and others. */
  get armed(): { mine: Arming | null; others: Arming[] } {
    const { mine, others } = this.#armed;
    return { mine, others };
  }

  /** Begins to connect, once; everything after is told by events. */
  start(): this {
    void this.#run();
    return this;
  }

  /** Tries now: after a refusal was mended, or instead of waiting out the back-off. */
  retry(): void {
    this.#failures = 0;
    this.#retrying.abort();
  }

  close(): void {
    this.#closing.abort();
    this.#session?.close();
    this.#feed.stop();
    this.#armed.close();
    this.#become('closed', null);
  }

  /** A call of the table on the session of this moment. Throws what stands in `error` while there is none. */
  async call<N extends CallName>(
    name: N,
    args: CallArgs<N>,
    options?: { signal?: AbortSignal; timeoutMs?: number; onEvent?: (event: CallEvent<N>) => void },
  ): Promise<CallResult<N>> {
    return this.#connected().call(name, args, options);
  }

  /** Lets this side act for a while, over a lost connection too. Throws what the agent refuses it with. */
  arm(reason: string, forMs: number): Promise<Arming> {
    return this.#armed.arm(this.#connected(), reason, forMs);
  }

  disarm(): Promise<void> {
    return this.#armed.disarm(this.#session);
  }

  /**
   * Does an act on a node and follows it to the end, over a lost connection too (client/act.ts). Throws NOT_ARMED
   * before anything is sent where this side is not armed.
   */
  async act(
    request: ActRequest,
    options: { signal?: AbortSignal; onProgress?: (progress: ActProgress) => void } = {},
  ): Promise<ActDocument> {
    const session = this.#connected();
    const left = this.#armed.left();
    if (!left) throw notArmed(this.place.name);
    const link = { session, connect: this.#connect, arm: { ...left, isArmed: true } };
    return runAct(request, link, { ...options, clock: this.#clock, random: this.#random });
  }

  #connected(): Session {
    if (this.#session) return this.#session;
    throw this.error ?? new PerchError('CONNECTION_LOST', `${this.place.name} is not connected yet`);
  }

  async #run(): Promise<void> {
    const closed = this.#closing.signal;
    while (!closed.aborted) {
      let error: PerchError;
      try {
        const timeoutMs = this.place.via === undefined ? LIMITS.loginMs : LIMITS.wayInMs;
        const session = await this.#connect({ signal: closed, timeoutMs });
        if (closed.aborted) return session.close();
        error = await this.#follow(session);
      } catch (thrown) {
        error = asPerchError(thrown);
      }
      if (closed.aborted) return;
      await this.#waitAfter(error);
    }
  }

  async #waitAfter(error: PerchError): Promise<void> {
    const { state, retry } = afterFailure(error);
    this.#failures++;
    this.failing = { error, since: this.failing?.since ?? this.#clock.now() };
    const waitMs =
      retry === 'back-off' ? backOffMs(this.#failures, this.#random) : retry === 'soon' ? SOON_MS : null;
    this.retryAt = waitMs === null ? null : this.#clock.now() + waitMs;
    this.#become(state === 'unreachable' ? (this.hello ? 'reconnecting' : 'connecting') : state, error);
    this.#retrying = new AbortController();
    const wake = AbortSignal.any([this.#closing.signal, this.#retrying.signal]);
    if (waitMs !== null) await pause(this.#clock, waitMs, wake);
    else if (!wake.aborted) await new Promise((resolve) => wake.addEventListener('abort', resolve));
    if (this.#closing.signal.aborted) return;
    this.retryAt = null;
    if (state !== 'unreachable') this.#become(this.hello ? 'reconnecting' : 'connecting', null);
  }

  /** Lives with one session until it ends; gives the reason. */
  async #follow(session: Session): Promise<PerchError> {
    const end = new AbortController();
    this.#session = session;
    this.hello = session.hello;
    this.hostKey = session.hostKey;
    this.heardAt = this.#clock.now();
    this.#isClockKnown = false;
    this.#armed.greeted(session);
    const broken = new Promise<PerchError>((resolve) => {
      const fail = (thrown: unknown) => resolve(asPerchError(thrown));
      this.#watchTree(session, end.signal).catch(fail);
      this.#watchLedger(session, end.signal).catch(fail);
      this.#keepHearing(session, end.signal).then(resolve, fail);
    });
    try {
      return await Promise.race([session.closed, broken]);
    } finally {
      end.abort();
      this.#session = null;
      session.close();
      this.#feed.flush();
    }
  }

  async #watchTree(session: Session, ended: AbortSignal): Promise<void> {
    while (!ended.aborted) {
      // A revision was missed: this watch ends, and the next one begins with a snapshot.
      const missed = new AbortController();
      await session.call(
        'watch-tree',
        { parts: true },
        {
          signal: AbortSignal.any([ended, missed.signal]),
          onEvent: (event) => {
            if (missed.signal.aborted || ended.aborted) return;
            this.#heard();
            this.#compareClocks('snapshot' in event ? event.snapshot.at : event.delta.at);
            if (!this.#feed.push(event)) return missed.abort();
            if ('snapshot' in event) this.#isUp();
          },
        },
      );
      if (!missed.signal.aborted && !ended.aborted) {
        throw new PerchError('CONNECTION_LOST', 'The agent ended the watch');
      }
    }
  }

  async #watchLedger(session: Session, ended: AbortSignal): Promise<void> {
    const since = this.#ledgerEpoch === session.hello.instance.epoch ? this.#nextSeq : 0;
    await session.call(
      'watch-ledger',
      { since },
      {
        signal: ended,
        onEvent: (answer) => {
          if (ended.aborted) return;
          this.#heard();
          this.#addEvents(answer);
        },
      },
    );
  }

  #addEvents({ epoch, events, firstSeq }: LedgerAnswer): void {
    const isFresh = epoch !== this.#ledgerEpoch;
    if (isFresh) {
      this.events = [];
      this.#nextSeq = 0;
      this.#ledgerEpoch = epoch;
    }
    const news = events.filter(({ seq }) => seq >= this.#nextSeq);
    const lost =
      this.#nextSeq === 0 ? 0 : Math.max(0, Math.min(firstSeq, news[0]?.seq ?? firstSeq) - this.#nextSeq);
    const last = news.at(-1);
    if (last) this.#nextSeq = last.seq + 1;
    this.events = [...this.events, ...news].slice(-LIMITS.maxLedgerEvents);
    this.#armed.heard(news);
    if (isFresh || news.length > 0 || lost > 0) this.emit('ledger', { isFresh, events: news, lost });
  }

  /** Pings; marks the instance stale while it is silent; gives up after 20 s of silence. */
  async #keepHearing(session: Session, ended: AbortSignal): Promise<PerchError> {
    let isAsking = false;
    while (!ended.aborted) {
      if (!isAsking) {
        isAsking = true;
        void this.#ping(session, ended).then(() => {
          isAsking = false;
        });
      }
      await pause(this.#clock, PING_MS, ended);
      const silentMs = this.#clock.now() - (this.heardAt ?? 0);
      if (silentMs > GIVE_UP_MS) break;
      if (silentMs > STALE_MS && this.state === 'live') {
        this.#become('stale', new PerchError('TIMEOUT', 'The agent is silent', { silentMs }));
      }
    }
    return new PerchError('CONNECTION_LOST', 'The agent was silent for too long', { silentMs: GIVE_UP_MS });
  }

  /** Resolves once it is answered or given up; a lost session is seen by `closed`. */
  async #ping(session: Session, ended: AbortSignal): Promise<void> {
    const sentAt = this.#clock.monotonic();
    try {
      await session.call('ping', {}, { signal: ended, timeoutMs: GIVE_UP_MS });
    } catch {
      return;
    }
    if (ended.aborted) return;
    this.#heard();
    this.latencyMs = this.#clock.monotonic() - sentAt;
    this.emit('latency');
  }

  #heard(): void {
    this.heardAt = this.#clock.now();
    if (this.state === 'stale') this.#become('live', null);
  }

  #compareClocks(at: number): void {
    const aheadMs = at - this.#clock.now();
    this.aheadMs = this.#isClockKnown ? Math.max(this.aheadMs, aheadMs) : aheadMs;
    this.#isClockKnown = true;
  }

  #isUp(): void {
    this.#failures = 0;
    this.failing = null;
    this.retryAt = null;
    // What is there is shown at once; only what follows is gathered.
    if (this.state !== 'live') this.#feed.flush();
    this.#become('live', null);
  }

  #become(state: InstanceState, error: PerchError | null): void {
    if (this.state === 'closed' || (this.state === state && this.error === error)) return;
    this.state = state;
    this.error = error;
    this.emit('state');
  }
}

/** A link that is silent for longer than this shows its age. */
const STALE_MS = 5000;
/** Silent for longer: the connection is given up and made again. */
const GIVE_UP_MS = 20_000;
const PING_MS = 1000;
/** Between two looks at a tunnel that is off. */
const SOON_MS = 2000;
