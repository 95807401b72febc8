import { randomUUID } from 'node:crypto';
import type { Act, ActDocument, ActProgress, AuditHead, Outcome } from '../protocol/act.ts';
import { isHead } from '../protocol/audit.ts';
import { asPerchError, ERRORS, PerchError } from '../protocol/errors.ts';
import { LIMITS } from '../protocol/limits.ts';
import type { InstanceInfo, TreeNode } from '../protocol/tree.ts';
import { TreeMirror } from '../protocol/tree-mirror.ts';
import { keepHead } from './audit/heads.ts';
import { backOffMs } from './back-off.ts';
import { type Clock, pause, systemClock } from './clock.ts';
import type { Connect } from './instance.ts';
import type { Session } from './session.ts';

export interface ActRequest {
  act: Act;
  /** The incarnation meant, as the tree of `epoch` showed it. */
  node: Pick<TreeNode, 'id' | 'lineage' | 'incarnation' | 'parent'>;
  epoch: string;
  reason: string;
  /** Repeats a call: the same id acts once. Made when absent. */
  call?: string;
  /** How long a recovery may take (T); 10 s unless told. */
  timeoutMs?: number;
  /** What some acts take beside (protocol/calls.ts). */
  signal?: string;
  leaseMs?: number;
  child?: string;
  childArgs?: string;
  force?: boolean;
}

/** What makes a session one that may act: it is armed for the act, and disarmed after it. */
export interface ArmFor {
  reason: string;
  /** From now on; after a lost connection, for what is left of it. */
  forMs: number;
  /** The session to begin with is armed already, and stays so. */
  isArmed?: boolean;
}

export interface ActLink {
  /** The session to begin with; it is not closed here. */
  session: Session;
  /** Makes another one after it was lost. */
  connect: Connect;
  arm: ArmFor;
}

export interface ActOptions {
  onProgress?: (progress: ActProgress) => void;
  /** Ends the wait, never the act: rejects with CANCELLED. */
  signal?: AbortSignal;
  clock?: Clock;
  random?: () => number;
  /** Takes the audit's head that came with the receipt; kept in the state directory unless told (client/audit). */
  keep?: (instance: InstanceInfo, head: AuditHead) => Promise<void>;
}

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
    await run.kept;
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
  #isAsked = false;
  #isAccepted = false;
  #hasSeenExit = false;
  /** The last head that the agent gave. */
  #head: AuditHead | null = null;
  readonly #keep: NonNullable<ActOptions['keep']>;
  /** Resolves once the heads that came are kept. */
  kept: Promise<void> = Promise.resolve();

  constructor(request: ActRequest, link: ActLink, options: ActOptions) {
    const { clock, random, onProgress, signal, keep } = options;
    this.#keep = keep ?? keepHead;
    this.#request = request;
    this.#link = link;
    this.#clock = clock ?? systemClock;
    this.#random = random ?? Math.random;
    this.#onProgress = onProgress ?? (() => {});
    this.#signal = signal;
    this.#call = request.call ?? `${epochMark(request.epoch)}.${randomUUID()}`;
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
    try {
      return await this.#ask(this.#link.session);
    } catch (thrown) {
      const error = asPerchError(thrown);
      if (!isLost(error)) return this.#failed(error);
    }
    this.#phases.exitedMs = this.#elapsed();
    // The connection goes with the root process; for anything else it may be the network's doing.
    if (this.#isAccepted && this.#request.node.parent === null) this.#seeExit();
    return this.#afterLoss();
  }

  async #ask(session: Session): Promise<ActDocument> {
    const { act, node, epoch, reason, call: _, timeoutMs: __, ...more } = this.#request;
    // Calls are taken in order: the act needs no word that its session is armed.
    const armed = this.#arm(session);
    this.#isAsked = true;
    const asked = session.call(
      'act',
      { act, call: this.#call, node: node.id, epoch, reason, timeoutMs: this.#timeoutMs, ...more },
      {
        signal: this.#signal,
        onEvent: (progress) => {
          if (progress.phase === 'accepted' && !this.#isAccepted) {
            this.#isAccepted = true;
            this.#startedAt = this.#clock.monotonic();
          }
          this.#takeHead(progress.audit);
          this.#onProgress(progress);
        },
      },
    );
    const document = await asked.catch(async (thrown) => {
      // Why it could not be armed says more.
      if (asPerchError(thrown).code === 'NOT_ARMED') await armed;
      throw thrown;
    });
    this.#takeHead(document.audit);
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

  /** Sessions made here are closed by now, which disarms them. */
  async #disarm(): Promise<void> {
    const { arm, session } = this.#link;
    if (arm.isArmed || !this.#isAsked) return;
    await session.call('disarm', {}, { timeoutMs: DISARM_MS }).catch(() => {});
  }

  /** The receipt of an act, or of its refusal: kept, so that the log can be held against it. */
  #takeHead(head: unknown): void {
    if (!isHead(head)) return;
    this.#head = head;
    const { instance } = this.#link.session.hello;
    this.kept = this.kept.then(() => this.#keep(instance, head));
  }

  /** The connection ended under the act: ask again where the agent still lives, else wait for its successor. */
  async #afterLoss(): Promise<ActDocument> {
    for (let failures = 1; this.#elapsed() < this.#timeoutMs; failures++) {
      if (this.#signal?.aborted) throw cancelled(this.#call);
      const session = await this.#connectAgain();
      if (!isSession(session)) {
        if (session) return session;
      } else {
        try {
          return await this.#resume(session);
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
    return this.#document('not-recovered', `Nothing came back within ${this.#timeoutMs} ms.`);
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
      if (error.code === 'CONNECT_FAILED' && this.#request.act === 'stop') {
        return this.#document('not-restarted', 'It ended, and nothing answers in its place.');
      }
      if (COMES_BACK.has(error.code)) return null;
      if (error.code === 'CANCELLED') throw cancelled(this.#call);
      throw error;
    }
  }

  async #resume(session: Session): Promise<ActDocument> {
    if (session.hello.instance.epoch === this.#request.epoch) return this.#ask(session);
    this.#seeExit();
    this.#see('started', 'a new epoch answers');
    return this.#recovered(await this.#successorIn(session));
  }

  /** The running node of a new epoch that carries on the lineage; the root process where that was the target. */
  async #successorIn(session: Session): Promise<TreeNode> {
    const { node } = this.#request;
    const mirror = new TreeMirror();
    const found = new AbortController();
    const cancelTimer = this.#clock.after(Math.max(0, this.#timeoutMs - this.#elapsed()), () =>
      found.abort(),
    );
    let successor: TreeNode | undefined;
    try {
      await session.call(
        'watch-tree',
        {},
        {
          signal: this.#signal ? AbortSignal.any([this.#signal, found.signal]) : found.signal,
          onEvent: (event) => {
            if ('snapshot' in event) mirror.reset(event.snapshot);
            else mirror.apply(event.delta);
            successor ??= [...mirror.nodes.values()].find(
              (each) =>
                (node.parent === null ? each.parent === null : each.lineage === node.lineage) &&
                (each.status === 'running' || each.status === 'blocked'),
            );
            if (successor) found.abort();
          },
        },
      );
    } finally {
      cancelTimer();
    }
    if (successor) return successor;
    throw new PerchError('TIMEOUT', `Nothing of the lineage ${node.lineage} is running in the new epoch`);
  }

  #recovered({ id, incarnation }: TreeNode): ActDocument {
    this.#see('ready', `${id} is running`);
    return {
      ...this.#document('restarted', `A new epoch has it running as ${id}.`),
      successor: { id, incarnation },
    };
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
    this.#takeHead(error.facts.audit);
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
      ...(this.#head ? { audit: this.#head } : {}),
      ...(error ? { error: error.toDocument() } : {}),
    };
  }
}

/**
 * A call made here carries its epoch. An agent that died with what was killed has forgotten the call, so repeating
 * it against the next epoch would kill again.
 */
function isOfOtherEpoch(call: string, epoch: string): boolean {
  const mark = /^(.+)\.[\da-f]{8}-[\da-f-]{27}$/.exec(call)?.[1];
  return mark !== undefined && mark !== epochMark(epoch);
}

/** What fits before a UUID within the 64 characters of a call's id. */
function epochMark(epoch: string): string {
  return epoch.slice(0, 27);
}

/** An agent that has not said by now that it disarmed the session does so when the session ends. */
const DISARM_MS = 1000;

/** Failures to connect that a service on its way back shows. */
const COMES_BACK: ReadonlySet<string> = new Set([
  'CONNECT_FAILED',
  'CONNECTION_LOST',
  'TIMEOUT',
  'TUNNEL_OFF',
]);

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
