import type { ActDocument } from '../../../protocol/act.ts';
import { durationWords } from '../../../protocol/duration.ts';
import { asPerchError, PerchError } from '../../../protocol/errors.ts';
import { newClaim, withdraw } from '../../probe/claim.ts';
import type { ActCause, ChildReceipt } from '../../registry.ts';
import { done, finish, refusal } from './document.ts';
import { forward } from './forward.ts';
import { type ActUnderWay, accepted, remaining } from './request.ts';

/** OTP's start_child on a dynamic supervisor. */
export async function startChild(act: ActUnderWay): Promise<ActDocument> {
  const { node, request } = act;
  if (node.kind !== 'supervisor')
    throw notPossible(`${node.lineage} is no supervisor: it starts no children.`);
  const { child, childArgs } = request;
  if (child === undefined) throw new PerchError('BAD_CALL', 'child: its id is missing', { at: 'child' });
  const args = childArgs === undefined ? {} : { childArgs: parsed(childArgs) };
  return ask(act, 'start-child', { child, ...args }, ({ started }) => {
    const words = `${node.lineage}/${child}${started ? ` #${started.incarnation}` : ''} runs`;
    if (!started) return done(act, words);
    const id = `${node.id.split('.').slice(0, 2).join('.')}.${started.serial}`;
    act.tracking.successor = { id, lineage: `${node.lineage}/${child}`, incarnation: started.incarnation };
    return done(act, words);
  });
}

/** OTP's delete_child on a stopped child of a static supervisor. */
export async function deleteChild(act: ActUnderWay): Promise<ActDocument> {
  const { hub, node } = act;
  if (!node.child) throw notPossible(`No supervisor has ${node.lineage} as its child.`);
  return ask(act, 'delete', {}, () => {
    hub.tree.leavePlace(node.id);
    return done(act, `${node.lineage} has lost its place; only code can give it one again`);
  });
}

/** Asks in the thread where the supervisor decides. The answer comes when it is over. */
async function ask(
  act: ActUnderWay,
  wanted: 'start-child' | 'delete',
  more: Pick<ActCause, 'child' | 'childArgs'>,
  finished: (receipt: Extract<ChildReceipt, { accepted: true }>) => ActDocument,
): Promise<ActDocument> {
  const { hub, node, tracking, request, audience } = act;
  const joined = hub.joinedByProcess(node);
  if (joined) return forward(act, joined, node.id);
  const link = hub.own.threads.get(node.threadId ?? -1);
  if (!link) throw new PerchError('NOT_OBSERVED', `No agent runs in the thread of ${node.lineage}`);
  const cause = { call: request.call, reason: request.reason, author: audience.author, ...more };
  const serial = Number(node.id.split('.')[2]);
  const claim = newClaim();
  accepted(audience);
  try {
    const receipt = await link.ask('child-act', { serial, act: wanted, cause, claim }, remaining(request));
    if (!receipt.accepted) return refusal(tracking, request, receipt.code, receipt.words);
    if (receipt.failed === undefined) return finished(receipt);
    tracking.ended = { outcome: 'not-recovered', words: receipt.failed };
  } catch (thrown) {
    if (asPerchError(thrown).code !== 'LOOP_BLOCKED' || withdraw(claim)) throw thrown;
    tracking.ended = {
      outcome: 'not-recovered',
      words: `${node.lineage} was asked, and has not answered within ${durationWords(request.timeoutMs)}; it may still do it`,
    };
  }
  return finish(tracking, request);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new PerchError('BAD_CALL', 'childArgs: it is no JSON', { at: 'childArgs' });
  }
}

function notPossible(words: string): PerchError {
  return new PerchError('NOT_POSSIBLE', words);
}
