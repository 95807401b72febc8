import os from 'node:os';
import type { ActDocument } from '../../../protocol/act.ts';
import { PerchError } from '../../../protocol/errors.ts';
import { LIMITS } from '../../../protocol/limits.ts';
import type { TreeNode } from '../../../protocol/tree.ts';
import { signalProcess } from '../../faults/end-process.ts';
import { isFirstProcess, isHandled, unheardWords } from '../../faults/first-process.ts';
import { monotonicMs } from '../../registry.ts';
import type { Hub } from '../hub.ts';
import { isAlive, type ProcessIdentity, untilEnded } from '../process-identity.ts';
import { aimAt } from './act-tracker.ts';
import { done, finish } from './document.ts';
import { follow } from './follow.ts';
import { type ActUnderWay, accepted, hasLeft, remaining } from './request.ts';

/** POSIX names that are sent as they are. What is missing stops a process or tells it of a fault that it does not have. */
const SENT = [
  'SIGHUP',
  'SIGINT',
  'SIGQUIT',
  'SIGABRT',
  'SIGALRM',
  'SIGTERM',
  'SIGUSR1',
  'SIGUSR2',
  'SIGCONT',
  'SIGPIPE',
  'SIGWINCH',
];
const STOPS = ['SIGSTOP', 'SIGTSTP', 'SIGTTIN', 'SIGTTOU'];

/** Sends a signal to one process, and follows what it does. SIGKILL is a kill and is not seen here (acts.ts). */
export async function signal(act: ActUnderWay): Promise<ActDocument> {
  const { hub, tracking, request, audience } = act;
  const name = allowed(request.signal, request.force ?? false);
  const { target, worker } = signalled(hub, act.node);
  if (worker) aimAt(tracking, worker);
  tracking.isSupervised = worker !== null;
  const followed = follow(act);
  try {
    accepted(audience);
    if (target.pid === hub.own.pid) await hasLeft(act);
    hub.others.endsBy(target, request.call);
    if (!signalProcess(target, name))
      throw new PerchError('GONE', `Process ${target.pid} has already ended.`);
    const hasEnded = await untilEnded(target, Math.min(remaining(request), LIMITS.signalMs));
    if (!hasEnded) {
      hub.others.endsBy(target, null);
      const isUnheard = target.pid === hub.own.pid && isFirstProcess(target.pid) && !isHandled(name);
      const why = isUnheard ? unheardWords(name) : '';
      return done(act, `${name} was sent; process ${target.pid} still runs${why}`);
    }
    const seenMs = monotonicMs() - tracking.t0;
    hub.others.lost(target, { reason: `ended after ${name}` });
    if (worker) await followed.done;
    // The ledger knows the moment itself; that it was seen here is later, and its decision may be before that.
    tracking.phases.exitedMs ??= seenMs;
    tracking.ended ??= worker
      ? null
      : {
          outcome: 'not-restarted',
          words: `Process ${target.pid} ended after ${name}; no supervisor starts it again`,
        };
    return finish(tracking, request);
  } finally {
    followed.stop();
  }
}

/** The process that a signal goes to, and the worker that this is. Throws where none does. */
export function signalled(hub: Hub, node: TreeNode): { target: ProcessIdentity; worker: TreeNode | null } {
  const target = processMeant(hub, node);
  if (!isAlive(target)) throw new PerchError('GONE', `Process ${target.pid} has already ended.`);
  const worker = node.kind === 'worker' ? node : hub.workerHostedBy(node);
  if (worker?.child?.protected)
    throw new PerchError('PROTECTED', `${worker.lineage} is declared protected by the service.`);
  return { target, worker };
}

function allowed(name: string | undefined, force: boolean): NodeJS.Signals {
  if (name === undefined) throw new PerchError('BAD_CALL', 'signal: its name is missing', { at: 'signal' });
  if (STOPS.includes(name)) {
    throw notPossible(
      `${name} would stop it with its agent, and nothing would end that. Suspend its threads.`,
    );
  }
  if (!SENT.includes(name) || !Object.hasOwn(os.constants.signals, name)) {
    throw notPossible(`${name} is not sent. These are: ${SENT.join(', ')}, SIGKILL.`);
  }
  if (name === 'SIGUSR1' && !force) {
    throw notPossible(
      "SIGUSR1 opens Node's debugger, through which every user of that machine can run code in the service. " +
        'With force it is sent all the same.',
      { canForce: true },
    );
  }
  return name as NodeJS.Signals;
}

function processMeant(hub: Hub, node: TreeNode): ProcessIdentity {
  if (node.kind === 'process') return hub.identityOf(node);
  const where = node.kind === 'worker' ? hub.whereItRuns(node) : null;
  if (where && 'pid' in where) return where;
  throw notPossible(`A signal goes to a process; ${node.lineage} runs in process ${node.pid} with others.`);
}

function notPossible(words: string, facts: Record<string, unknown> = {}): PerchError {
  return new PerchError('NOT_POSSIBLE', words, facts);
}
