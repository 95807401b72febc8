import { LIMITS } from '../../protocol/limits.ts';
import { type TreeDelta, type TreeNode, type TreeSnapshot, toColumns } from '../../protocol/tree.ts';
import { packColumns } from '../../protocol/tree-pack.ts';
import type { Hub } from './hub.ts';
import type { CallContext } from './session.ts';
import { breadthFirst, type PlainSnapshot } from './tree-store.ts';
import {
  deltaWithoutComponents,
  snapshotWithoutComponents,
  withoutComponents,
} from './without-components.ts';

type Context = CallContext<'watch-tree'>;

/** A snapshot, then deltas. A client that does not keep up gets a fresh snapshot once it has caught up. */
export async function watchTree(hub: Hub, { parts }: { parts?: boolean }, context: Context): Promise<null> {
  const { emit, signal, queuedBytes, drained } = context;
  const release = hub.watched();
  try {
    await hub.gather();
    let isBehind = false;
    let sending = new AbortController();
    const sendSnapshot = (): void => {
      sending.abort();
      sending = new AbortController();
      if (parts) void sendInParts(hub, context, AbortSignal.any([signal, sending.signal]));
      else emit({ snapshot: packed(hub, hub.tree.snapshot(), context) });
    };
    const onDelta = (delta: TreeDelta): void => {
      if (isBehind) return;
      if (queuedBytes() <= LIMITS.maxQueuedBytes)
        return emit({
          delta: context.accepts.has('components') ? delta : deltaWithoutComponents(delta, hub.tree.nodes),
        });
      isBehind = true;
      sending.abort();
      void drained().then(() => {
        // What was still gathered goes into the snapshot: as a delta before it, it would follow nothing.
        hub.tree.flush();
        isBehind = false;
        if (!signal.aborted) sendSnapshot();
      });
    };
    const stop = hub.tree.watch(onDelta);
    sendSnapshot();
    await aborted(signal);
    stop();
    return null;
  } finally {
    release();
  }
}

/**
 * The rows nearest to the root first and at once, the rest in parts, each made when its turn has come: the hub serves
 * others in between. A part shows its nodes as they are by then.
 */
async function sendInParts(hub: Hub, context: Context, signal: AbortSignal): Promise<void> {
  const { emit, queuedBytes, drained } = context;
  const { tree } = hub;
  const ids = breadthFirst(tree.nodes.values());
  let at = 0;
  const next = (rows: number): TreeSnapshot['columns'] => {
    const nodes: TreeNode[] = [];
    for (; at < ids.length && nodes.length < rows; at++) {
      const node = tree.nodes.get(ids[at]!);
      if (node) nodes.push(node);
    }
    return packedColumns(
      context.accepts.has('components') ? nodes : withoutComponents(nodes, tree.nodes),
      context,
    );
  };
  const more = (): { more?: true } => (at < ids.length ? { more: true } : {});
  const header = tree.header();
  const columns = next(LIMITS.firstPartRows);
  emit({ snapshot: { ...header, columns, ...more() } });
  while (at < ids.length) {
    await new Promise((resolve) => setImmediate(resolve));
    if (queuedBytes() > LIMITS.maxQueuedPartBytes) await drained();
    if (signal.aborted) return;
    // Whatever has changed so far goes before the rows that show it.
    const { revision, at: now } = tree.header();
    if (signal.aborted) return;
    const rows = next(LIMITS.partRows);
    emit({ delta: { from: revision, revision, at: now, changes: [], rows, ...more() } });
  }
}

/** The snapshot as this client takes it. */
export function packed(hub: Hub, whole: PlainSnapshot, { accepts }: Pick<Context, 'accepts'>): TreeSnapshot {
  const snapshot = accepts.has('components') ? whole : snapshotWithoutComponents(whole, hub.tree.nodes);
  if (!accepts.has('packed')) return snapshot;
  return { ...snapshot, columns: packColumns(snapshot.columns) };
}

function packedColumns(nodes: TreeNode[], { accepts }: Context): TreeSnapshot['columns'] {
  const columns = toColumns(nodes);
  return accepts.has('packed') ? packColumns(columns) : columns;
}

export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
