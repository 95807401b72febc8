import { readdirSync, readFileSync } from 'node:fs';
import { isZombie, type ProcStat, parseStat } from '../../agent/hub/proc-stat.ts';

/** Whether a process runs; a zombie, which only waits for its parent to look, does not. */
export function isRunning(pid: number): boolean {
  const stat = readStat(pid);
  return stat !== null && !isZombie(stat);
}

/** Children of a process that have ended and that it has not looked after. */
export function zombiesOf(parent: number): number[] {
  const all = readdirSync('/proc').flatMap((name) =>
    /^\d+$/.test(name) ? (readStat(Number(name)) ?? []) : [],
  );
  return all.flatMap((stat) => (stat.ppid === parent && isZombie(stat) ? stat.pid : []));
}

function readStat(pid: number): ProcStat | null {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return null;
  }
}
