import type { Found } from './measure.ts';

/** Node lines that are measured. */
export const MAJORS = [20, 22, 24, 26] as const;
export type Major = (typeof MAJORS)[number];

export type Results = { machine: string; measured: string; found: Record<Major, Found> };

/** What must hold on every Node line (docs/approve.md). Memory: 22 and 24 take more for a second isolate. */
export function missed(major: Major, { startMs, memoryMb, idleCpuPercent, watched }: Found): string[] {
  const budgets: [string, number, '≤' | '≥', number][] = [
    ['later start of main, ms', startMs.median, '≤', BUDGET.startMs],
    ['memory before a login, MB', memoryMb.median, '≤', BUDGET.memoryMb[major]],
    ['cpu while nobody is connected, %', idleCpuPercent, '≤', BUDGET.idleCpuPercent],
    ['throughput while watched, ratio', watched.throughput.median, '≥', BUDGET.throughput],
    ['p99 while watched, ratio', watched.p99.median, '≤', BUDGET.p99],
  ];
  return budgets
    .filter(([, value, relation, budget]) => (relation === '≤' ? value > budget : value < budget))
    .map(([name, value, relation, budget]) => `${name}: ${value.toFixed(3)}, must be ${relation} ${budget}`);
}

export const BUDGET = {
  startMs: 12,
  memoryMb: { 20: 16, 22: 22, 24: 22, 26: 16 },
  idleCpuPercent: 0.2,
  throughput: 0.98,
  p99: 1.05,
} as const;
