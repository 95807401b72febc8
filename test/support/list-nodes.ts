import type { NodesView } from '../../electron/ipc.ts';
import type { NodeRow } from '../../protocol/node-list.ts';
import { aNodeRow } from './node-list-data.ts';

const MB = 1024 ** 2;

/** The nodes of a shop in two regions: one loop that is blocked, one worker that falls behind, one that restarts. */
export function shopNodes(workers = 40): NodesView {
  const startedAt = Date.now() - 3 * 3_600_000;
  const [fra, lax] = ['production/shop-fra', 'production/shop-lax'];
  const rows: NodesView['rows'] = [];
  const add = (instance: string, fields: Partial<NodeRow>) =>
    rows.push({
      ...aNodeRow({ startedAt, name: fields.lineage?.split('/').at(-1) ?? '', ...fields }),
      instance,
    });
  add(fra!, {
    ...{ id: '4121', kind: 'process', host: null, lineage: 'process:shop', pid: 4121 },
    ...{ cpuPercent: 104.2, rssBytes: 412 * MB, memoryPerS: 1.3 * MB },
  });
  add(fra!, {
    ...{
      id: '4121.3',
      kind: 'thread',
      host: null,
      lineage: 'thread:oven',
      status: 'blocked',
      blockedMs: 8400,
    },
    ...{ loopUtilization: 1, loopDelayMs: 8400, heapUsedBytes: 61 * MB },
  });
  add(fra!, {
    ...{ id: '4121.0.7', host: 'thread', lineage: 'app/oven', status: 'blocked', blockedMs: 8400 },
    ...{ loopUtilization: 1, loopDelayMs: 8400, heapUsedBytes: 61 * MB, backlog: 1204, backlogPerS: 38.5 },
    ...{ backlogWord: 'batches', restarts: 2, restartsPerS: 0 },
  });
  add(lax!, {
    ...{ id: '977', kind: 'process', host: null, lineage: 'process:shop', pid: 977 },
    ...{ cpuPercent: 3.1, rssBytes: 188 * MB, memoryPerS: 0 },
  });
  add(lax!, {
    ...{ id: '977.0', kind: 'thread', host: null, lineage: 'main', pid: 977 },
    ...{ loopUtilization: 0.024, loopDelayMs: 1.4, heapUsedBytes: 44 * MB, memoryPerS: -0.2 * MB },
  });
  add(lax!, {
    ...{ id: '977.0.9', lineage: 'app/staff/clerk', pid: 977, incarnation: 41, startedAt: Date.now() - 900 },
    ...{ restarts: 40, restartsPerS: 1.2 },
  });
  for (let at = 0; rows.length < workers + 6; at++) {
    add(at % 2 === 0 ? fra! : lax!, {
      ...{
        id: `${at % 2 === 0 ? 4121 : 977}.0.${20 + at}`,
        lineage: `app/orders/${(4096 + at * 7).toString(16)}`,
      },
      ...{ backlog: at % 5, backlogPerS: at % 3 === 0 ? -0.5 : 0, restarts: 0, restartsPerS: 0 },
    });
  }
  return {
    rows,
    live: { process: 2, thread: 4, supervisor: 6, worker: 99_001, component: 0 },
    matching: 99_013,
    instances: 2,
    unanswered: [],
  };
}
