import type { ActDocument } from '../../../protocol/act.ts';
import { asPerchError, PerchError } from '../../../protocol/errors.ts';
import { LIMITS } from '../../../protocol/limits.ts';
import type { TreeNode } from '../../../protocol/tree.ts';
import { breakDanger } from '../../inspect/break-danger.ts';
import { frameWords, readStack } from '../../inspect/thread-stack.ts';
import { monotonicMs } from '../../registry.ts';
import type { Hub } from '../hub.ts';
import { terminateExecution } from '../inspector.ts';
import { describeNative } from '../proc.ts';
import type { ThreadLink } from '../thread-link.ts';
import { aimAt } from './act-tracker.ts';
import { done, finish } from './document.ts';
import { follow } from './follow.ts';
import { forward } from './forward.ts';
import { type ActUnderWay, accepted, hasLeft, remaining, type TimedRequest } from './request.ts';
import { threadMeant } from './thread-meant.ts';

/** How long the stack of a stuck loop is waited for; one that does not come then is in native code. */
const STACK_MS = 1000;

/** One beat may come between two turns of the same stuck work; the second one needs a loop that turns. */
const BEATS = 2;

const LOOK_EVERY_MS = 20;

/** Ends what a stuck loop runs, without ending its thread; then looks whether the loop turns again. */
export async function breakLoop(act: ActUnderWay): Promise<ActDocument> {
  const { hub, request, audience } = act;
  const thread = threadMeant(hub, act.node);
  const joined = hub.joinedByProcess(thread);
  if (joined) return breakElsewhere(act, thread);
  const threadId = thread.threadId!;
  await look(act, thread);
  accepted(audience);
  // Should the process end with it after all, the word of it has left before.
  await hasLeft(act);
  // That may have taken its time: it ends what is run now.
  const { link, frames, beats } = await look(act, thread);
  if (link.pulse.beats !== beats) throw turns(thread.lineage);
  await terminateExecution(threadId, Math.min(remaining(request), STACK_MS)).catch((thrown) => {
    // Whether it worked is seen by the loop.
    if (asPerchError(thrown).code !== 'TIMEOUT') throw thrown;
  });
  const what = frameWords(frames[0]!);
  if (await turnsAgain(link, beats, request))
    return done(
      act,
      `The loop turns again. What it ran, ${what}, was ended; the request it served gets no answer`,
    );
  act.tracking.ended = {
    outcome: 'not-recovered',
    words: `${what} was told to end, and the loop of ${thread.lineage} still stands still`,
  };
  return finish(act.tracking, request);
}

/** Of a thread of this process. Throws where there is nothing to break. */
export function stuckLoop(hub: Hub, { lineage, threadId }: TreeNode): ThreadLink {
  const link = hub.own.threads.get(threadId!);
  if (!link) throw new PerchError('NOT_OBSERVED', `No agent runs in ${lineage}`);
  if (link.pulse.isHeld) throw notPossible(`${lineage} is suspended, not stuck. Resume it.`);
  if (link.blockedSince === null) throw turns(lineage);
  return link;
}

/** What a stuck loop runs, and its beats before that was read. Throws where there is nothing to break, or it would end the process. */
async function look({ hub, request }: ActUnderWay, thread: TreeNode) {
  const link = stuckLoop(hub, thread);
  const { beats } = link.pulse;
  const frames = await stackOf(thread, request);
  if (frames.length === 0) throw notPossible(`${thread.lineage} runs no JavaScript just now.`);
  const danger = breakDanger(frames, LIMITS.maxBreakFrames);
  if (danger && !request.force) {
    throw notPossible(
      `Breaking it would most likely end the whole process with exit code 1: ${danger}. ` +
        'With force it is done all the same.',
      { canForce: true },
    );
  }
  return { link, frames, beats };
}

async function stackOf(thread: TreeNode, request: TimedRequest) {
  try {
    const timeoutMs = Math.min(remaining(request), STACK_MS);
    return await readStack(thread.threadId!, timeoutMs, LIMITS.maxBreakFrames);
  } catch (thrown) {
    if (asPerchError(thrown).code !== 'TIMEOUT') throw thrown;
    const native = thread.threadId === 0 ? describeNative(process.pid) : null;
    throw notPossible(
      `${thread.lineage} is in native code${native ? ` (${native})` : ''}, which nothing can break. ` +
        'Its stack comes when that returns.',
    );
  }
}

async function turnsAgain(
  { pulse }: ThreadLink,
  before: number,
  { deadline }: TimedRequest,
): Promise<boolean> {
  while (pulse.beats - before < BEATS) {
    if (monotonicMs() >= deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  return true;
}

/** In another process, which may end with it: what becomes of that is seen from here. */
async function breakElsewhere(act: ActUnderWay, thread: TreeNode): Promise<ActDocument> {
  const { hub, tracking, request } = act;
  const process_ = hub.tree.nodes.get(thread.id.split('.')[0]!);
  const worker = process_ ? hub.workerHostedBy(process_) : null;
  if (worker) aimAt(tracking, worker);
  const { done: decided, stop } = follow(act);
  try {
    return await forward(act, hub.joinedByProcess(thread)!, thread.id);
  } catch (thrown) {
    if (asPerchError(thrown).code !== 'GONE') throw thrown;
    if (worker) await decided;
    tracking.ended ??= {
      outcome: 'not-recovered',
      words: `The process ended with it, and nothing starts it again`,
    };
    return finish(tracking, request);
  } finally {
    stop();
  }
}

function turns(lineage: string): PerchError {
  return notPossible(`The loop of ${lineage} turns: there is nothing to break.`);
}

function notPossible(words: string, facts: Record<string, unknown> = {}): PerchError {
  return new PerchError('NOT_POSSIBLE', words, facts);
}
