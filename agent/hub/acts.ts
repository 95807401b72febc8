import type { Act, ActDocument, ActProgress, Outcome } from '../../protocol/act.ts';
import { asPerchError, type ErrorCode, PerchError } from '../../protocol/errors.ts';
import type { Author, NodeRef } from '../../protocol/ledger.ts';
import type { TreeNode } from '../../protocol/tree.ts';
import { isAlive, type ProcessIdentity, signalProcess, untilEnded } from '../faults/end-process.ts';
import { newClaim, withdraw } from '../probe/claim.ts';
import { monotonicMs } from '../registry.ts';
import { startTracking, type Tracking, track } from './act-tracker.ts';
import type { Hub } from './hub.ts';
import { evaluate } from './inspector.ts';
import { KnownCalls } from './known-calls.ts';

export interface ActRequest {
  act: Act;
  call: string;
  node: string;
  epoch: string;
  reason: string;
  timeoutMs: number;
}

/** `deadline` is on the monotonic clock: what goes before the act itself is taken from its time. */
interface TimedRequest extends ActRequest {
  deadline: number;
}

/** How the asking session hears of it. */
export interface ActAudience {
  author: Author;
  progress(step: ActProgress): void;
  /** Resolves once everything pushed so far has left this process. */
  flushed(): Promise<void>;
}

/** Carries out acts, each call id once, and follows them to their end. */
export class Acts {
  readonly #hub: Hub;
  readonly #known = new KnownCalls();

  constructor(hub: Hub) {
    this.#hub = hub;
  }

  perform(request: ActRequest, audience: ActAudience): Promise<ActDocument> {
    return this.#known.once(request, this.#lineageOf(request.node), () =>
      this.#perform({ ...request, deadline: monotonicMs() + request.timeoutMs }, audience),
    );
  }

  /** Of what is supervised, where it is one node's; null for processes and threads, which may share one. */
  #lineageOf(id: string): string | null {
    const node = this.#hub.tree.nodes.get(id);
    return node?.kind === 'worker' || node?.kind === 'supervisor' ? node.lineage : null;
  }

  async #perform(request: TimedRequest, audience: ActAudience): Promise<ActDocument> {
    const hub = this.#hub;
    const release = hub.watched();
    try {
      await hub.gather();
      const node = hub.tree.nodes.get(request.node);
      const isOtherLife = request.epoch !== hub.tree.epoch;
      if (!node && !isOtherLife) {
        this.#audit(request, audience.author, request.node, 'no such node');
        throw new PerchError('NO_SUCH_NODE', `There is no node ${request.node} any more`, {
          node: request.node,
        });
      }
      const target = node ? refOf(node) : { id: request.node, lineage: request.node, incarnation: 0 };
      const tracking = startTracking(request.act, target, monotonicMs());
      hub.ledger.add({
        kind: 'act',
        node: target,
        act: request.act,
        call: request.call,
        author: audience.author,
        reason: request.reason,
      });
      const document =
        !node || isOtherLife
          ? refusal(
              tracking,
              request,
              'GONE',
              'The instance has started anew since; that incarnation is gone.',
            )
          : await this.#carryOut(node, tracking, request, audience).catch((thrown) => {
              const error = asPerchError(thrown);
              return refusal(tracking, request, error.code, error.message);
            });
      hub.ledger.add({
        kind: 'act-ended',
        node: target,
        act: request.act,
        call: request.call,
        outcome: document.outcome,
        words: document.words,
      });
      this.#audit(request, audience.author, target.lineage, document.outcome);
      return document;
    } finally {
      release();
    }
  }

  async #carryOut(
    asked: TreeNode,
    tracking: Tracking,
    request: TimedRequest,
    audience: ActAudience,
  ): Promise<ActDocument> {
    const hub = this.#hub;
    const isStoppedChild = request.act === 'restart' && hub.isStoppedChild(asked);
    if (asked.endedAt !== null && !isStoppedChild) {
      return refusal(
        tracking,
        request,
        'GONE',
        `#${asked.incarnation} of ${asked.lineage} has already ended.`,
      );
    }
    // A thread or process that hosts a worker is that worker: ending either is one act, decided by its supervisor.
    const node = hub.workerHostedBy(asked) ?? asked;
    if (node !== asked) {
      Object.assign(tracking.target, refOf(node));
      tracking.chain.add(node.id);
    }

    const joined = node.kind === 'process' ? null : hub.joinedByProcess(node);
    if (joined) {
      const { deadline, ...asked } = request;
      const timeoutMs = Math.ceil(remaining(request));
      return joined.act({ ...asked, timeoutMs, node: node.id }, (step) => audience.progress(step));
    }

    switch (node.kind) {
      case 'process':
        return this.#endProcess(node, tracking, request, audience);
      case 'thread':
        return this.#endThread(node, tracking, request, audience);
      case 'supervisor':
      case 'worker':
        return this.#askSupervisor(node, tracking, request, audience);
    }
  }

  async #askSupervisor(
    node: TreeNode,
    tracking: Tracking,
    request: TimedRequest,
    audience: ActAudience,
  ): Promise<ActDocument> {
    const hub = this.#hub;
    const link = hub.own.threads.get(node.threadId ?? -1);
    if (!link) throw new PerchError('NOT_OBSERVED', `No agent runs in the thread of ${node.lineage}`);
    const { done, stop } = this.#follow(tracking, request, audience);
    try {
      accepted(audience);
      const serial = Number(node.id.split('.')[2]);
      const cause = { call: request.call, reason: request.reason, author: audience.author };
      const claim = newClaim();
      let receipt: Awaited<ReturnType<typeof link.ask<'act'>>>;
      try {
        receipt = await link.ask(
          'act',
          { serial, act: request.act, cause, claim },
          Math.min(remaining(request), 1000),
        );
      } catch (thrown) {
        if (asPerchError(thrown).code !== 'LOOP_BLOCKED') throw thrown;
        if (withdraw(claim)) return await this.#underBlockedLoop(node, tracking, request);
        // It was taken before the loop came to stand still, so it is being carried out.
        receipt = { accepted: true };
      }
      if (!receipt.accepted) return refusal(tracking, request, receipt.code, receipt.words);
      await done;
      return finish(tracking, request);
    } finally {
      stop();
    }
  }

  /**
   * The supervisor's loop stands still. A task on it cannot be ended: its abort would run inside the busy
   * function. What runs elsewhere can, but nobody starts its successor.
   */
  async #underBlockedLoop(node: TreeNode, tracking: Tracking, request: TimedRequest): Promise<ActDocument> {
    const where = this.#hub.whereItRuns(node);
    if (node.child?.protected) {
      return refusal(tracking, request, 'PROTECTED', `${node.lineage} is declared protected by the service.`);
    }
    if (request.act !== 'kill' || where === null) {
      return refusal(
        tracking,
        request,
        'LOOP_BLOCKED',
        `The loop that runs ${node.lineage} stands still. See its stack, then kill its thread or process ` +
          `(kill = SIGKILL for a process, terminate for a thread).`,
      );
    }
    const hasEnded = 'pid' in where ? this.#killed(where, request) : this.#terminated(node, where, request);
    if (!(await hasEnded)) {
      tracking.ended = { outcome: 'straggler', words: `${node.lineage} was told to end and still runs` };
      return finish(tracking, request);
    }
    tracking.phases.exitedMs = monotonicMs() - tracking.t0;
    tracking.ended = {
      outcome: 'not-recovered',
      words: `It was ended, but nothing restarts it: its supervisor runs on the blocked loop`,
    };
    return finish(tracking, request);
  }

  async #killed(target: ProcessIdentity, request: TimedRequest): Promise<boolean> {
    signalProcess(target, 'SIGKILL');
    const hasEnded = await untilEnded(target, remaining(request));
    if (hasEnded) this.#hub.others.lost(target, 'SIGKILL');
    return hasEnded;
  }

  /** A thread in a native call ends when that call returns, and not before. */
  async #terminated(
    worker: TreeNode,
    { threadId }: { threadId: number },
    request: TimedRequest,
  ): Promise<boolean> {
    await terminateByInspector(worker.threadId ?? 0, threadId);
    return this.#hub.untilThreadEnded(threadId, request.deadline);
  }

  async #endThread(
    node: TreeNode,
    tracking: Tracking,
    request: TimedRequest,
    audience: ActAudience,
  ): Promise<ActDocument> {
    const threadId = node.threadId ?? 0;
    if (threadId === 0) {
      throw new PerchError('NOT_POSSIBLE', 'The main thread ends with its process only. Act on the process.');
    }
    if (request.act === 'restart') throw nothingRestarts(node);
    tracking.isSupervised = false;
    const { done, stop } = this.#follow(tracking, request, audience);
    try {
      accepted(audience);
      await this.#hub.terminateThread(threadId);
      if (!(await this.#hub.untilThreadEnded(threadId, request.deadline))) {
        tracking.ended = {
          outcome: 'straggler',
          words: `Thread ${node.name} was told to end and still runs`,
        };
        return finish(tracking, request);
      }
      await done;
      return finish(tracking, request, `Thread ${node.name} ended; no supervisor starts it again`);
    } finally {
      stop();
    }
  }

  async #endProcess(
    node: TreeNode,
    tracking: Tracking,
    request: TimedRequest,
    audience: ActAudience,
  ): Promise<ActDocument> {
    if (request.act === 'restart') throw nothingRestarts(node);
    const isOwn = node.id === this.#hub.own.id;
    const identity: ProcessIdentity = this.#hub.identityOf(node);
    if (!isAlive(identity)) {
      this.#hub.others.lost(identity, 'ended');
      return refusal(tracking, request, 'GONE', `Process ${node.pid} (${node.name}) has already ended.`);
    }
    accepted(audience);
    // What dies with this process must have left it first: the record of the act, and the word to the asker.
    if (isOwn) await audience.flushed();
    const signal = request.act === 'kill' ? 'SIGKILL' : 'SIGTERM';
    signalProcess(identity, signal);
    const hasEnded = await untilEnded(identity, remaining(request));
    if (hasEnded || !isAlive(identity)) {
      tracking.phases.exitedMs = monotonicMs() - tracking.t0;
      this.#hub.others.lost(identity, signal);
      audience.progress({ phase: 'exited', afterMs: tracking.phases.exitedMs, words: `ended by ${signal}` });
      tracking.ended = {
        outcome: 'not-restarted',
        words: `Process ${node.pid} ended; no supervisor starts it again`,
      };
    } else {
      tracking.ended = {
        outcome: 'straggler',
        words: `${signal} was sent; process ${node.pid} still runs after ${request.timeoutMs} ms`,
      };
    }
    return finish(tracking, request);
  }

  /** Reads the ledger along until the act's outcome is known, or its time is up. */
  #follow(
    tracking: Tracking,
    request: TimedRequest,
    audience: ActAudience,
  ): { done: Promise<void>; stop(): void } {
    let finished: () => void = () => {};
    const done = new Promise<void>((resolve) => {
      finished = resolve;
    });
    const timer = setTimeout(finished, remaining(request));
    const unwatch = this.#hub.ledger.watch((event) => {
      const step = track(tracking, event);
      if (step) audience.progress(step);
      if (tracking.ended) this.#hub.whenSettled(tracking.target.id, finished);
    });
    return {
      done: done.then(() => this.#judge(tracking)),
      stop: () => {
        clearTimeout(timer);
        unwatch();
      },
    };
  }

  /** The last word: what still runs is a straggler, whatever became of its successor. */
  #judge(tracking: Tracking): void {
    const node = this.#hub.tree.nodes.get(tracking.target.id);
    const isStillThere = node !== undefined && (node.status === 'straggler' || node.status === 'stopping');
    if (isStillThere) {
      const since = tracking.successor ? `; #${tracking.successor.incarnation} runs beside it` : '';
      tracking.ended = {
        outcome: 'straggler',
        words: `${tracking.target.lineage} #${tracking.target.incarnation} was told to end and still runs${since}`,
      };
    }
  }

  #audit(request: TimedRequest, author: Author, target: string, outcome: string): void {
    const { act, call, reason } = request;
    this.#hub.audit.append({ author, act, call, target, reason, outcome });
  }
}

/** Milliseconds that are left for an act, never less than one. */
function remaining({ deadline }: TimedRequest): number {
  return Math.max(1, deadline - monotonicMs());
}

function accepted(audience: ActAudience): void {
  audience.progress({ phase: 'accepted', afterMs: 0, words: 'accepted' });
}

export function refOf({ id, lineage, incarnation }: TreeNode): NodeRef {
  return { id, lineage, incarnation };
}

/** Terminates a thread by main's (or another supervising thread's) probe, while that thread's loop is stuck. */
export async function terminateByInspector(parentThreadId: number, threadId: number): Promise<void> {
  const ask = `globalThis[Symbol.for('perch.agent')].probe.answerText('terminate', '{"threadId":${threadId}}')`;
  await evaluate(parentThreadId, ask, 2000);
}

function nothingRestarts(node: TreeNode): PerchError {
  return new PerchError(
    'NOT_POSSIBLE',
    `No supervisor started ${node.lineage}, so nothing would start it again. Kill or stop it instead.`,
  );
}

function finish(tracking: Tracking, { act, call, timeoutMs }: ActRequest, words?: string): ActDocument {
  const ended = tracking.ended ?? {
    outcome: 'not-recovered' as Outcome,
    words: `No successor of ${tracking.target.lineage} was ready within ${timeoutMs} ms`,
  };
  return {
    call,
    act,
    target: tracking.target,
    outcome: ended.outcome,
    words: words && ended.outcome === 'not-restarted' ? words : ended.words,
    successor: tracking.successor && {
      id: tracking.successor.id,
      incarnation: tracking.successor.incarnation,
    },
    affected: tracking.affected.map(({ id, lineage }) => ({ id, lineage })),
    phases: tracking.phases,
    clock: 'agent',
  };
}

function refusal(tracking: Tracking, request: ActRequest, code: ErrorCode, words: string): ActDocument {
  tracking.ended = { outcome: code === 'GONE' ? 'gone' : 'refused', words };
  return {
    ...finish(tracking, request),
    error: new PerchError(code, words, { node: tracking.target.id }).toDocument(),
  };
}
