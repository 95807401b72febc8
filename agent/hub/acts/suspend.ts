import type { ActDocument } from '../../../protocol/act.ts';
import { durationWords } from '../../../protocol/duration.ts';
import { asPerchError, PerchError } from '../../../protocol/errors.ts';
import { LIMITS } from '../../../protocol/limits.ts';
import type { TreeNode } from '../../../protocol/tree.ts';
import { randomHex } from '../../random-hex.ts';
import type { JoinedHub } from '../joined-hub.ts';
import { persistently } from '../persistently.ts';
import { done } from './document.ts';
import { forward } from './forward.ts';
import { type ActRequest, type ActUnderWay, accepted } from './request.ts';
import { threadMeant } from './thread-meant.ts';

/** Holds a thread until it is resumed, its lease is over or the asking session ends. */
export async function suspend(act: ActUnderWay): Promise<ActDocument> {
  const { hub, suspensions, request, audience } = act;
  const thread = threadMeant(hub, act.node);
  const joined = hub.joinedByProcess(thread);
  if (joined) return suspendElsewhere(act, joined, thread.id);
  const leaseMs = request.leaseMs ?? LIMITS.leaseMs;
  const { call } = request;
  accepted(audience);
  await suspensions.suspend(thread.threadId!, { call, leaseMs, sessionEnd: audience.sessionEnd });
  return done(
    act,
    `${thread.lineage} stands still for at most ${durationWords(leaseMs)}, until it is resumed`,
  );
}

/** The session is known here only; the lease is kept there. */
async function suspendElsewhere(act: ActUnderWay, joined: JoinedHub, thread: string): Promise<ActDocument> {
  const { request, audience } = act;
  const letGo = () => void letGoThere(request, joined, thread);
  let document: ActDocument;
  try {
    document = await forward(act, joined, thread);
  } catch (thrown) {
    // Whoever asked is told that it failed; it may be held all the same.
    if (asPerchError(thrown).code !== 'GONE') letGo();
    throw thrown;
  }
  if (document.outcome === 'done') {
    if (audience.sessionEnd.aborted) letGo();
    else audience.sessionEnd.addEventListener('abort', letGo, { once: true });
  }
  return document;
}

/** Until it was heard there, or there is nothing more to let go: a process may not answer just then. */
async function letGoThere(request: ActRequest, joined: JoinedHub, node: string): Promise<void> {
  const { call, epoch, timeoutMs, leaseMs = LIMITS.leaseMs } = request;
  const resumed = async () => {
    const again = { act: 'resume', call: randomHex(16), node, epoch, timeoutMs } as const;
    try {
      await joined.act({ ...again, reason: sessionEnded(call) }, () => {});
    } catch (thrown) {
      if (asPerchError(thrown).code !== 'GONE') throw thrown;
    }
  };
  await persistently(AbortSignal.timeout(leaseMs), resumed, () => true);
}

/** Lets a suspended thread go on, whoever suspended it. */
export async function resume(act: ActUnderWay): Promise<ActDocument> {
  const { hub, suspensions, audience } = act;
  const thread = threadMeant(hub, act.node);
  const joined = hub.joinedByProcess(thread);
  if (joined) return forward(act, joined, thread.id);
  const call = callOfEndedSession(act);
  checkHeld({ hub, suspensions }, thread, call);
  accepted(audience);
  if (!suspensions.resume(thread.threadId!, call === undefined ? 'asked' : 'session', call)) {
    throw notSuspended(thread);
  }
  return done(act, `${thread.lineage} goes on`);
}

/** Throws why there is nothing to let go; with `call`, of what that act held. */
export function checkHeld(
  { hub, suspensions }: Pick<ActUnderWay, 'hub' | 'suspensions'>,
  thread: TreeNode,
  call?: string,
): void {
  if (!hub.own.threads.has(thread.threadId!)) throw heldByNobodyHere(thread);
  if (!suspensions.has(thread.threadId!, call)) throw notSuspended(thread);
}

function notSuspended({ lineage }: TreeNode): PerchError {
  return new PerchError('NOT_POSSIBLE', `${lineage} is not suspended.`);
}

/** It was not heard of since this hub began: it may be held for the one before, which cannot let it go any more. */
function heldByNobodyHere({ id, lineage }: TreeNode): PerchError {
  const withinMs = durationWords(LIMITS.unattendedMs);
  const words = `The agent has not heard of ${lineage} yet; if an earlier one held it, it goes on within ${withinMs}.`;
  return new PerchError('NOT_OBSERVED', words, { node: id });
}

const SESSION_ENDED = 'the session has ended that suspended it by ';

/** The reason by which the hub above lets go what an ended session of its own had suspended. */
function sessionEnded(call: string): string {
  return SESSION_ENDED + call;
}

function callOfEndedSession({ request, audience }: ActUnderWay): string | undefined {
  const { reason } = request;
  const isSo = audience.author.key === 'hub' && reason.startsWith(SESSION_ENDED);
  return isSo ? reason.slice(SESSION_ENDED.length) : undefined;
}
