import type { TreeNode } from '../../protocol/tree.ts';
import { now } from '../store/clock.ts';
import { observedAt } from '../store/desk.ts';
import { useValue } from '../store/value.ts';
import { age } from '../ui/format.ts';
import { statusWords } from './words.ts';

/** A node's status in words; of one that is held or waits, until when. */
export function LiveStatus({ instance, node }: { instance: string; node: TreeNode }) {
  if (node.status === 'suspended' || node.status === 'restarting') {
    return <Until instance={instance} node={node} />;
  }
  return statusWords(node);
}

function Until({ instance, node }: { instance: string; node: TreeNode }) {
  const { tree, fold } = observedAt(instance);
  useValue(now);
  const until = node.status === 'suspended' ? fold.leaseOf(node.id) : (node.metrics.restartsAt ?? null);
  if (until === null) return node.status;
  const left = age(Math.max(0, until - tree.agentNow() + 999));
  return node.status === 'suspended' ? `suspended ${left}` : `back in ${left}`;
}
