import type { ActDocument } from '../../../protocol/act.ts';
import { durationWords } from '../../../protocol/duration.ts';
import { signalProcess } from '../../faults/end-process.ts';
import { exitFromInside } from '../../faults/exit-from-inside.ts';
import { isFirstProcess, isStillHandled, unheardWords } from '../../faults/first-process.ts';
import { monotonicMs } from '../../registry.ts';
import { isAlive, type ProcessIdentity, untilEnded } from '../process-identity.ts';
import { finish, nothingRestarts, refusal } from './document.ts';
import { type ActUnderWay, accepted, hasLeft, remaining } from './request.ts';

/** Kill or stop of a process that no supervisor owns. */
export async function endProcess(act: ActUnderWay): Promise<ActDocument> {
  const { hub, node, tracking, request, audience } = act;
  if (request.act === 'restart') throw nothingRestarts(node);
  const isOwn = node.id === hub.own.id;
  const identity: ProcessIdentity = hub.identityOf(node);
  if (!isAlive(identity)) {
    hub.others.lost(identity, { reason: 'ended' });
    return refusal(tracking, request, 'GONE', `Process ${node.pid} (${node.name}) has already ended.`);
  }
  const signal = request.act === 'kill' ? 'SIGKILL' : 'SIGTERM';
  accepted(audience);
  if (isOwn) {
    // What dies with this process must have left it first: the word to the asker, then the record of the act, which
    // the next life takes for done.
    await hasLeft(act);
    const { act: asked, call, reason } = request;
    const { author } = audience;
    await hub.blackBox.pending({ act: asked, call, author, reason, signal, at: Date.now() });
  }
  hub.others.endsBy(identity, request.call);
  signalProcess(identity, signal);
  const isFirst = isOwn && isFirstProcess(identity.pid);
  const goesOn = isFirst && signal === 'SIGKILL' ? endFromInside(act) : () => '';
  const isUnheard = isFirst && signal === 'SIGTERM' && !(await isStillHandled(signal));
  const hasEnded = await untilEnded(identity, isUnheard ? 0 : remaining(request));
  if (hasEnded || !isAlive(identity)) {
    tracking.phases.exitedMs = monotonicMs() - tracking.t0;
    hub.others.lost(identity, { reason: signal, signal });
    audience.progress({ phase: 'exited', afterMs: tracking.phases.exitedMs, words: `ended by ${signal}` });
    tracking.ended = {
      outcome: 'not-restarted',
      words: `Process ${node.pid} ended; no supervisor starts it again`,
    };
  } else {
    const why = isUnheard ? unheardWords(signal) : ` after ${durationWords(request.timeoutMs)}${goesOn()}`;
    tracking.ended = {
      outcome: 'straggler',
      words: `${signal} was sent; process ${node.pid} still runs${why}`,
    };
  }
  return finish(tracking, request);
}

/** Gives what there is to say should it still run when the act's time is over. */
function endFromInside({ hub }: ActUnderWay): () => string {
  let why = 'its main thread, in native code, has not come to end it';
  void exitFromInside(hub.own.threads.get(0)).then((reason) => {
    if (reason !== '') why = reason;
  });
  return () =>
    `: no signal from within ends process 1 of a container, and ${why}. From outside \`docker kill\` or \`kubectl delete pod\` does`;
}
