import { expect, test } from 'vitest';
import { durationWords } from '../../protocol/duration.ts';

test.each([
  [0.4, '0 ms'],
  [840, '840 ms'],
  [1500, '1.5 s'],
  [5000, '5 s'],
  [30_000, '30 s'],
  [59_900, '1 min'],
  [90_000, '1 min 30 s'],
  [240_000, '4 min'],
])('%d milliseconds are %s', (ms, words) => {
  expect(durationWords(ms)).toBe(words);
});
