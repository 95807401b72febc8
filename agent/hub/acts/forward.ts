import type { ActDocument } from '../../../protocol/act.ts';
import type { JoinedHub } from '../joined-hub.ts';
import { type ActUnderWay, accepted, remaining } from './request.ts';

/** Has the hub of another process carry out the act on a node that is its own. */
export async function forward(
  { request, audience, tracking }: ActUnderWay,
  joined: JoinedHub,
  node: string,
): Promise<ActDocument> {
  const { deadline: _, ...asked } = request;
  const timeoutMs = Math.ceil(remaining(request));
  // What is done there may end this process too, before any word of it is here.
  accepted(audience);
  const document = await joined.act({ ...asked, timeoutMs, node }, (step) => {
    if (step.phase !== 'accepted') audience.progress(step);
  });
  // There the thread is meant that a worker runs in; here that worker.
  return { ...document, target: tracking.target };
}
