import type { ActDocument } from '../../../protocol/act.ts';
import { PerchError } from '../../../protocol/errors.ts';
import { monotonicMs } from '../../registry.ts';
import type { Hub } from '../hub.ts';
import { terminateByInspector, threadNames } from '../inspector.ts';
import { finish, nothingRestarts } from './document.ts';
import { follow } from './follow.ts';
import { type ActUnderWay, accepted } from './request.ts';

/** Kill or stop of a thread that no supervisor owns. */
export async function endThread(act: ActUnderWay): Promise<ActDocument> {
  const { hub, node, tracking, request, audience } = act;
  const threadId = node.threadId ?? 0;
  if (threadId === 0) {
    throw new PerchError('NOT_POSSIBLE', 'The main thread ends with its process only. Act on the process.');
  }
  if (request.act === 'restart') throw nothingRestarts(node);
  tracking.isSupervised = false;
  const { done, stop } = follow(act);
  try {
    accepted(audience);
    hub.own.endsBy(threadId, request.call);
    await terminateThread(hub, threadId);
    if (!(await untilThreadEnded(hub, threadId, request.deadline))) {
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

async function terminateThread(hub: Hub, threadId: number): Promise<void> {
  for (const link of hub.own.threads.values()) {
    const hasEnded = await link.ask('terminate', { threadId }, 500).catch(() => false);
    if (hasEnded) return;
  }
  // The thread that started it is stuck; its probe can still be reached inside the busy function.
  for (const parent of hub.own.threads.keys()) await terminateByInspector(parent, threadId).catch(() => {});
}

/** Between two looks for a thread that was told to end, and of how many one is a look at V8's list. */
const LOOK_EVERY_MS = 20;
const LOOKS_A_LIST = 4;
const LIST_MS = 200;

/**
 * Whether that thread has ended by `deadline` (monotonic). Who started it tells; while that loop is stuck, V8's
 * list of threads does. One that was terminated inside a native call is on it until the call returns.
 */
export async function untilThreadEnded({ own }: Hub, threadId: number, deadline: number): Promise<boolean> {
  for (let look = 1; own.isAlive(threadId); look++) {
    if (monotonicMs() >= deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    if (look % LOOKS_A_LIST !== 0) continue;
    const names = await threadNames(LIST_MS).catch(() => null);
    if (names && !names.has(threadId)) own.threadEnded(threadId, 'terminated');
  }
  return true;
}
