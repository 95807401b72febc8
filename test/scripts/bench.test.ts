import { describe, expect, it } from 'vitest';
import type { Figure } from '../../bench/figures.ts';
import { median, percentile } from '../../bench/stats.ts';
import { compared, isWithin, table } from '../../bench/table.ts';

const figure = (differs: Partial<Figure>): Figure => ({
  name: 'throughput',
  unit: 'requests/s',
  reference: 1000,
  measured: 900,
  compare: 'ratio',
  budget: { min: 0.9 },
  ...differs,
});

describe('a budget', () => {
  it('holds at its edge and is missed beyond it', () => {
    expect(isWithin(figure({}))).toBe(true);
    expect(isWithin(figure({ measured: 899 }))).toBe(false);
    expect(isWithin(figure({ measured: 1016, compare: 'added', budget: { max: 16 } }))).toBe(true);
    expect(isWithin(figure({ measured: 1017, compare: 'added', budget: { max: 16 } }))).toBe(false);
  });

  it('is said to be missed in its line', () => {
    const lines = table([figure({}), figure({ measured: 100 })]).split('\n');
    expect(lines[1]).toMatch(/× 0\.90 {2,}≥ × 0\.90$/);
    expect(lines[2]).toMatch(/× 0\.10 {2,}≥ × 0\.90 {2}missed$/);
    expect(compared(figure({ measured: 100 }))).toBe(0.1);
  });
});

it('percentiles are values that occurred', () => {
  expect(median([5, 1, 3])).toBe(3);
  expect(percentile([4, 1, 2, 3], 50)).toBe(2);
  expect(percentile([1, 2, 3], 99)).toBe(3);
  expect(() => median([])).toThrow(RangeError);
});
