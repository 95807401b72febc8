import type { ActDocument } from '../../../protocol/act.ts';
import { durationWords } from '../../../protocol/duration.ts';
import { isAlive, type ProcessIdentity, signalProcess, untilEnded } from '../../faults/end-process.ts';
import { exitFromInside, isFirstProcess } from '../../faults/exit-from-inside.ts';
import { monotonicMs } from '../../registry.ts';
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
  if (isOwn && signal === 'SIGKILL' && isFirstProcess(identity.pid)) void exitFromInside();
  const hasEnded = await untilEnded(identity, remaining(request));
  if (hasEnded || !isAlive(identity)) {
    tracking.phases.exitedMs = monotonicMs() - tracking.t0;
    hub.others.lost(identity, { reason: signal, signal });
    audience.progress({ phase: 'exited', afterMs: tracking.phases.exitedMs, words: `ended by ${signal}` });
    tracking.ended = {
      outcome: 'not-restarted',
      words: `Process ${node.pid} ended; no supervisor starts it again`,
    };
  } else {
    tracking.ended = {
      outcome: 'straggler',
      words: `${signal} was sent; process ${node.pid} still runs after ${durationWords(request.timeoutMs)}`,
    };
  }
  return finish(tracking, request);
}
