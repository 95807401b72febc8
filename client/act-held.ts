import type { TreeEvent } from '../protocol/calls.ts';
import type { TreeNode } from '../protocol/tree.ts';
import { TreeMirror } from '../protocol/tree-mirror.ts';
import type { ActTarget } from './act-aftermath.ts';
import type { Session } from './session.ts';

/** What has become of a thread whose session was lost. `unknown`: no agent was heard of in it, which a held one's is not. */
export type Held = 'goes on' | 'held' | 'unknown' | 'ended';

export const HELD: Record<Held, string> = {
  'goes on': 'what its session held goes on',
  held: 'it still stands still, until its lease is over at the latest',
  unknown: 'whether it stands still was not to be seen; it goes on when its lease is over at the latest',
  ended: 'it has ended since',
};

export function heldOf({ id }: ActTarget, nodes: ReadonlyMap<string, TreeNode>): Held {
  const node = nodes.get(id);
  if (!node || node.endedAt !== null) return 'ended';
  const thread = threadOf(node, nodes);
  if (!thread?.observed) return 'unknown';
  return thread.status === 'suspended' ? 'held' : 'goes on';
}

/** The one that a suspend means: of what hosts a worker its main thread. */
function threadOf(node: TreeNode, nodes: ReadonlyMap<string, TreeNode>): TreeNode | undefined {
  if (node.kind === 'thread') return node;
  if (node.kind === 'process') return nodes.get(`${node.id}.0`);
  for (const host of nodes.values()) {
    if (host.parent === node.id && host.endedAt === null) return threadOf(host, nodes);
  }
  return undefined;
}

/** What is so in the tree that a session shows, once it does not stand still any more, or when the signal aborts. */
export async function watchHeld(session: Session, target: ActTarget, signal: AbortSignal): Promise<Held> {
  const mirror = new TreeMirror();
  const certain = new AbortController();
  let held: Held = 'unknown';
  const onEvent = (event: TreeEvent) => {
    if (certain.signal.aborted) return;
    if ('snapshot' in event) mirror.reset(event.snapshot);
    else mirror.apply(event.delta);
    held = heldOf(target, mirror.nodes);
    if (held === 'goes on' || held === 'ended') certain.abort();
  };
  await session.call('watch-tree', {}, { signal: AbortSignal.any([signal, certain.signal]), onEvent });
  return held;
}
