import type { ActRequest } from '../../client/act-request.ts';
import type { ActDocument } from '../../protocol/act.ts';
import { PerchError } from '../../protocol/errors.ts';
import type { TreeNode } from '../../protocol/tree.ts';
import type { Reached } from '../connection.ts';
import type { Output } from '../output.ts';
import { type AskedOptions, confirm, sayHowToAskAgain } from './ask.ts';
import { armFor } from './measure.ts';
import { phaseText, report } from './outcome.ts';

/** What an act is beside the options that every act takes. */
export type Wanted = Pick<ActRequest, 'act' | 'signal' | 'leaseMs' | 'child' | 'childArgs' | 'force'>;

/** Asks for one act, shows its phases as they come and prints how it ended. `name`: as the question calls it. */
export async function oneAct(
  { session, connect, instance }: Reached,
  node: TreeNode,
  { name, ...wanted }: Wanted & { name: string },
  options: AskedOptions & { timeout?: number },
  { out, signal }: { out: Output; signal: AbortSignal },
): Promise<ActDocument> {
  if (!options.yes && !(await confirm(name, node, instance.place.name, out, signal))) {
    throw new PerchError('CANCELLED', 'Nothing was done');
  }
  const { reason, call, timeout: timeoutMs } = options;
  const { runAct } = await import('../../client/act.ts');
  const document = await runAct(
    { ...given(wanted), node, epoch: session.hello.instance.epoch, reason, call, timeoutMs },
    { session, connect, arm: { reason, forMs: armFor(timeoutMs) } },
    { signal, onProgress: (step) => out.text(phaseText(step)) },
  ).catch(sayHowToAskAgain);
  report(document, out);
  return document;
}

/** Without what is undefined: the agent takes no such argument. */
function given(wanted: Wanted): Wanted {
  return Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined)) as Wanted;
}
