import type { ProcessCost } from '../../protocol/cost.ts';

/** What an agent takes of a process, as it answers it; with these changes. */
export function costOfProcess(changes: Partial<ProcessCost> = {}): ProcessCost {
  return {
    node: '4121',
    pid: 4121,
    t: 10_000,
    hubStartedAt: 1_764_000_000_000,
    hub: { cpuMs: 850, heapUsedBytes: 6_000_000, heapBytes: 8_000_000, externalBytes: 1_000_000 },
    threads: { mainMs: 120, others: 2, othersMs: 60 },
    process: { cpuMs: 300_000, rssBytes: 90_000_000, uptimeMs: 3_600_000 },
    sessions: [
      {
        author: { key: 'SHA256:ada', name: 'ada' },
        since: 1_764_000_000_000,
        bytesIn: 3000,
        bytesOut: 1_200_000,
        calls: 41,
        watches: 2,
        isAsking: true,
      },
    ],
    total: { sessions: 3, bytesIn: 9000, bytesOut: 2_400_000, calls: 90 },
    network: { bytesIn: 20_000, bytesOut: 2_500_000 },
    notMeasured: [{ what: "the agent's part of the service's heaps", why: 'V8 counts a heap as a whole' }],
    ...changes,
  };
}
