import type { NodeRow, NodesAnswer } from '../../protocol/node-list.ts';

/** A worker of which nothing is known. */
export function aNodeRow(fields: Partial<NodeRow> = {}): NodeRow {
  return {
    id: '1.0.1',
    lineage: 'app/worker',
    name: 'worker',
    kind: 'worker',
    host: 'task',
    status: 'running',
    incarnation: 1,
    pid: 1,
    startedAt: 0,
    blockedMs: null,
    cpuPercent: null,
    loopUtilization: null,
    loopDelayMs: null,
    rssBytes: null,
    heapUsedBytes: null,
    heapLimitBytes: null,
    backlog: null,
    backlogWord: null,
    restarts: null,
    memoryPerS: null,
    backlogPerS: null,
    restartsPerS: null,
    ...fields,
  };
}

export function aNodesAnswer(
  epoch: string,
  rows: NodeRow[] = [],
  fields: Partial<NodesAnswer> = {},
): NodesAnswer {
  const live = { process: 0, thread: 0, supervisor: 0, worker: rows.length, component: 0 };
  return { epoch, at: 0, live, matching: rows.length, rows, ...fields };
}
