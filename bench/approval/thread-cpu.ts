import { readdirSync, readFileSync } from 'node:fs';

/** How long a thread ran so far, as the kernel counts it, in nanoseconds. Time that it waited for a core is not in it. */
export function threadCpuMs(pid: number, tid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${tid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
}

/** All threads that a process has now. */
export function processCpuMs(pid: number): number {
  return readdirSync(`/proc/${pid}/task`).reduce((sum, tid) => sum + threadCpuMs(pid, Number(tid)), 0);
}
