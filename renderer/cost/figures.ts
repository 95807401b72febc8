import type { CostRates, NotMeasured, Overhead, ProcessCost } from '../../protocol/cost.ts';
import { bytes, counted, duration } from '../ui/format.ts';

/** A line about one process: how much just now and in all. Null: there is none, and `why`. */
export interface CostLine {
  name: string;
  now: string | null;
  all: string | null;
  /** What to hold it against. */
  beside: string;
  why: string | null;
}

/** `rates` are null until a second answer has come. */
export function costLines(cost: ProcessCost, rates: CostRates | null): CostLine[] {
  const { hub, threads, total, network, process } = cost;
  const timed = (
    name: string,
    figure: NotMeasured['figure'],
    ms: number | null,
    percent: number | null | undefined,
    beside: string,
  ): CostLine => ({
    name,
    now: share(percent),
    all: ms === null ? null : duration(ms),
    beside: ms === null ? '' : beside,
    why: ms === null ? whyNot(cost, figure) : null,
  });
  const withSsh = (count: number | undefined) => (count === undefined ? '' : `${bytes(count)} with ssh`);
  return [
    timed(
      'Agent’s own thread',
      'hub.cpuMs',
      hub.cpuMs,
      rates?.hubCpuPercent,
      `of ${duration(process.cpuMs)} of the process`,
    ),
    timed('Main thread', 'threads.mainMs', threads.mainMs, rates?.mainPercent, 'at least'),
    ...(threads.others > 0
      ? [
          timed(
            counted(threads.others, 'other thread'),
            'threads.othersMs',
            threads.othersMs,
            rates?.othersPercent,
            'at least',
          ),
        ]
      : []),
    held(
      'Agent’s heap',
      hub.heapBytes,
      `${bytes(hub.heapUsedBytes)} used; the process has ${bytes(process.rssBytes)}`,
    ),
    held('Outside that heap', hub.externalBytes, 'reserved, touched or not'),
    flow('Sent', rates?.bytesOutPerS, total.bytesOut, withSsh(network?.bytesOut)),
    flow('Received', rates?.bytesInPerS, total.bytesIn, withSsh(network?.bytesIn)),
    ...(cost.overhead ? [budget(cost.overhead)] : []),
  ];
}

/** The same of a process that joined, in one line: what each figure is of, and the figure. */
export function joinedCells(cost: ProcessCost, rates: CostRates | null): [string, string][] {
  const { hub, threads, total } = cost;
  const timed = (ms: number | null, percent: number | null | undefined) =>
    ms === null ? 'not measured' : (share(percent) ?? duration(ms));
  return [
    ['agent', timed(hub.cpuMs, rates?.hubCpuPercent)],
    ['main', timed(threads.mainMs, rates?.mainPercent)],
    ['heap', bytes(hub.heapBytes)],
    ['sent', bytes(total.bytesOut)],
  ];
}

/** What it may take of a core, and that it looks more seldom once it took more. */
function budget({ budgetPercent, usedPercent, sampleMs, slowedAt }: Overhead): CostLine {
  const every = duration(sampleMs);
  return {
    name: 'Budget',
    now: share(usedPercent),
    all: `${budgetPercent}\u202f%`,
    beside: slowedAt === null ? `sampled every ${every}` : `past it: sampled only every ${every}`,
    why: null,
  };
}

function held(name: string, count: number, beside: string): CostLine {
  return { name, now: null, all: bytes(count), beside, why: null };
}

function flow(name: string, perS: number | null | undefined, all: number, beside: string): CostLine {
  const now = perS === null || perS === undefined ? null : `${bytes(Math.round(perS))}/s`;
  return { name, now, all: bytes(all), beside, why: null };
}

/** Of one core, where a hundredth of it is much already. */
function share(percent: number | null | undefined): string | null {
  if (percent === null || percent === undefined) return null;
  return `${percent < 10 ? percent.toFixed(2) : Math.round(percent)}\u202f%`;
}

function whyNot({ notMeasured }: ProcessCost, figure: NotMeasured['figure']): string {
  return notMeasured.find((each) => each.figure === figure)?.why ?? 'its agent does not say why';
}
