import type { InstanceView } from '../../electron/ipc.ts';
import type { Act } from '../../protocol/act.ts';
import type { TreeNode } from '../../protocol/tree.ts';
import { isAlive } from '../store/row-keys.ts';
import { titleOf } from '../tree/words.ts';
import { duration } from '../ui/format.ts';

export const ACT_WORDS: Record<Act, { title: string }> = {
  kill: { title: 'Kill' },
  stop: { title: 'Stop' },
  restart: { title: 'Restart' },
  suspend: { title: 'Suspend' },
  resume: { title: 'Resume' },
  signal: { title: 'Signal' },
  break: { title: 'Break' },
  'start-child': { title: 'Start child' },
  delete: { title: 'Delete' },
};

/** What stands above the tree, whatever is selected. */
export const COMMON_ACTS = ['kill', 'stop', 'restart'] as const satisfies readonly Act[];

/** Acts that end nothing. */
export const CALM_ACTS: ReadonlySet<Act> = new Set(['restart', 'resume', 'start-child']);

/**
 * The acts that mean something for this node, in the order of the menu. `isLast`: nothing came after it at its
 * place; a static child that was stopped can then be started again, or taken out.
 */
export function actsOn(node: TreeNode, supervisor: TreeNode | null, isLast = true): Act[] {
  // Its successor waits for the back-off: it can be had at once, or not at all.
  if (node.status === 'restarting') return ['restart', 'stop'];
  if (!isAlive(node)) {
    const isStatic = supervisor?.supervisor && supervisor.supervisor.strategy !== 'dynamic';
    const hasPlace = isLast && node.child && !node.child.hasLostPlace;
    return hasPlace && isStatic && isAlive(supervisor) ? ['restart', 'delete'] : [];
  }
  // It belongs to the service's own code, which nobody would start again.
  if (node.kind === 'component') return [];
  const isProcess = node.kind === 'process' || node.host === 'process';
  const holdsThread = isProcess || node.kind === 'thread' || node.host === 'thread';
  const acts: Act[] = [...COMMON_ACTS];
  if (node.kind === 'thread' && node.status === 'blocked') acts.unshift('break');
  if (holdsThread) acts.push(node.status === 'suspended' ? 'resume' : 'suspend');
  if (isProcess) acts.push('signal');
  if (node.supervisor?.strategy === 'dynamic') acts.push('start-child');
  return acts;
}

/** Why nothing can be asked for; null when it can. The agent decides; this only mirrors what it would say. */
export function whyNot(node: TreeNode | null, instance: InstanceView | null): string | null {
  if (!node) return 'Select a node first';
  if (instance?.state !== 'live') return 'The instance is not connected';
  if (!instance.capabilities.includes('control')) return 'This key may not control';
  if (node.child?.protected) return 'The service declared it protected';
  return null;
}

/** What the act will do to this node, said before it is done. */
export function consequence(act: Act, node: TreeNode, supervisor: TreeNode | null): string {
  const means = MEANS[act](node);
  return [means, afterwards(act, node, supervisor)].filter(Boolean).join(' ');
}

const MEANS: Record<Act, (node: TreeNode) => string> = {
  kill: (node) => {
    if (node.kind === 'process' && node.parent === null) {
      return 'This is the service itself: SIGKILL ends it with everything in it. It comes back only if something outside starts it again.';
    }
    if (node.kind === 'process' || node.host === 'process') return 'Its process gets SIGKILL.';
    if (node.kind === 'thread' && node.threadId === 0) return 'The main thread ends with its process.';
    if (node.kind === 'thread' || node.host === 'thread')
      return 'Its thread is terminated, also in a busy loop.';
    if (node.kind === 'supervisor') return 'It and everything under it ends.';
    return 'Its abort signal fires and its handle is dead at once. Code that ignores the signal is reported as a straggler.';
  },
  stop: (node) => {
    const shutdown = node.child?.shutdown;
    if (typeof shutdown === 'number') return `It is asked to end and given ${duration(shutdown)}.`;
    return shutdown === 'infinity'
      ? 'It is asked to end and given all the time it needs.'
      : 'It is told to end.';
  },
  restart: (node) =>
    isAlive(node) ? 'It is stopped as its child spec says, then started again.' : 'It is started again.',
  suspend: () =>
    'Its thread stands still, with everything on it, until it is resumed, its lease is over or this window is closed.',
  resume: () => 'Its thread goes on where it was held.',
  signal: () => 'Its process gets the signal. What that does is the process’s own choice.',
  break: () =>
    'What its stuck loop runs just now is ended with an error that nobody can catch; the request it served gets no answer.',
  'start-child': () => 'The supervisor starts a child of that id with those arguments.',
  delete: () => 'The stopped child loses its place; it can no longer be started again.',
};

/** What its supervisor does then, as far as the tree tells. */
export function afterwards(act: Act, node: TreeNode, supervisor: TreeNode | null): string {
  if (!supervisor?.supervisor || !node.child) return '';
  const { intensity, periodMs, restartsInPeriod } = supervisor.supervisor;
  if (act !== 'kill' && act !== 'stop' && act !== 'restart') return '';
  if (act !== 'kill') return 'This does not count against the restart intensity.';
  if (node.child.restart === 'temporary')
    return `${titleOf(supervisor)} will not restart it: it is temporary.`;
  const isOver = restartsInPeriod + 1 > intensity;
  const budget = `restart ${restartsInPeriod + 1} of ${intensity} in ${duration(periodMs)}`;
  return isOver
    ? `That is ${budget}: ${titleOf(supervisor)} will give up and its own supervisor decides.`
    : `${titleOf(supervisor)} will restart it, ${budget}.`;
}
