import type { ActDocument } from '../../../protocol/act.ts';
import { asPerchError, PerchError } from '../../../protocol/errors.ts';
import { killHost } from '../../faults/end-process.ts';
import { newClaim, withdraw } from '../../probe/claim.ts';
import { monotonicMs } from '../../registry.ts';
import { terminateByInspector } from '../inspector.ts';
import { type ProcessIdentity, untilEnded } from '../process-identity.ts';
import { finish, refusal } from './document.ts';
import { untilThreadEnded } from './end-thread.ts';
import { follow } from './follow.ts';
import { type ActUnderWay, accepted, remaining } from './request.ts';

/** Has the supervisor that owns the node carry out the act, in the thread where it decides. */
export async function askSupervisor(act: ActUnderWay): Promise<ActDocument> {
  const { hub, node, tracking, request, audience } = act;
  const link = hub.own.threads.get(node.threadId ?? -1);
  if (!link) throw new PerchError('NOT_OBSERVED', `No agent runs in the thread of ${node.lineage}`);
  const { done, stop } = follow(act);
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
      if (withdraw(claim)) return await underBlockedLoop(act);
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
async function underBlockedLoop(act: ActUnderWay): Promise<ActDocument> {
  const { hub, node, tracking, request } = act;
  const where = hub.whereItRuns(node);
  if (node.child?.protected) {
    return refusal(tracking, request, 'PROTECTED', `${node.lineage} is declared protected by the service.`);
  }
  if (request.act !== 'kill' || where === null) {
    return refusal(
      tracking,
      request,
      'LOOP_BLOCKED',
      hub.own.threads.get(node.threadId ?? -1)?.pulse.isHeld
        ? `The thread that runs ${node.lineage} is suspended. Resume it first.`
        : `The loop that runs ${node.lineage} stands still. See its stack, then break it, or kill its thread or ` +
            `process (kill = SIGKILL for a process, terminate for a thread).`,
    );
  }
  const hasEnded = 'pid' in where ? killed(act, where) : terminated(act, where.threadId);
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

async function killed({ hub, request }: ActUnderWay, target: ProcessIdentity): Promise<boolean> {
  killHost(target);
  const hasEnded = await untilEnded(target, remaining(request));
  if (hasEnded) hub.others.lost(target, { reason: 'SIGKILL', signal: 'SIGKILL' });
  return hasEnded;
}

/** A thread in a native call ends when that call returns, and not before. */
async function terminated({ hub, node, request }: ActUnderWay, threadId: number): Promise<boolean> {
  await terminateByInspector(node.threadId ?? 0, threadId);
  return untilThreadEnded(hub, threadId, request.deadline);
}
