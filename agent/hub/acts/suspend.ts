import { randomUUID } from 'node:crypto';
import type { ActDocument } from '../../../protocol/act.ts';
import { durationWords } from '../../../protocol/duration.ts';
import { PerchError } from '../../../protocol/errors.ts';
import { LIMITS } from '../../../protocol/limits.ts';
import type { TreeNode } from '../../../protocol/tree.ts';
import { done } from './document.ts';
import { forward } from './forward.ts';
import { type ActUnderWay, accepted } from './request.ts';
import { threadMeant } from './thread-meant.ts';

/** Holds a thread until it is resumed, its lease is over or the asking session ends. */
export async function suspend(act: ActUnderWay): Promise<ActDocument> {
  const { hub, request, audience } = act;
  const thread = threadMeant(hub, act.node);
  const joined = hub.joinedByProcess(thread);
  if (joined) {
    const document = await forward(act, joined, thread.id);
    // The session is known here only; the lease is kept there.
    const onEnd = () => {
      const { call, node: _, deadline: __, ...rest } = request;
      const ended = { ...rest, act: 'resume' as const, call: randomUUID(), node: thread.id };
      joined.act({ ...ended, reason: sessionEnded(call) }, () => {}).catch(() => {});
    };
    if (document.outcome === 'done') {
      if (audience.sessionEnd.aborted) onEnd();
      else audience.sessionEnd.addEventListener('abort', onEnd, { once: true });
    }
    return document;
  }
  const leaseMs = request.leaseMs ?? LIMITS.leaseMs;
  const { call } = request;
  accepted(audience);
  await hub.suspensions.suspend(thread.threadId!, { call, leaseMs, sessionEnd: audience.sessionEnd });
  return done(
    act,
    `${thread.lineage} stands still for at most ${durationWords(leaseMs)}, until it is resumed`,
  );
}

/** Lets a suspended thread go on, whoever suspended it. */
export async function resume(act: ActUnderWay): Promise<ActDocument> {
  const { hub, audience } = act;
  const thread = threadMeant(hub, act.node);
  const joined = hub.joinedByProcess(thread);
  if (joined) return forward(act, joined, thread.id);
  const call = callOfEndedSession(act);
  if (!hub.suspensions.has(thread.threadId!, call)) throw notSuspended(thread);
  accepted(audience);
  if (!hub.suspensions.resume(thread.threadId!, call === undefined ? 'asked' : 'session', call)) {
    throw notSuspended(thread);
  }
  return done(act, `${thread.lineage} goes on`);
}

export function notSuspended({ lineage }: TreeNode): PerchError {
  return new PerchError('NOT_POSSIBLE', `${lineage} is not suspended.`);
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
