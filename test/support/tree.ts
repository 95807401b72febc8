import type { Session } from '../../client/session.ts';
import { fromColumns, type TreeNode, type TreeSnapshot } from '../../protocol/tree.ts';
import { TreeMirror } from '../../protocol/tree-mirror.ts';

export async function nodesOf(session: Session): Promise<TreeNode[]> {
  const snapshot: TreeSnapshot = await session.call('tree', {});
  return fromColumns(snapshot.columns);
}

/** The live node of a lineage; throws with what there is when it is not there. */
export function byLineage(nodes: Iterable<TreeNode>, lineage: string): TreeNode {
  const all = [...nodes];
  const found = all.find((node) => node.lineage === lineage && node.endedAt === null);
  if (!found)
    throw new Error(`no ${lineage} in ${all.map((node) => `${node.lineage} ${node.status}`).join('\n')}`);
  return found;
}

/** Watches until `wanted` gives something for the tree; an event-driven wait, never a sleep. */
export async function untilTree<T>(
  session: Session,
  wanted: (nodes: TreeNode[]) => T | undefined | false,
): Promise<T> {
  const mirror = new TreeMirror();
  const watching = new AbortController();
  let found: T | undefined;
  await session.call(
    'watch-tree',
    {},
    {
      signal: watching.signal,
      onEvent: (event) => {
        if ('snapshot' in event) mirror.reset(event.snapshot);
        else if (!mirror.apply(event.delta)) throw new Error('a revision is missing');
        const result = wanted([...mirror.nodes.values()]);
        if (result === undefined || result === false || found !== undefined) return;
        found = result;
        watching.abort();
      },
    },
  );
  if (found === undefined) throw new Error('the watch ended before the tree came to be as wanted');
  return found;
}
