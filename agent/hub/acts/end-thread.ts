import type { ActDocument } from '../../../protocol/act.ts';
import { PerchError } from '../../../protocol/errors.ts';
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
    await hub.terminateThread(threadId);
    if (!(await hub.untilThreadEnded(threadId, request.deadline))) {
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
