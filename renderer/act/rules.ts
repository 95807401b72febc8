import type { InstanceView } from '../../electron/ipc.ts';
import type { Act } from '../../protocol/act.ts';
import type { TreeNode } from '../../protocol/tree.ts';
import { isAlive } from '../store/row-keys.ts';
import { titleOf } from '../tree/words.ts';
import { duration } from '../ui/format.ts';

export const ACT_WORDS: Record<Act, { title: string; key: string }> = {
  kill: { title: 'Kill', key: 'K' },
  stop: { title: 'Stop', key: 'S' },
  restart: { title: 'Restart', key: 'R' },
};

/** Why the act cannot be asked for; null when it can. The agent decides; this only mirrors what it would say. */
export function whyNot(node: TreeNode | null, instance: InstanceView | null): string | null {
  if (!node) return 'Select a node first';
  if (instance?.state !== 'live') return 'The instance is not connected';
  if (!instance.capabilities.includes('control')) return 'This key may not control';
  if (!isAlive(node)) return 'It has already ended';
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
  restart: () => 'It is stopped as its child spec says, then started again.',
};

function afterwards(act: Act, node: TreeNode, supervisor: TreeNode | null): string {
  if (!supervisor?.supervisor || !node.child) return '';
  const { intensity, periodMs, restartsInPeriod } = supervisor.supervisor;
  if (act !== 'kill') return 'This does not count against the restart intensity.';
  if (node.child.restart === 'temporary')
    return `${titleOf(supervisor)} will not restart it: it is temporary.`;
  const isOver = restartsInPeriod + 1 > intensity;
  const budget = `restart ${restartsInPeriod + 1} of ${intensity} in ${duration(periodMs)}`;
  return isOver
    ? `That is ${budget}: ${titleOf(supervisor)} will give up and its own supervisor decides.`
    : `${titleOf(supervisor)} will restart it, ${budget}.`;
}
