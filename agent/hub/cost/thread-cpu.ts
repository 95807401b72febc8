import { readFileSync } from 'node:fs';
import { machineUnits } from '../proc-machine.ts';
import { parseStat } from '../proc-stat.ts';

/**
 * CPU time of the thread that asks, user and system, in milliseconds; or why it is not to be had. Node tells it from
 * 23.9 on, on every system; before that the kernel does: `schedstat` in nanoseconds, `stat` in ticks.
 */
export function threadCpu(proc = '/proc'): { ms: number } | { why: string } {
  const { threadCpuUsage } = process as { threadCpuUsage?(): NodeJS.CpuUsage };
  if (threadCpuUsage) {
    const { user, system } = threadCpuUsage.call(process);
    return { ms: (user + system) / 1000 };
  }
  const self = `${proc}/thread-self`;
  const nanoseconds = Number(readText(`${self}/schedstat`).split(' ')[0]);
  if (nanoseconds > 0) return { ms: nanoseconds / 1e6 };
  const stat = parseStat(readText(`${self}/stat`));
  if (stat) return { ms: (stat.cpuTicks / machineUnits(proc).ticksPerS) * 1000 };
  return { why: `Node ${process.versions.node} tells no thread's time, and there is no ${proc} to be read` };
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}
