import fc from 'fast-check';
import { expect, it } from 'vitest';
import { distributionOf } from '../../../client/experiment/distribution.ts';

it('has samples only below n = 20: a p95 of a few would be the worst of them', () => {
  expect(distributionOf([3, null, 1, 2], 500)).toEqual({
    n: 4,
    notRecovered: 1,
    withinMs: 500,
    samplesMs: [1, 2, 3],
    p50: null,
    p95: null,
    max: null,
  });
});

it('has exact order statistics from there on', () => {
  const hundred = Array.from({ length: 100 }, (_, at) => 100 - at);
  expect(distributionOf(hundred, 500)).toMatchObject({ n: 100, p50: 50, p95: 95, max: 100 });
  expect(distributionOf(hundred.slice(0, 20), 500)).toMatchObject({ n: 20, p50: 90, p95: 99, max: 100 });
});

it('never drops what did not recover: it lies above every sample', () => {
  const times = [...Array.from({ length: 18 }, (_, at) => at), null, null];
  expect(distributionOf(times, 500)).toMatchObject({ n: 20, notRecovered: 2, p50: 9, p95: null, max: null });
});

it('gives a sample that so many are not above, whatever the times', () => {
  fc.assert(
    fc.property(
      fc.array(fc.option(fc.nat(1000), { freq: 9 }), { minLength: 20, maxLength: 200 }),
      (times) => {
        const { p50, p95, n, samplesMs, notRecovered } = distributionOf(times, 1000);
        expect(samplesMs.length + notRecovered).toBe(n);
        for (const [value, share] of [
          [p50, 0.5],
          [p95, 0.95],
        ] as const) {
          const rank = Math.ceil(share * n - 1e-9);
          if (value === null) expect(samplesMs.length).toBeLessThan(rank);
          else {
            expect(samplesMs.filter((ms) => ms <= value).length).toBeGreaterThanOrEqual(rank);
            expect(samplesMs.filter((ms) => ms < value).length).toBeLessThan(rank);
          }
        }
      },
    ),
  );
});
