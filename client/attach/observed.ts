import path from 'node:path';
import { asPerchError } from '../../protocol/errors.ts';
import type { TreeNode } from '../../protocol/tree.ts';
import type { LocalInstance, LocalSight } from '../fleet/local.ts';

/**
 * The pids of this computer in which an agent runs, each with the service that answers for it: those with a local socket,
 * also one that does not come to answer, and the processes that joined them. `treeOf` asks one of them for its tree.
 */
export async function observedPids(
  { found, silent }: LocalSight,
  treeOf: (instance: LocalInstance) => Promise<readonly TreeNode[]>,
): Promise<Map<number, string>> {
  const observed = new Map<number, string>();
  for (const each of silent) observed.set(Number.parseInt(path.basename(each.path), 10), each.path);
  await Promise.all(
    found.map(async (instance) => {
      const { pid, service } = instance.info;
      observed.set(pid, service);
      const nodes = await treeOf(instance).catch((thrown) => {
        // It has just ended, say: what it knew of others is not known then.
        asPerchError(thrown);
        return [];
      });
      for (const node of nodes) {
        if (node.kind === 'process' && node.observed && node.endedAt === null)
          observed.set(node.pid, service);
      }
    }),
  );
  return observed;
}
