import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { leaveLastWords, takeLastWords } from '../../agent/last-words.ts';
import { monotonicMs } from '../../agent/registry.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'perch-last-'));
  // The test runner has a listener of its own.
  vi.spyOn(process, 'listenerCount').mockReturnValue(0);
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

const file = () => path.join(folder, `${process.pid}.last`);

test('they are read once, and only while they are fresh', () => {
  leaveLastWords(folder, new RangeError('too far'));
  const stack = expect.stringContaining('last-words.test.ts');
  expect(takeLastWords(folder, process.pid)).toEqual({ reason: 'RangeError: too far', stack });
  expect([takeLastWords(folder, process.pid), readdirSync(folder)]).toEqual([null, []]);
  leaveLastWords(folder, 'disk full');
  expect(takeLastWords(folder, process.pid, monotonicMs() + 5000)).toBeNull();
  expect(readdirSync(folder)).toEqual([]);
});

test('an error that somebody handles is no last word', () => {
  vi.mocked(process.listenerCount).mockReturnValue(1);
  leaveLastWords(folder, new RangeError('too far'));
  expect(readdirSync(folder)).toEqual([]);
});

test('nothing is written through a link, or where others could have planted one', () => {
  const victim = path.join(folder, 'victim');
  writeFileSync(victim, 'precious');
  symlinkSync(victim, file());
  leaveLastWords(folder, new RangeError('too far'));
  expect(readFileSync(victim, 'utf8')).toBe('precious');
  expect(takeLastWords(folder, process.pid)).toBeNull();
  rmSync(file());
  chmodSync(folder, 0o777);
  leaveLastWords(folder, new RangeError('too far'));
  expect(readdirSync(folder)).toEqual(['victim']);
});

test.each(['', '{', '[]', '{"reason":1,"t":0}', 'null'])('%j is no word', (text) => {
  writeFileSync(file(), text);
  expect(takeLastWords(folder, process.pid)).toBeNull();
});

test('a directory that is not there is nothing to write home about', () => {
  leaveLastWords(path.join(folder, 'gone'), new Error('x'));
  expect(takeLastWords(path.join(folder, 'gone'), 1)).toBeNull();
});
