import { readdirSync, readFileSync } from 'node:fs';
import { redactArgs } from '../inspect/redact.ts';
import { machineUnits } from './proc-machine.ts';
import { isZombie, type ProcStat, parseStat } from './proc-stat.ts';

export { describeNative } from './proc-native.ts';

/** One process as /proc tells of it. */
export interface ProcessSample {
  pid: number;
  /** 1 (or a subreaper) for one whose parent ended before it. */
  ppid: number;
  /** Clock ticks after boot at its start: with the pid it names one process. */
  startTicks: number;
  /** Milliseconds since 1970. */
  startedAt: number;
  /** Its command line, secrets redacted; its name in brackets where it has none. */
  command: string;
  isZombie: boolean;
  rssBytes: number;
  /** CPU time so far, user and system, in clock ticks. */
  cpuTicks: number;
}

/** Names one process for good: a pid alone may be somebody else's later. */
export interface KnownProcess {
  pid: number;
  startTicks: number | null;
}

/**
 * Every process below `pid`, parents before children. A process of `known` that still runs is among them wherever
 * it hangs by now: one whose parent ended is adopted by another, and is not gone. `available` is false where /proc
 * is not to be read (not Linux, hidepid).
 */
export function scanDescendants(
  pid: number,
  known: readonly KnownProcess[] = [],
  proc = '/proc',
): { available: boolean; processes: ProcessSample[] } {
  const stats = readAllStats(proc);
  if (!stats.has(pid)) return { available: false, processes: [] };
  const byParent = new Map<number, ProcStat[]>();
  for (const stat of stats.values()) {
    const siblings = byParent.get(stat.ppid);
    if (siblings) siblings.push(stat);
    else byParent.set(stat.ppid, [stat]);
  }
  const below = new Set<ProcStat>(byParent.get(pid));
  for (const each of known) {
    const stat = stats.get(each.pid);
    if (stat && each.pid !== pid && stat.startTicks === each.startTicks) below.add(stat);
  }
  // What is added while it is walked is walked too.
  for (const stat of below) for (const child of byParent.get(stat.pid) ?? []) below.add(child);
  const samples = [...below].map((stat) => toSample(stat, proc));
  return { available: true, processes: parentsFirst(samples) };
}

/** One process, or null when there is none (or it may not be looked at). */
export function readProcess(pid: number, proc = '/proc'): ProcessSample | null {
  const stat = readStat(pid, proc);
  return stat && toSample(stat, proc);
}

/** Which process a pid is just now, without reading more than that; null when there is none. */
export function identityOf(pid: number): { startTicks: number; isZombie: boolean; group: number } | null {
  const stat = readStat(pid, '/proc');
  return stat && { startTicks: stat.startTicks, isZombie: isZombie(stat), group: stat.group };
}

/** Share of one core between two samples of one process, 0 to 100 × cores. */
export function cpuPercentBetween(before: ProcessSample, after: ProcessSample, elapsedMs: number): number {
  const busyMs = ((after.cpuTicks - before.cpuTicks) / units().ticksPerS) * 1000;
  return Math.max(0, Math.round((busyMs / elapsedMs) * 1000) / 10);
}

function readAllStats(proc: string): Map<number, ProcStat> {
  const stats = new Map<number, ProcStat>();
  for (const entry of readNames(proc)) {
    const stat = /^\d+$/.test(entry) ? readStat(Number(entry), proc) : null;
    if (stat) stats.set(stat.pid, stat);
  }
  return stats;
}

function readNames(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function readStat(pid: number, proc: string): ProcStat | null {
  return parseStat(readText(`${proc}/${pid}/stat`));
}

function toSample(stat: ProcStat, proc: string): ProcessSample {
  const { pid, ppid, startTicks, cpuTicks } = stat;
  return {
    pid,
    ppid,
    startTicks,
    startedAt: bootedAt() + Math.round((startTicks / units().ticksPerS) * 1000),
    command: readCommand(pid, proc) ?? `[${stat.name}]`,
    isZombie: isZombie(stat),
    rssBytes: stat.rssPages * units().pageBytes,
    cpuTicks,
  };
}

/** A program may have written over its own (`nginx: worker process`): then it is one text. */
function readCommand(pid: number, proc: string): string | null {
  const argv = readText(`${proc}/${pid}/cmdline`, 'utf8').replace(/\0+$/, '').split('\0');
  return argv[0] === '' ? null : redactArgs(argv);
}

/** An adopted one may have a smaller pid than who adopted it. */
function parentsFirst(samples: ProcessSample[]): ProcessSample[] {
  const byPid = new Map(samples.map((sample) => [sample.pid, sample]));
  const ordered = new Set<ProcessSample>();
  const put = (sample: ProcessSample, above: number): void => {
    if (ordered.has(sample) || above > samples.length) return;
    const parent = byPid.get(sample.ppid);
    if (parent) put(parent, above + 1);
    ordered.add(sample);
  };
  for (const sample of samples) put(sample, 0);
  return [...ordered];
}

const units = once(machineUnits);
/** When the machine started, milliseconds since 1970. */
const bootedAt = once(() => Number(/^btime (\d+)$/m.exec(readText('/proc/stat'))?.[1] ?? 0) * 1000);

function once<T>(make: () => T): () => T {
  let made: { value: T } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

function readText(file: string, encoding: 'latin1' | 'utf8' = 'latin1'): string {
  try {
    return readFileSync(file, encoding);
  } catch {
    return '';
  }
}
