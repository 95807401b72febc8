import { PerchError } from '../../protocol/errors.ts';
import { listenersNear, listenersOf } from './listeners.ts';
import { type AttachPlan, planOf, SIGUSR1 } from './plan.ts';
import { catches, isNode, type ProcessFacts, readFacts } from './process-facts.ts';
import { wasSignalled } from './signalled.ts';
import { watchedSignals } from './watched-signals.ts';

/**
 * Looks at a process from outside, touching nothing, and says what attaching would do. `observedBy` names the service
 * whose agent answers for that pid, null where none does. Throws what makes it impossible (client/attach/plan.ts), and
 * NO_SUCH_PROCESS, NOT_ON_THIS_SYSTEM.
 */
export async function planAttach(
  pid: number,
  observedBy: (pid: number) => Promise<string | null>,
): Promise<AttachPlan> {
  if (process.platform !== 'linux') {
    throw new PerchError('NOT_ON_THIS_SYSTEM', 'Attaching needs Linux: it looks at a process by /proc first');
  }
  const facts = await readFacts(pid);
  if (!facts) throw new PerchError('NO_SUCH_PROCESS', `There is no process ${pid}`, { pid });
  const [own, near, watched, signalled, observer] = await Promise.all([
    listenersOf(pid),
    listenersNear(pid),
    signalsOf(facts),
    wasSignalled(facts),
    observedBy(pid),
  ]);
  const uid = process.getuid!();
  return planOf(facts, { uid, own, near, watched, wasSignalled: signalled, observedBy: observer });
}

/** Only where it decides anything: it reads tens of megabytes of the program. */
async function signalsOf(facts: ProcessFacts): Promise<ReadonlySet<number> | null> {
  return isNode(facts) && catches(facts, SIGUSR1) ? watchedSignals(facts.pid) : null;
}
