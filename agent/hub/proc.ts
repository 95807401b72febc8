import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { redactArgs } from '../inspect/redact.ts';

/** One process as /proc tells of it. */
export interface ProcessSample {
  pid: number;
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

/** Every process below `pid`. `available` is false where /proc is not to be read (not Linux, hidepid). */
export function scanDescendants(pid: number): { available: boolean; processes: ProcessSample[] } {
  const stats = readAllStats();
  if (stats === null) return { available: false, processes: [] };
  const byParent = new Map<number, Stat[]>();
  for (const stat of stats) {
    const siblings = byParent.get(stat.ppid);
    if (siblings) siblings.push(stat);
    else byParent.set(stat.ppid, [stat]);
  }
  const below: Stat[] = [];
  const queue = [pid];
  for (let parent = queue.shift(); parent !== undefined; parent = queue.shift()) {
    for (const stat of byParent.get(parent) ?? []) {
      below.push(stat);
      queue.push(stat.pid);
    }
  }
  return { available: true, processes: below.map(toSample) };
}

/** One process, or null when there is none (or it may not be looked at). */
export function readProcess(pid: number): ProcessSample | null {
  const stat = readStat(pid);
  return stat && toSample(stat);
}

/** Which process a pid is just now, without reading more than that; null when there is none. */
export function identityOf(pid: number): { startTicks: number; isZombie: boolean } | null {
  const stat = readStat(pid);
  return stat && { startTicks: stat.startTicks, isZombie: stat.state === 'Z' || stat.state === 'X' };
}

/** Linux counts CPU time and start times in these. */
const TICKS_PER_S = 100;
const PAGE_BYTES = 4096;

/** Share of one core between two samples of one process, 0 to 100 × cores. */
export function cpuPercentBetween(before: ProcessSample, after: ProcessSample, elapsedMs: number): number {
  const busyMs = ((after.cpuTicks - before.cpuTicks) / TICKS_PER_S) * 1000;
  return Math.max(0, Math.round((busyMs / elapsedMs) * 1000) / 10);
}

interface Stat {
  pid: number;
  name: string;
  state: string;
  ppid: number;
  cpuTicks: number;
  startTicks: number;
  rssBytes: number;
}

function readAllStats(): Stat[] | null {
  try {
    const stats: Stat[] = [];
    for (const entry of readdirSync('/proc')) {
      if (!/^\d+$/.test(entry)) continue;
      const stat = readStat(Number(entry));
      if (stat) stats.push(stat);
    }
    return stats.length > 0 ? stats : null;
  } catch {
    return null;
  }
}

function readStat(pid: number): Stat | null {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return null;
  }
}

/** The name may hold anything, spaces and parentheses too: the fields begin after the last `)`. */
export function parseStat(text: string): Stat | null {
  const open = text.indexOf('(');
  const close = text.lastIndexOf(')');
  if (open < 0 || close < open) return null;
  const fields = text.slice(close + 2).split(' ');
  const number = (at: number) => Number(fields[at]);
  return {
    pid: Number(text.slice(0, open)),
    name: text.slice(open + 1, close),
    state: fields[0] ?? '?',
    ppid: number(1),
    cpuTicks: number(11) + number(12),
    startTicks: number(19),
    rssBytes: number(21) * PAGE_BYTES,
  };
}

function toSample(stat: Stat): ProcessSample {
  const { pid, ppid, startTicks, rssBytes, cpuTicks } = stat;
  return {
    pid,
    ppid,
    startTicks,
    startedAt: bootedAt() + Math.round((startTicks / TICKS_PER_S) * 1000),
    command: readCommand(pid) ?? `[${stat.name}]`,
    isZombie: stat.state === 'Z' || stat.state === 'X',
    rssBytes,
    cpuTicks,
  };
}

function readCommand(pid: number): string | null {
  try {
    const text = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    const argv = text.split('\0').slice(0, -1);
    return argv.length > 0 ? redactArgs(argv) : null;
  } catch {
    return null;
  }
}

/** When the machine started, milliseconds since 1970. */
function bootedAt(): number {
  booted ??= Number(/^btime (\d+)$/m.exec(readText('/proc/stat'))?.[1] ?? 0) * 1000;
  return booted;
}
let booted: number | undefined;

function readText(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}

/** Calls that a stuck thread is often found in (x86-64 and arm64 numbers), with whether they name an fd first. */
const SYSCALLS: Record<string, [string, boolean]> =
  process.arch === 'arm64'
    ? {
        63: ['read', true],
        64: ['write', true],
        98: ['futex', false],
        22: ['epoll_pwait', true],
        95: ['waitid', false],
      }
    : {
        0: ['read', true],
        1: ['write', true],
        7: ['poll', false],
        202: ['futex', false],
        232: ['epoll_wait', true],
        281: ['epoll_pwait', true],
        61: ['wait4', false],
        247: ['waitid', false],
      };

/**
 * What a thread of this process waits for outside JavaScript, in words: `read fd 22 → pipe:[1234]`. Null when it
 * is not known. `tid` is the system's thread id; the main thread's is the pid.
 */
export function describeNative(tid: number): string | null {
  const task = `/proc/self/task/${tid}`;
  const [number, firstArgument] = readText(`${task}/syscall`).trim().split(' ');
  if (!number) return null;
  if (number === 'running') return 'running native code';
  const [name, namesFd] = SYSCALLS[number] ?? [`system call ${number}`, false];
  const wchan = readText(`${task}/wchan`).trim();
  const waits = wchan && wchan !== '0' ? ` (${wchan})` : '';
  if (!namesFd || firstArgument === undefined) return `${name}${waits}`;
  const fd = Number(firstArgument);
  try {
    return `${name} fd ${fd} → ${readlinkSync(`/proc/self/fd/${fd}`)}${waits}`;
  } catch {
    return `${name} fd ${fd}${waits}`;
  }
}
