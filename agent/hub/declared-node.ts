import type { Metrics, TreeNode } from '../../protocol/tree.ts';
import type { WireNode } from '../probe/messages.ts';

/** Where something declared stands in the hub's tree. */
interface Place {
  id: string;
  /** The node of the thread that it was declared in. */
  thread: string;
  threadId: number;
  parent: string;
  lineage: string;
  /** Of the process that this hub lives in. */
  pid: number;
  /** The thread that hosts it, once that is known. */
  hostThread: TreeNode | undefined;
}

/** What a thread declared, as a node; `present` is how it was shown before. */
export function declaredNode(wire: WireNode, present: TreeNode | undefined, place: Place): TreeNode {
  const { id, thread, threadId, parent, lineage, hostThread } = place;
  const { runsIn } = wire;
  // Field by field: of 100,000 of these a spread of the message's own would take most of the time.
  return {
    id,
    parent,
    links: wire.parent === null && !wire.component ? [{ to: thread, kind: 'registered-by' }] : [],
    kind: wire.kind,
    host: wire.host,
    name: wire.name,
    lineage,
    incarnation: wire.incarnation,
    status: wire.status,
    // Where it runs: the hub above learns from it which process hosts a worker of ours.
    pid: runsIn !== null && 'pid' in runsIn ? runsIn.pid : place.pid,
    threadId,
    startedAt: wire.startedAt,
    endedAt: wire.endedAt,
    restarts: wire.restarts,
    exitReason: wire.exitReason,
    blockedMs: null,
    hasState: wire.hasState || (hostThread?.hasState ?? present?.hasState ?? false),
    backlogWord: wire.backlogWord ?? hostThread?.backlogWord ?? present?.backlogWord ?? null,
    observed: true,
    command: null,
    supervisor: wire.supervisor,
    child: wire.child,
    component: wire.component ?? null,
    adapters: null,
    metrics: metricsOf(wire, hostThread?.metrics.backlog, present),
  };
}

/** Its wait is over once it is told of without one. */
function metricsOf(
  wire: WireNode,
  hostedBacklog: number | undefined,
  present: TreeNode | undefined,
): Metrics {
  if (wire.component) {
    return { figures: wire.figures ?? {}, ...(wire.backlog === null ? {} : { backlog: wire.backlog }) };
  }
  if (wire.restartsAt !== undefined) return { restartsAt: wire.restartsAt };
  if (wire.backlog !== null) return { backlog: wire.backlog };
  return hostedBacklog === undefined ? withoutWait(present?.metrics) : { backlog: hostedBacklog };
}

function withoutWait(metrics: Metrics = {}): Metrics {
  const { restartsAt, ...others } = metrics;
  return restartsAt === undefined ? metrics : others;
}
