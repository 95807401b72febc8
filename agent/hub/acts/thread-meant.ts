import { PerchError } from '../../../protocol/errors.ts';
import type { TreeNode } from '../../../protocol/tree.ts';
import type { Hub } from '../hub.ts';

/**
 * The thread that an act on a loop means: of a worker with a thread or process of its own that one, of a process its
 * main thread. Throws NOT_POSSIBLE for what shares its loop with others, PROTECTED, NOT_OBSERVED.
 */
export function threadMeant(hub: Hub, node: TreeNode): TreeNode {
  const worker = node.kind === 'worker' ? node : hub.workerHostedBy(node);
  if (worker?.child?.protected) {
    throw new PerchError('PROTECTED', `${worker.lineage} is declared protected by the service.`);
  }
  switch (node.kind) {
    case 'thread':
      return node;
    case 'process':
      return mainOf(hub, node);
    case 'component':
      throw notToBeActedOn(node);
    case 'supervisor':
    case 'worker':
      return hostOf(hub, node);
  }
}

/** What a library holds has nobody who would end or restart it on demand. */
export function notToBeActedOn({ id, lineage, component }: TreeNode): PerchError {
  const thread = id.split('.').slice(0, 2).join('.');
  return new PerchError(
    'NOT_POSSIBLE',
    `${lineage} is a ${component?.type ?? 'component'} of the service's own: it is looked at, not acted on. Act on its thread (${thread}).`,
    { node: id },
  );
}

function hostOf(hub: Hub, node: TreeNode): TreeNode {
  if (node.kind === 'supervisor' || node.host === 'task') {
    const thread = node.id.split('.').slice(0, 2).join('.');
    const name = hub.tree.nodes.get(thread)?.lineage ?? thread;
    throw new PerchError(
      'NOT_POSSIBLE',
      `${node.lineage} shares its loop with all that runs there. Act on its thread, ${name} (${thread}).`,
    );
  }
  const host = hub.hostOf(node);
  if (!host) throw new PerchError('NOT_OBSERVED', `No agent answers where ${node.lineage} runs`);
  return host.kind === 'process' ? mainOf(hub, host) : host;
}

function mainOf(hub: Hub, process: TreeNode): TreeNode {
  const main = hub.tree.nodes.get(`${process.id}.0`);
  if (process.observed && main?.endedAt === null) return main;
  throw new PerchError('NOT_OBSERVED', `No agent runs in process ${process.pid} (${process.name})`);
}
