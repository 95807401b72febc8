import { type Instance, startInstance, type Variant } from './instance.ts';
import { load } from './load.ts';
import { measureRecovery } from './recovery.ts';
import { median, percentile } from './stats.ts';

/** One line of the table: a figure beside its reference from the same run. */
export interface Figure {
  name: string;
  unit: 'requests/s' | 'restarts/s' | 'frames/s' | 'ms' | 'MB' | 'KB';
  reference: number;
  measured: number;
  /** `ratio`: measured over reference. `added`: their difference, in the unit. */
  compare: 'ratio' | 'added';
  /** What the comparison must not pass: `max` from above, `min` from below. */
  budget: { min?: number; max?: number };
}

const VARIANTS: readonly Variant[] = ['without', 'agent', 'watched'];
const ROUNDS = 5;
const LOAD_MS = 2000;
const KILLS = 300;
/** The agent has sampled once, and the service has finished what it does at first. */
const SETTLE_MS = 1500;

/** Measures everything; rounds of the variants alternate, so that what else the machine does meets all alike. */
export async function measure(say: (line: string) => void): Promise<Figure[]> {
  const runs: Record<Variant, { rps: number[]; p99: number[]; startMs: number[]; rss: number[] }> = {
    without: { rps: [], p99: [], startMs: [], rss: [] },
    agent: { rps: [], p99: [], startMs: [], rss: [] },
    watched: { rps: [], p99: [], startMs: [], rss: [] },
  };
  for (let round = 1; round <= ROUNDS; round++) {
    say(`round ${round} of ${ROUNDS}`);
    for (const variant of VARIANTS) {
      const instance = await startInstance(variant);
      await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
      const run = runs[variant];
      run.startMs.push(instance.startMs);
      run.rss.push(instance.rssBytes() / 1e6);
      const { requestsPerSecond, p99Ms } = await load(instance.port, LOAD_MS);
      run.rps.push(requestsPerSecond);
      run.p99.push(p99Ms);
      await instance.stop();
    }
  }
  say(`${KILLS} kills`);
  const { pingMs, killMs } = await withInstance('agent', ({ socket }) => measureRecovery(socket!, KILLS));
  const compared = (key: 'rps' | 'p99' | 'startMs' | 'rss', variant: Variant) => ({
    reference: median(runs.without[key]),
    measured: median(runs[variant][key]),
  });
  const ratio = { compare: 'ratio' } as const;
  const added = { compare: 'added' } as const;
  return [
    {
      name: 'throughput, agent',
      unit: 'requests/s',
      ...compared('rps', 'agent'),
      ...ratio,
      budget: { min: 0.9 },
    },
    {
      name: 'throughput, agent and watcher',
      unit: 'requests/s',
      ...compared('rps', 'watched'),
      ...ratio,
      budget: { min: 0.85 },
    },
    { name: 'p99 latency, agent', unit: 'ms', ...compared('p99', 'agent'), ...ratio, budget: { max: 1.25 } },
    {
      name: 'p99 latency, agent and watcher',
      unit: 'ms',
      ...compared('p99', 'watched'),
      ...ratio,
      budget: { max: 1.4 },
    },
    { name: 'start-up', unit: 'ms', ...compared('startMs', 'agent'), ...added, budget: { max: 60 } },
    {
      name: 'memory before a login',
      unit: 'MB',
      ...compared('rss', 'agent'),
      ...added,
      budget: { max: rssBudget() },
    },
    {
      name: 'kill to new incarnation, p50',
      unit: 'ms',
      reference: percentile(pingMs, 50),
      measured: percentile(killMs, 50),
      ...added,
      budget: { max: 40 },
    },
    {
      name: 'kill to new incarnation, p99',
      unit: 'ms',
      reference: percentile(pingMs, 99),
      measured: percentile(killMs, 99),
      ...added,
      budget: { max: 80 },
    },
  ];
}

/** Node 22 and 24 take more for a second isolate than 20 and 26 do. */
function rssBudget(): number {
  return /^v2[24]\./.test(process.version) ? 22 : 16;
}

async function withInstance<T>(variant: Variant, use: (instance: Instance) => Promise<T>): Promise<T> {
  const instance = await startInstance(variant);
  try {
    return await use(instance);
  } finally {
    await instance.stop();
  }
}
