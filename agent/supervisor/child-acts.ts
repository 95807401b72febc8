import type { ActCause, ChildReceipt } from '../registry.ts';
import { actRefusal } from './acts.ts';
import type { Definition } from './definition.ts';
import type { Incarnation } from './incarnation.ts';
import type { DynamicSupervisor } from './supervisor.ts';
import { requestError, SupervisorError } from './supervisor-error.ts';
import type { SlotEvent } from './supervisor-life.ts';

/** OTP's start_child, asked for by a person: of a dynamic supervisor, whose children's code is known. */
export async function startChildByAct(
  definition: Definition,
  supervisor: Incarnation,
  { child, childArgs }: ActCause,
): Promise<ChildReceipt> {
  const { lineage } = supervisor;
  const refused = actRefusal(supervisor, 'start-child', null);
  if (refused) return refused;
  if (child === undefined) return impossible('A child needs an id.');
  if (definition.flags.strategy !== 'dynamic') {
    return impossible(`${lineage} is static: what its children are is code. Restart starts a stopped one.`);
  }
  try {
    // After the receipt's turn: it runs the service's code.
    await Promise.resolve();
    await (definition.supervisor as DynamicSupervisor).startChild(child, childArgs);
    const node = definition.current?.state.children.get(child)?.node;
    const started = node ? { serial: node.serial, incarnation: node.incarnation } : null;
    return { accepted: true, ...(started ? { started } : {}) };
  } catch (error) {
    const words = `${error instanceof SupervisorError ? `${error.code}: ` : ''}${(error as Error).message}`;
    const wasTried = error instanceof SupervisorError && error.code === 'start_failed';
    return wasTried ? { accepted: true, failed: words } : impossible(words);
  }
}

/** OTP's delete_child: a child that does not run loses its place. */
export function deleteChildByAct(
  child: Incarnation,
  post: (event: SlotEvent) => void,
): Promise<ChildReceipt> {
  const refused = actRefusal(child, 'delete', null);
  if (refused) return Promise.resolve(refused);
  return new Promise((resolve) => {
    post({
      type: 'delete-child',
      id: child.name,
      request: (reply) => {
        if (!('error' in reply)) return resolve({ accepted: true });
        resolve(impossible(`${reply.error}: ${requestError(reply.error, child.lineage).message}`));
      },
    });
  });
}

function impossible(words: string): ChildReceipt {
  return { accepted: false, code: 'NOT_POSSIBLE', words };
}
