import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { plainName, pngOf, writeWhole } from '../../electron/write-whole.ts';
import { temporaryFolder } from '../support/temporary.ts';

test('a file is there whole, in place of the one before it, and nothing beside it', async () => {
  const folder = temporaryFolder();
  const file = path.join(folder, 'a.svg');
  writeFileSync(file, 'before');
  await writeWhole(file, '<svg/>');
  await writeWhole(path.join(folder, 'b.png'), new Uint8Array([1, 2]));
  expect(readFileSync(file, 'utf8')).toBe('<svg/>');
  expect(readdirSync(folder)).toEqual(['a.svg', 'b.png']);
});

test('what cannot be written is said, and nothing of it is left', async () => {
  const folder = temporaryFolder();
  mkdirSync(path.join(folder, 'taken'));
  for (const file of [path.join(folder, 'taken'), path.join(folder, 'nowhere/a.csv'), '/proc/a.csv']) {
    await expect(writeWhole(file, 'x')).rejects.toMatchObject({
      code: 'NOT_WRITTEN',
      message: expect.stringContaining(file),
    });
  }
  expect(readdirSync(folder)).toEqual(['taken']);
});

test('an image is one', () => {
  const bytes = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1]);
  expect(pngOf(bytes.toString('base64'))).toEqual(bytes);
  expect(() => pngOf('')).toThrow(/expected a PNG/);
  expect(() => pngOf(Buffer.from('#!/bin/sh').toString('base64'))).toThrow(/expected a PNG/);
});

test('a name is suggested with nothing in it that is more than a name', () => {
  expect(plainName('tictactoe-fra-drawing.svg')).toBe('tictactoe-fra-drawing.svg');
  expect(plainName('../../etc/passwd')).toBe('etc-passwd');
  expect(plainName('unix:/run/x.sock-drawing.svg')).toBe('unix-run-x.sock-drawing.svg');
  expect(plainName('..')).toBe('perch');
});
