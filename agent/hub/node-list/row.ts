import type { NodeRow } from '../../../protocol/node-list.ts';
import type { TreeNode } from '../../../protocol/tree.ts';
import { blankNode } from '../blank-node.ts';

type Rates = Pick<NodeRow, 'memoryPerS' | 'backlogPerS' | 'restartsPerS'>;

/** A row to be filled: of 100,000 nodes only those that are kept are worth an object. */
export function emptyRow(): NodeRow {
  const { id, lineage, name, kind, host, status, incarnation, pid, startedAt, blockedMs, backlogWord } =
    blankNode(0);
  return {
    ...{ id, lineage, name, kind, host, status, incarnation, pid, startedAt, blockedMs },
    cpuPercent: null,
    loopUtilization: null,
    loopDelayMs: null,
    rssBytes: null,
    heapUsedBytes: null,
    heapLimitBytes: null,
    backlog: null,
    backlogWord,
    restarts: null,
    memoryPerS: null,
    backlogPerS: null,
    restartsPerS: null,
  };
}

/** `host`: the thread or process that a worker runs in; its figures are the worker's. */
export function fillRow(row: NodeRow, node: TreeNode, host: TreeNode | null, rates: Rates): void {
  const runs = host ?? node;
  const { metrics } = runs;
  row.id = node.id;
  row.lineage = node.lineage;
  row.name = node.name;
  row.kind = node.kind;
  row.host = node.host;
  row.status = node.status;
  row.incarnation = node.incarnation;
  row.pid = runs.pid;
  row.startedAt = node.startedAt;
  row.blockedMs = runs.blockedMs;
  row.backlogWord = node.backlogWord;
  row.backlog = node.metrics.backlog ?? metrics.backlog ?? null;
  row.backlogPerS = rates.backlogPerS;
  row.rssBytes = metrics.rssBytes ?? null;
  row.heapUsedBytes = metrics.heapUsedBytes ?? null;
  row.heapLimitBytes = metrics.heapLimitBytes ?? null;
  row.memoryPerS = rates.memoryPerS;
  row.cpuPercent = metrics.cpuPercent ?? null;
  row.loopUtilization = metrics.loopUtilization ?? null;
  row.loopDelayMs = metrics.loopDelayMs ?? null;
  const isSupervised = node.kind === 'worker' || node.kind === 'supervisor';
  row.restarts = isSupervised ? node.restarts : null;
  row.restartsPerS = isSupervised ? rates.restartsPerS : null;
  if (runs.blockedMs !== null) {
    // A loop that stands still takes no samples: what it does is known all the same.
    row.loopUtilization = 1;
    row.loopDelayMs = Math.max(row.loopDelayMs ?? 0, runs.blockedMs);
    row.memoryPerS = null;
    row.backlogPerS = null;
  } else if (runs.status === 'suspended' || runs.status === 'stale') {
    // Its last figures are not how it is.
    row.cpuPercent = null;
    row.loopUtilization = null;
    row.loopDelayMs = null;
    row.memoryPerS = null;
    row.backlogPerS = null;
  }
}
