import type { CostAnswer, NotMeasured, ProcessCost } from '../../../protocol/cost.ts';
import { LIMITS } from '../../../protocol/limits.ts';
import { monotonicMs } from '../../registry.ts';
import type { Hub } from '../hub.ts';
import { GATHER_MS, type JoinedHub } from '../joined-hub.ts';
import { threadCpu } from './thread-cpu.ts';
import type { SessionTraffic } from './traffic.ts';

/** What the agent takes of each process of this instance. Asks no thread of the service: all of it lies ready. */
export async function costOf(hub: Hub, asking: SessionTraffic): Promise<CostAnswer> {
  const joined = [...hub.joined.values()];
  const asked = joined.slice(0, LIMITS.maxCostProcesses);
  const others = await Promise.all(asked.map(costOfJoined));
  return { processes: [ownCost(hub, asking), ...others], more: joined.length - asked.length };
}

async function costOfJoined({ caller, label, pid }: JoinedHub): Promise<CostAnswer['processes'][number]> {
  try {
    const { processes } = await caller.call('cost', {}, { timeoutMs: GATHER_MS });
    return processes[0]!;
  } catch (thrown) {
    return { node: label, pid, why: `its agent: ${(thrown as Error).message}` };
  }
}

function ownCost(hub: Hub, asking: SessionTraffic): ProcessCost {
  const cpu = threadCpu();
  const threads = ofThreads(hub);
  const memory = process.memoryUsage();
  const ofProcess = process.cpuUsage();
  return {
    node: hub.own.id,
    pid: hub.own.pid,
    t: monotonicMs(),
    hubStartedAt: hub.traffic.startedAt,
    hub: {
      cpuMs: 'ms' in cpu ? cpu.ms : null,
      heapUsedBytes: memory.heapUsed,
      heapBytes: memory.heapTotal,
      externalBytes: memory.external,
    },
    threads,
    process: {
      cpuMs: (ofProcess.user + ofProcess.system) / 1000,
      rssBytes: memory.rss,
      uptimeMs: process.uptime() * 1000,
    },
    sessions: hub.traffic.sessions(asking),
    total: hub.traffic.total(),
    network: hub.traffic.network(),
    overhead: hub.overhead.answer(),
    notMeasured: [...missing(cpu, threads), ...NEVER],
  };
}

function ofThreads(hub: Hub): ProcessCost['threads'] {
  let others = 0;
  let othersMs: number | null = hub.own.takenByEndedMs;
  for (const [threadId, { pulse }] of hub.own.threads) {
    if (threadId === 0) continue;
    others++;
    const { takenMs } = pulse;
    othersMs = takenMs === null || othersMs === null ? null : othersMs + takenMs;
  }
  return { mainMs: hub.own.threads.get(0)?.pulse.takenMs ?? null, others, othersMs };
}

function missing(cpu: object, { mainMs, othersMs }: ProcessCost['threads']): NotMeasured[] {
  const missing: NotMeasured[] = [];
  const why = 'a probe of an older agent does not count it';
  if ('why' in cpu)
    missing.push({ figure: 'hub.cpuMs', what: "cpu of the agent's thread", why: String(cpu.why) });
  if (mainMs === null) missing.push({ figure: 'threads.mainMs', what: 'time of the main thread', why });
  if (othersMs === null) missing.push({ figure: 'threads.othersMs', what: 'time of other threads', why });
  return missing;
}

/** What nobody can count by owner. Said with every answer, so that the figures are not taken for all there is. */
const NEVER: NotMeasured[] = [
  {
    what: "the rest of the service's threads",
    why: "a probe times its own work; garbage collection, unpacking of messages and what supervisors do within the service's code are no part of that",
  },
  {
    what: "the agent's part of the service's heaps",
    why: 'V8 counts a heap as a whole, not by who made what',
  },
  {
    what: 'helper threads and memory outside heaps',
    why: "V8's helpers, libuv's pool and malloc serve all threads of the process together",
  },
];
