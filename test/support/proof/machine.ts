import { readFileSync } from 'node:fs';

/** The machine's monotonic clock in milliseconds: the same for every process of it. */
export function monotonic(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** Whether that thread of that process is there; a zombie is not. */
export function hasThread(pid: number, tid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/task/${tid}/stat`, 'latin1');
    const state = stat.charAt(stat.lastIndexOf(')') + 2);
    return state !== 'Z' && state !== 'X';
  } catch {
    return false;
  }
}
