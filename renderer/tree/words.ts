import { figureTexts } from '../../protocol/component.ts';
import type { TreeNode } from '../../protocol/tree.ts';
import type { Severity } from '../fleet/health.ts';
import { isAlive } from '../store/row-keys.ts';
import { bytes, clockTime, duration } from '../ui/format.ts';

/** A node's status in words, with how long where that matters. */
export function statusWords(node: TreeNode): string {
  if (node.status === 'blocked' && node.blockedMs !== null) return `blocked ${duration(node.blockedMs)}`;
  const { restartsAt } = node.metrics;
  if (node.status === 'restarting' && restartsAt !== undefined)
    return `restarting at ${clockTime(restartsAt)}`;
  return node.status;
}

/** The classes of its dot: what is held on purpose has another form than what is in trouble. */
export function dotOf(node: Parameters<typeof isAlive>[0]): string {
  return `dot is-${node.status === 'suspended' ? 'held' : severityOf(node)}`;
}

export function severityOf(node: Parameters<typeof isAlive>[0]): Severity | 'ended' {
  if (node.status === 'restarting') return 'waiting';
  if (!isAlive(node)) return 'ended';
  switch (node.status) {
    case 'blocked':
      return 'bad';
    case 'straggler':
    case 'stale':
    case 'suspended':
      return 'warn';
    case 'starting':
    case 'stopping':
      return 'waiting';
    default:
      return 'ok';
  }
}

/** What kind of thing it is: `worker on a thread`, `dynamic supervisor`, `process`. */
export function kindWords(node: TreeNode): string {
  if (node.kind === 'worker' && node.host) return `worker, hosted as ${node.host}`;
  if (node.kind === 'supervisor' && node.supervisor) {
    return node.supervisor.strategy === 'dynamic'
      ? 'dynamic supervisor'
      : `supervisor, ${node.supervisor.strategy}`;
  }
  if (node.component) return `${node.component.type}, a component`;
  if (node.kind === 'process' && !node.observed) return 'process, no agent inside';
  return node.kind;
}

/** Whether lives are counted for it: the main thread of a process has none of its own. */
export function hasLives(node: TreeNode): boolean {
  return node.kind === 'worker' || node.kind === 'supervisor' || node.incarnation > 1;
}

/** What a person calls it: its lineage, and for processes and threads their name. */
export function titleOf(node: Pick<TreeNode, 'kind' | 'lineage' | 'name'>): string {
  return node.kind === 'supervisor' || node.kind === 'worker' ? node.lineage : node.name;
}

/** What is counted of a component: `3 connections · 1 in flight`. */
export function figuresOf({ metrics }: Pick<TreeNode, 'metrics'>): string {
  return metrics.figures ? figureTexts(metrics.figures, { bytes, duration }).join(' · ') : '';
}
