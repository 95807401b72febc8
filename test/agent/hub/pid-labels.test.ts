import { expect, test } from 'vitest';
import { PidLabels } from '../../../agent/hub/pid-labels.ts';
import { LIMITS } from '../../../protocol/limits.ts';

test('a pid that is given again gets a suffix; what a process is called already is kept, and counts', () => {
  const labels = new PidLabels();
  expect([labels.next(20), labels.next(20), labels.next(30)]).toEqual(['20', '20~2', '30']);
  expect(labels.next(40, { label: '40~3', count: 3 })).toBe('40~3');
  expect(labels.next(40)).toBe('40~4');
});

test('no label is given twice, also of pids that are no longer remembered', () => {
  const labels = new PidLabels();
  const given = new Set<string>();
  let count = 0;
  for (let round = 0; round < 4; round++) {
    // Twice the same pid in a row, and more pids than are remembered before it comes again.
    for (let pid = 1; pid <= LIMITS.maxKnownPids + 10; pid++) {
      for (let again = 0; again < (pid === 5 ? 2 : 1); again++) {
        given.add(labels.next(pid));
        count++;
      }
    }
  }
  expect(given.size).toBe(count);
});
