import { ChildHandle } from './child-handle.ts';
import type { Definition } from './definition.ts';
import type { Slot } from './slot.ts';
import type { Reply, RequestEvent } from './state.ts';
import { requestError } from './supervisor-error.ts';
import type { Request } from './supervisor-life.ts';

type WithoutRequest<E> = E extends unknown ? Omit<E, 'request'> : never;

/** Asks the life that runs now; resolves with the child's handle, rejects with a SupervisorError. */
export function request(
  definition: Definition,
  id: string,
  event: WithoutRequest<RequestEvent<Slot, Request>>,
): Promise<ChildHandle> {
  const { current, lineage } = definition;
  return new Promise((resolve, reject) => {
    if (!current) return reject(requestError('not_running', lineage));
    current.post({
      ...event,
      request: (reply: Reply<Slot>) => {
        if ('child' in reply) resolve(new ChildHandle(definition, id));
        else reject(requestError(reply.error, `${lineage}/${id}`, reply.exit?.reason, reply.exit?.error));
      },
    });
  });
}
