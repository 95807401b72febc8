import { type Act, type ActDocument, type ActProgress, isEnding, type Outcome } from '../protocol/act.ts';
import { asPerchError, ERRORS, PerchError } from '../protocol/errors.ts';
import { LIMITS } from '../protocol/limits.ts';
import type { TreeNode } from '../protocol/tree.ts';
import { type Aftermath, watchAftermath } from './act-aftermath.ts';
import { callMadeAt, isOfOtherEpoch, newCall } from './act-call.ts';
import { HELD, watchHeld } from './act-held.ts';
import type { ActLink, ActOptions, ActRequest } from './act-request.ts';
import { Receipts } from './audit/receipts.ts';
import { backOffMs, COMES_BACK } from './back-off.ts';
import { type Clock, forAtMost, pause, systemClock } from './clock.ts';
import { isOneProcess, isSameInstance } from './same-instance.ts';
import type { Session } from './session.ts';

/**
 * Runs an act and follows it to its end. A call that lost its connection is repeated with the same id, so it
 * acts once. Where the agent died with what was killed, the rest is followed from here until a new epoch has
 * the successor running, or T has passed: `clock` is then `client`. What is refused or gone is a document with
 * `error`, not a rejection.
 */
export async function runAct(
  request: ActRequest,
  link: ActLink,
  options: ActOptions = {},
): Promise<ActDocument> {
  const run = new ActRun(request, link, options);
  try {
    return await run.run();
  } finally {
    await run.receipts.kept;
  }
}

class ActRun {
  readonly #request: ActRequest;
  readonly #link: ActLink;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #onProgress: (progress: ActProgress) => void;
  readonly #signal: AbortSignal | undefined;
  readonly #call: string;
  /** What it comes to: a signal that nobody can refuse is a kill. */
  readonly #act: Act;
  readonly #timeoutMs: number;
  readonly #phases: ActDocument['phases'] = {
    exitedMs: null,
    decidedMs: null,
    startedMs: null,
    readyMs: null,
  };
  readonly #armedUntil: number;
  /** When it was accepted, by this side's clock; when it was asked for, until then. */
  #startedAt: number;
  /** Of the agent that is asked: the request's, until the same incarnation was found under another. */
  #epoch: string;
  /** When it was first asked for, by this side's clock. */
  #askedAt: number | null = null;
  #isAccepted = false;
  #hasSeenExit = false;
  #lostAt: number | null = null;
  /** Who answers where the instance did, and is another one. */
  #stranger = '';
  readonly receipts: Receipts;

  constructor(request: ActRequest, link: ActLink, options: ActOptions) {
    const { clock, random, onProgress, signal, keep } = options;
    this.receipts = new Receipts(link.session.hello.instance, keep);
    this.#request = request;
    this.#epoch = request.epoch;
    this.#link = link;
    this.#clock = clock ?? systemClock;
    this.#random = random ?? Math.random;
    this.#onProgress = onProgress ?? (() => {});
    this.#signal = signal;
    this.#act = request.act === 'signal' && request.signal === 'SIGKILL' ? 'kill' : request.act;
    this.#call = request.call ?? newCall(request.epoch, this.#clock.now());
    this.#timeoutMs = request.timeoutMs ?? LIMITS.callMs;
    this.#startedAt = this.#clock.monotonic();
    this.#armedUntil = this.#startedAt + link.arm.forMs;
  }

  async run(): Promise<ActDocument> {
    try {
      return await this.#run();
    } finally {
      await this.#disarm();
    }
  }

  async #run(): Promise<ActDocument> {
    if (isOfOtherEpoch(this.#call, this.#request.epoch)) {
      const words = 'That call was made in an earlier epoch of the instance; what it was about is gone';
      return this.#document('gone', words, new PerchError('GONE', words, { call: this.#call }));
    }
    const { session } = this.#link;
    // A call that is repeated may have been carried out before this agent came to be.
    const mayBeDone = this.#request.call !== undefined && session.hello.instance.epoch !== this.#epoch;
    if (mayBeDone && this.#isUnknown(session)) throw notKnown();
    try {
      return await (mayBeDone ? this.#resume(session) : this.#ask(session));
    } catch (thrown) {
      const error = asPerchError(thrown);
      if (!isLost(error)) return this.#failed(error);
    }
    this.#lostAt = this.#elapsed();
    if (this.#act === 'suspend') return this.#afterLoss();
    this.#phases.exitedMs = this.#lostAt;
    // The connection goes with the root process; for anything else it may be the network's doing.
    if (this.#isAccepted && this.#request.node.parent === null) this.#seeExit();
    return this.#afterLoss();
  }

  async #ask(session: Session): Promise<ActDocument> {
    const { act, node, reason, epoch: _, call: __, timeoutMs: ___, ...more } = this.#request;
    // Calls are taken in order: the act needs no word that its session is armed.
    const armed = this.#arm(session);
    this.#askedAt ??= this.#clock.monotonic();
    const asked = session.call(
      'act',
      {
        act,
        call: this.#call,
        node: node.id,
        epoch: this.#epoch,
        reason,
        timeoutMs: this.#timeoutMs,
        ...more,
      },
      {
        signal: this.#signal,
        onEvent: (progress) => {
          if (progress.phase === 'accepted' && !this.#isAccepted) {
            this.#isAccepted = true;
            this.#startedAt = this.#clock.monotonic();
          }
          this.receipts.take(progress.audit);
          this.#onProgress(progress);
        },
      },
    );
    const document = await asked.catch(async (thrown) => {
      // Why it could not be armed says more.
      if (asPerchError(thrown).code === 'NOT_ARMED') await armed;
      throw thrown;
    });
    this.receipts.take(document.audit);
    return document;
  }

  /** Also the session after a lost one, so that the act is done once and not half; never for longer than was said. */
  #arm(session: Session): Promise<unknown> {
    const { reason, isArmed } = this.#link.arm;
    const forMs = Math.ceil(this.#armedUntil - this.#clock.monotonic());
    if (forMs <= 0 || (isArmed && session === this.#link.session)) return Promise.resolve();
    const armed = session.call('arm', { reason, forMs });
    armed.catch(() => {});
    return armed;
  }

  /** A session that was lost, or was made here and is closed by now, is disarmed by that. */
  async #disarm(): Promise<void> {
    const { arm, session } = this.#link;
    if (arm.isArmed || this.#lostAt !== null || this.#askedAt === null) return;
    await session.call('disarm', {}, { timeoutMs: DISARM_MS }).catch(() => {});
  }

  /** The connection ended under the act: ask again where the agent still lives, else wait for its successor. */
  async #afterLoss(): Promise<ActDocument> {
    for (let failures = 1; this.#elapsed() < this.#timeoutMs; failures++) {
      if (this.#signal?.aborted) throw cancelled(this.#call);
      const session = await this.#connectAgain();
      if (!isSession(session)) {
        if (session) return session;
      } else if (!isSameInstance(this.#link.session.hello.instance, session.hello.instance)) {
        this.#stranger = session.hello.instance.instance;
        session.close();
      } else if (this.#act !== 'suspend' && this.#isUnknown(session)) {
        session.close();
        throw notKnown();
      } else {
        try {
          return await (this.#act === 'suspend' ? this.#heldBy(session) : this.#resume(session));
        } catch (thrown) {
          const error = asPerchError(thrown);
          if (!isLost(error)) return this.#failed(error);
        } finally {
          session.close();
        }
      }
      const leftMs = this.#timeoutMs - this.#elapsed();
      await pause(this.#clock, Math.min(leftMs, backOffMs(failures, this.#random)), this.#signal);
    }
    const other = this.#stranger && ` At its address ${this.#stranger} answers, which is another instance.`;
    return this.#document('not-recovered', `Nothing came back within ${this.#timeoutMs} ms.${other}`);
  }

  /** One try; a document where its failure already is the outcome, null where it is not. */
  async #connectAgain(): Promise<Session | ActDocument | null> {
    try {
      const timeoutMs = Math.max(1, Math.min(LIMITS.loginMs, this.#timeoutMs - this.#elapsed()));
      return await this.#link.connect({ signal: this.#signal, timeoutMs });
    } catch (thrown) {
      const error = asPerchError(thrown);
      if (error.code === 'GONE')
        return this.#document('not-restarted', 'It ended; nothing is to come back for it.');
      const { node } = this.#request;
      const isAway = error.code === 'CONNECT_FAILED' && this.#elapsed() - (this.#lostAt ?? 0) > AWAY_MS;
      if (isAway && this.#act === 'stop' && node.parent === null && this.#isAccepted) {
        return this.#document('not-restarted', 'It ended, and nothing answers in its place.');
      }
      if (COMES_BACK.has(error.code)) return null;
      if (error.code === 'CANCELLED') throw cancelled(this.#call);
      throw error;
    }
  }

  /** A session came to be again: with the same agent, which knows the call, or with another one. */
  async #resume(session: Session): Promise<ActDocument> {
    if (session.hello.instance.epoch === this.#epoch) return this.#ask(session);
    for (;;) {
      const aftermath = await this.#aftermath(session);
      if (aftermath.is !== 'untouched') return this.#followed(aftermath);
      // The very incarnation runs on under a new agent, which the act can be asked of: it ends it at most once.
      this.#epoch = session.hello.instance.epoch;
      const document = await this.#ask(session).catch((thrown) => {
        const error = asPerchError(thrown);
        if (isLost(error)) throw error;
        return this.#failed(error);
      });
      // What was asked of the agent before has ended it meanwhile.
      if (document.outcome !== 'gone') return document;
    }
  }

  /** What ends nothing leaves nothing to tell by whether it was done; asked again of a new agent it might be done twice. */
  #isUnknown(session: Session): boolean {
    return session.hello.instance.epoch !== this.#epoch && !isEnding(this.#act);
  }

  /** What has become of the target, as soon as that is certain, at the latest when the time is up. */
  async #aftermath(session: Session): Promise<Aftermath> {
    const onFollowed = () => this.#seeSuccessor();
    const isSameProcess = isOneProcess(this.#link.session.hello.instance, session.hello.instance);
    const watching = { onFollowed, isSameProcess, sinceAskedMs: () => this.#sinceAskedMs() };
    const { node } = this.#request;
    return this.#inTime((signal) => watchAftermath(session, node, this.#act, { signal, ...watching }));
  }

  /** A call that is repeated was asked for first by another run of this, perhaps in another process. */
  #sinceAskedMs(): number | null {
    const sinceMs = this.#askedAt === null ? null : this.#clock.monotonic() - this.#askedAt;
    const madeAt = this.#request.call === undefined ? null : callMadeAt(this.#call);
    return madeAt === null ? sinceMs : Math.max(sinceMs ?? 0, this.#clock.now() - madeAt);
  }

  /** A suspend is not asked for again: what its session held goes on with the end of that, which is looked at here. */
  async #heldBy(session: Session): Promise<ActDocument> {
    const { node } = this.#request;
    const isSameProcess = isOneProcess(this.#link.session.hello.instance, session.hello.instance);
    const held = isSameProcess ? await this.#inTime((signal) => watchHeld(session, node, signal)) : 'ended';
    return this.#document('not-recovered', `The connection was lost: ${HELD[held]}`);
  }

  async #inTime<T>(watch: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const leftMs = Math.max(0, this.#timeoutMs - this.#elapsed());
    const seen = await forAtMost(this.#clock, leftMs, this.#signal, watch);
    if (this.#signal?.aborted) throw cancelled(this.#call);
    return seen;
  }

  #followed(aftermath: Exclude<Aftermath, { is: 'untouched' }>): ActDocument {
    if (aftermath.is === 'followed' && aftermath.isUp) return this.#recovered(aftermath.by);
    const { node } = this.#request;
    const name = `#${node.incarnation} of ${node.lineage}`;
    if (aftermath.is === 'past') {
      this.#phases.exitedMs = null;
      const words = `${name} had already ended`;
      return this.#document('gone', words, new PerchError('GONE', words, { node: node.id }));
    }
    if (aftermath.is === 'ending' || aftermath.is === 'straggler') {
      return this.#document('straggler', `${name} was told to end and still runs`);
    }
    if (this.#act === 'stop' && aftermath.is !== 'followed') {
      return this.#document('not-restarted', `${name} ended; nothing runs in its place.`);
    }
    const words = `Nothing of the lineage ${node.lineage} is running in the new epoch`;
    return this.#document('not-recovered', words);
  }

  #recovered({ id, incarnation }: TreeNode): ActDocument {
    this.#see('ready', `${id} is running`);
    return {
      ...this.#document('restarted', `A new epoch has it running as ${id}.`),
      successor: { id, incarnation },
    };
  }

  #seeSuccessor(): void {
    this.#seeExit();
    if (this.#phases.startedMs === null) this.#see('started', 'a new epoch has it');
  }

  #seeExit(): void {
    if (this.#hasSeenExit) return;
    this.#hasSeenExit = true;
    const afterMs = this.#phases.exitedMs ?? this.#elapsed();
    this.#onProgress({ phase: 'exited', afterMs, words: 'the connection ended with it' });
  }

  #see(phase: 'started' | 'ready', words: string): void {
    const afterMs = this.#elapsed();
    this.#phases[`${phase}Ms`] = afterMs;
    this.#onProgress({ phase, afterMs, words });
  }

  /** A refusal, or a node that is gone, is an outcome; anything else is thrown. */
  #failed(error: PerchError): ActDocument {
    this.receipts.take(error.facts.audit);
    const exit = ERRORS[error.code].exit;
    if (exit === ERRORS.GONE.exit) return this.#document('gone', error.message, error);
    if (exit === ERRORS.PROTECTED.exit) return this.#document('refused', error.message, error);
    const hasBegun = this.#isAccepted || this.#phases.exitedMs !== null;
    if (error.code === 'TIMEOUT' && hasBegun) return this.#document('not-recovered', error.message);
    if (error.code === 'CANCELLED') throw cancelled(this.#call);
    throw error;
  }

  #elapsed(): number {
    return Math.round((this.#clock.monotonic() - this.#startedAt) * 10) / 10;
  }

  #document(outcome: Outcome, words: string, error?: PerchError): ActDocument {
    const { act, node } = this.#request;
    return {
      call: this.#call,
      act,
      target: { id: node.id, lineage: node.lineage, incarnation: node.incarnation },
      outcome,
      words,
      successor: null,
      affected: [],
      phases: this.#phases,
      clock: this.#phases.exitedMs === null ? 'agent' : 'client',
      ...(this.receipts.head ? { audit: this.receipts.head } : {}),
      ...(error ? { error: error.toDocument() } : {}),
    };
  }
}

/** An agent that has not said by now that it disarmed the session does so when the session ends. */
const DISARM_MS = 1000;

/** Nobody answering for so long is a process that has ended: an agent that died in a living one is back sooner. */
const AWAY_MS = 2000;

function isSession(found: Session | ActDocument | null): found is Session {
  return found !== null && 'hello' in found;
}

/** The session died, rather than that the agent answered. */
function isLost(error: PerchError): boolean {
  return error.code === 'CONNECTION_LOST';
}

function cancelled(call: string): PerchError {
  return new PerchError('CANCELLED', 'The wait was ended; the act goes on', { call });
}

function notKnown(): PerchError {
  return new PerchError('CONNECTION_LOST', 'The agent was started anew; whether it was done is not known');
}
