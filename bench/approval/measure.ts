import { setTimeout as sleep } from 'node:timers/promises';
import { type Instance, startInstance, type Variant } from '../instance.ts';
import { median, percentile } from '../stats.ts';
import { RawLoad, type Slice } from './raw-load.ts';
import { measureStarts, REGISTER, type Start } from './start.ts';
import { processCpuMs } from './thread-cpu.ts';

/** A figure of one run: in the middle, and how far it went to either side (the 10th and the 90th of a hundred). */
export interface Spread {
  median: number;
  low: number;
  high: number;
}

/** Ratios of how a service answers. */
export interface Served {
  /** Of requests a second that its main thread runs: another program on the core takes nothing from it. */
  throughput: Spread;
  /** Of requests a second that go by. */
  throughputWall: Spread;
  p99: Spread;
}

/** What one run on one Node found. Ratios are of neighbouring slices of the same run, so that the machine is in both. */
export interface Found {
  node: string;
  /** How much longer main runs before its first line with `-r @perch/agent/register`; and how much later that comes. */
  startMs: Spread;
  startWallMs: Spread;
  /** Resident memory more before anybody has logged in. */
  memoryMb: Spread;
  /** Of one core, beyond what the service takes without an agent: nobody connected, and while somebody watches. */
  idleCpuPercent: number;
  watchedCpuPercent: number;
  /** With an agent that somebody watches, over without one. */
  watched: Served;
  /** A second service without an agent over the first: what the machine alone makes of it. */
  noise: Served;
}

const STARTS = 31;
const MEMORY_RUNS = 3;
const SETTLE_MS = 1500;
/** V8 goes on compiling and collecting for a while after the start, with an agent and without. */
const REST_MS = 15_000;
const IDLE_MS = 15_000;
const WARM_MS = 1500;
const SLICE_MS = 500;
const ROUNDS = 20;

/** Takes about a minute. `node` is the binary that the services run on. */
export async function measureApproval(node: string, say: (line: string) => void): Promise<Found> {
  say('start');
  const starts = await measureStarts(node, STARTS);
  say('memory');
  const memory = await measureMemory(node);
  const instances = await startAll(node, ['without', 'watched', 'without', 'agent']);
  const [first, watched, second, agent] = instances as [Instance, Instance, Instance, Instance];
  try {
    say('idle');
    await sleep(REST_MS);
    const [ofFirst, ofWatched, ofAgent] = await cpuPercents([first, watched, agent], IDLE_MS);
    await agent.stop();
    say('load');
    const slices = await alternate([first, watched, second]);
    const over = (at: number, figure: (slice: Slice) => number) =>
      spread(slices.map((round) => figure(round[at]!) / figure(round[0]!)));
    const served = (at: number): Served => ({
      throughput: over(at, ({ requestsPerCpuSecond }) => requestsPerCpuSecond),
      throughputWall: over(at, ({ requestsPerSecond }) => requestsPerSecond),
      p99: over(at, ({ p99Ms }) => p99Ms),
    });
    const later = (figure: (start: Start) => number) =>
      spread(starts.agent.map((start, at) => figure(start) - figure(starts.without[at]!)));
    return {
      node,
      startMs: later(({ cpuMs }) => cpuMs),
      startWallMs: later(({ wallMs }) => wallMs),
      memoryMb: spread(memory),
      idleCpuPercent: Math.max(0, ofAgent! - ofFirst!),
      watchedCpuPercent: Math.max(0, ofWatched! - ofFirst!),
      watched: served(1),
      noise: served(2),
    };
  } finally {
    for (const instance of instances) await instance.stop();
  }
}

async function startAll(node: string, variants: Variant[]): Promise<Instance[]> {
  const instances: Instance[] = [];
  for (const variant of variants)
    instances.push(
      await startInstance(variant, {
        execPath: node,
        execArgv: variant === 'without' ? [] : ['-r', REGISTER],
      }),
    );
  return instances;
}

async function measureMemory(node: string): Promise<number[]> {
  const more: number[] = [];
  for (let run = 0; run < MEMORY_RUNS; run++) {
    const both = await startAll(node, ['without', 'agent']);
    await sleep(SETTLE_MS);
    const [without, agent] = both.map((instance) => instance.rssBytes() / 1e6);
    more.push(agent! - without!);
    for (const instance of both) await instance.stop();
  }
  return more;
}

/** Each round asks each of them for a while, in another order each time. */
async function alternate(instances: readonly Instance[]): Promise<Slice[][]> {
  const loads = await Promise.all(instances.map((instance) => RawLoad.open(instance)));
  for (const load of loads) await load.slice(WARM_MS);
  const rounds: Slice[][] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const slices: Slice[] = [];
    for (let turn = 0; turn < loads.length; turn++) {
      const at = (turn + round) % loads.length;
      slices[at] = await loads[at]!.slice(SLICE_MS);
    }
    rounds.push(slices);
  }
  for (const load of loads) load.close();
  return rounds;
}

/** CPU time of all threads of each, as shares of one core, over the same while. */
async function cpuPercents(instances: readonly Instance[], durationMs: number): Promise<number[]> {
  const before = instances.map(({ pid }) => processCpuMs(pid));
  const from = performance.now();
  await sleep(durationMs);
  const elapsedMs = performance.now() - from;
  return instances.map(({ pid }, at) => ((processCpuMs(pid) - before[at]!) / elapsedMs) * 100);
}

function spread(values: readonly number[]): Spread {
  return { median: median(values), low: percentile(values, 10), high: percentile(values, 90) };
}
