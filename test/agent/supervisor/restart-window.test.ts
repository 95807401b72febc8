import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  addRestart,
  countRestarts,
  emptyWindow,
  oldestRestart,
} from '../../../agent/supervisor/restart-window.ts';

test('a restart exactly one period old still counts, one a millisecond older does not', () => {
  const window = emptyWindow();
  expect(addRestart(window, 1000, 5000)).toBe(1);
  expect(countRestarts(window, 6000, 5000)).toBe(1);
  expect(countRestarts(window, 6001, 5000)).toBe(0);
  expect(addRestart(window, 6001, 5000)).toBe(1);
});

test('it counts as the plain definition does, over any history', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(200), { maxLength: 400, size: 'max' }),
      fc.integer({ min: 1, max: 5000 }),
      (gaps, period) => {
        const window = emptyWindow();
        const history: number[] = [];
        let now = 0;
        for (const gap of gaps) {
          now += gap;
          history.push(now);
          expect(addRestart(window, now, period)).toBe(history.filter((t) => t >= now - period).length);
        }
      },
    ),
    { verbose: 1 },
  );
});

test('the oldest restart that counts is told, and that there is none', () => {
  const window = emptyWindow();
  expect(oldestRestart(window)).toBe(null);
  addRestart(window, 1000, 5000);
  addRestart(window, 2000, 5000);
  expect(oldestRestart(window)).toBe(1000);
  countRestarts(window, 6500, 5000);
  expect(oldestRestart(window)).toBe(2000);
});

test('it lets go of what has left the period', () => {
  const window = emptyWindow();
  for (let now = 0; now < 100_000; now += 10) addRestart(window, now, 100);
  expect(window.times.length).toBeLessThan(200);
});
