import { readdirSync, readFileSync } from 'node:fs';
import { isZombie, type ProcStat, parseStat } from '../../agent/hub/proc-stat.ts';

/** Whether a process runs; a zombie, which only waits for its parent to look, does not. */
export function isRunning(pid: number): boolean {
  const stat = readStat(pid);
  return stat !== null && !isZombie(stat);
}

/** CPU time of a process so far, in clock ticks: what spins gains a hundred a second. */
export function cpuTicks(pid: number): number {
  return readStat(pid)?.cpuTicks ?? 0;
}

/** Children of a process that run. */
export function childrenOf(parent: number): number[] {
  return allStats().flatMap((stat) => (stat.ppid === parent && !isZombie(stat) ? stat.pid : []));
}

/** Children of a process that have ended and that it has not looked after. */
export function zombiesOf(parent: number): number[] {
  return allStats().flatMap((stat) => (stat.ppid === parent && isZombie(stat) ? stat.pid : []));
}

function allStats(): ProcStat[] {
  return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? (readStat(Number(name)) ?? []) : []));
}

function readStat(pid: number): ProcStat | null {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return null;
  }
}
