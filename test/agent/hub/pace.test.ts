import { expect, test } from 'vitest';
import { coalesceMs, FULL_PACE, paceAfter, sampleMs } from '../../../agent/hub/cost/pace.ts';
import { LIMITS } from '../../../protocol/limits.ts';

/** The levels after windows that took so much, of a budget of 5. */
function levels(...used: number[]): number[] {
  let pace = FULL_PACE;
  return used.map((usedPercent, at) => {
    pace = paceAfter(pace, usedPercent, { budgetPercent: 5, now: at });
    return pace.level;
  });
}

test('a window past the budget is a level slower, to a bound; well below it a level faster', () => {
  expect(levels(5, 5.1, 9, 80, 80, 80)).toEqual([0, 1, 2, 3, 3, 3]);
  expect(levels(9, 9, 1, 1, 1)).toEqual([1, 2, 1, 0, 0]);
});

test('between the two it stays: half the samples take half, which is no reason to take them all again', () => {
  expect(levels(9, 4.5, 4.5, 2.5, 4.5)).toEqual([1, 1, 1, 1, 1]);
});

test('since when it is slower is told, until it is not', () => {
  const budget = { budgetPercent: 5, now: 10 };
  const slow = paceAfter(FULL_PACE, 9, budget);
  expect(slow).toEqual({ level: 1, usedPercent: 9, slowedAt: 10 });
  expect(paceAfter(slow, 9, { ...budget, now: 20 }).slowedAt).toBe(10);
  expect(paceAfter(slow, 0, { ...budget, now: 20 }).slowedAt).toBeNull();
});

test('levels are times between samples, and between deltas', () => {
  expect([0, 1, 2, 3].map(sampleMs)).toEqual([1000, 2000, 4000, 8000]);
  expect(coalesceMs(0)).toBe(LIMITS.coalesceMs);
  expect(coalesceMs(LIMITS.maxPaceLevel)).toBeLessThanOrEqual(1500);
});
