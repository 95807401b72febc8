import { expect, test } from 'vitest';
import { frameWords } from '../../../agent/inspect/thread-stack.ts';

test('a frame in words: where it is, or only its name where it is in no file', () => {
  const place = { file: '/app/game.js', line: 7, column: 3 };
  expect(frameWords({ function: 'play', ...place })).toBe('play (/app/game.js:7:3)');
  expect(frameWords({ function: '', ...place })).toBe('(anonymous) (/app/game.js:7:3)');
  expect(frameWords({ function: 'Array.with', file: '', line: 0, column: 0 })).toBe('Array.with');
  expect(frameWords({ function: '', file: '', line: 0, column: 0 })).toBe('(native)');
});
