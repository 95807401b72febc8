import { asPerchError, PerchError } from '../../protocol/errors.ts';
import { LIMITS } from '../../protocol/limits.ts';
import type { TreeNode } from '../../protocol/tree.ts';
import { monotonicMs } from '../registry.ts';
import type { Hub } from './hub.ts';
import { refOf } from './node-ref.ts';

export type ResumeWhy = 'asked' | 'lease' | 'session' | 'unattended';

interface Held {
  call: string;
  since: number;
  leaseMs: number;
  /** No longer waits for lease and session. */
  forget(): void;
}

/** How long a thread that turns takes to answer at most; one that takes longer stands still already. */
const ASK_MS = 1000;

/**
 * Threads of this process that are held by a session's order. The probe of each waits on a word of its pulse, for the
 * lease at most and only as long as this hub attends to it, so that it goes on by itself whatever becomes of this hub.
 */
export class Suspensions {
  readonly #hub: Hub;
  readonly #held = new Map<number, Held>();

  constructor(hub: Hub) {
    this.#hub = hub;
  }

  /** Throws why the thread would not be held, as far as that is known without asking it. */
  check({ id, lineage, threadId }: TreeNode): void {
    const link = this.#hub.own.threads.get(threadId!);
    if (!link) throw new PerchError('NOT_OBSERVED', `No agent runs in ${lineage}`, { node: id });
    if (link.pulse.isHeld) throw new PerchError('NOT_POSSIBLE', `${lineage} is suspended already.`);
    if (link.trouble) throw link.trouble;
  }

  /** Call it each `LIMITS.beatMs`. */
  attend(): void {
    for (const [threadId, { since, leaseMs }] of this.#held) {
      const pulse = this.#hub.own.threads.get(threadId)?.pulse;
      if (pulse?.isHeld) pulse.attend();
      // By its lease, which began a message earlier than here, or since this hub had stood still itself.
      else this.resume(threadId, monotonicMs() - since < leaseMs - LIMITS.beatMs ? 'unattended' : 'lease');
    }
  }

  /** With `call`, only what that act holds. */
  has(threadId: number, call?: string): boolean {
    const held = this.#held.get(threadId);
    return held !== undefined && (call === undefined || held.call === call);
  }

  /** Resolves once the thread stands still. Throws LOOP_BLOCKED, NOT_OBSERVED, and NOT_POSSIBLE when it is held. */
  async suspend(
    threadId: number,
    { call, leaseMs, sessionEnd }: { call: string; leaseMs: number; sessionEnd: AbortSignal },
  ): Promise<void> {
    const { own, tree, ledger } = this.#hub;
    const node = tree.nodes.get(`${own.id}.${threadId}`);
    const link = own.threads.get(threadId);
    if (!node || !link) throw new PerchError('NOT_OBSERVED', `No agent runs in thread ${threadId}`);
    if (!link.pulse.isHeld && link.blockedSince !== null) await link.ask('flush', {}, ASK_MS);
    // Its lease may just have ended by itself, and not be written down yet.
    this.attend();
    if (!link.pulse.askHold()) throw new PerchError('NOT_POSSIBLE', `${node.lineage} is suspended already.`);
    let isHeld: boolean;
    try {
      isHeld = await link.ask('suspend', { leaseMs }, ASK_MS);
    } catch (thrown) {
      if (link.pulse.withdrawHold()) throw asPerchError(thrown);
      // It was taken before its answer was given up.
      isHeld = true;
    }
    if (!isHeld) throw new PerchError('NOT_POSSIBLE', `${node.lineage} did not let itself be suspended.`);
    // It took the hold and ended before its answer was here.
    if (node.endedAt !== null) throw new PerchError('GONE', `${node.lineage} has ended`, { node: node.id });
    const end = (why: ResumeWhy) => () => this.resume(threadId, why);
    const onSessionEnd = end('session');
    const timer = setTimeout(end('lease'), leaseMs);
    sessionEnd.addEventListener('abort', onSessionEnd);
    this.#held.set(threadId, {
      call,
      since: monotonicMs(),
      leaseMs,
      forget: () => {
        clearTimeout(timer);
        sessionEnd.removeEventListener('abort', onSessionEnd);
      },
    });
    tree.patch(node.id, { status: 'suspended' });
    ledger.add({ kind: 'suspended', node: refOf(node), call, leaseMs });
    if (sessionEnd.aborted) onSessionEnd();
  }

  /** Lets all go on: the hub ends. */
  end(): void {
    for (const threadId of [...this.#held.keys()]) this.resume(threadId, 'session');
  }

  /** Lets the thread go on; false when it was not held. With `call`, only what that act holds. */
  resume(threadId: number, why: ResumeWhy, call?: string): boolean {
    const held = this.#held.get(threadId);
    if (!held || !this.has(threadId, call)) return false;
    const { own, tree, ledger } = this.#hub;
    this.#held.delete(threadId);
    held.forget();
    own.threads.get(threadId)?.pulse.letGo();
    const node = tree.nodes.get(`${own.id}.${threadId}`);
    // One that was ended meanwhile does not go on.
    if (!node || node.endedAt !== null) return false;
    tree.patch(node.id, { status: 'running' });
    const afterMs = Math.round(monotonicMs() - held.since);
    ledger.add({ kind: 'resumed', node: refOf(node), afterMs, why });
    return true;
  }
}
