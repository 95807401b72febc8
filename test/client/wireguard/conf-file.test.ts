import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { withConfFile } from '../../../client/wireguard/conf-file.ts';

let parent: string;
let folder: string;
beforeEach(() => {
  parent = mkdtempSync(path.join(tmpdir(), 'perch-run-'));
  folder = path.join(parent, 'perch');
});
afterEach(() => rm(parent, { recursive: true }));

const use = (action: (file: string) => Promise<unknown>) => withConfFile('prch-1', 'secret', action, folder);

it('is ours alone while it is used, and gone afterwards', async () => {
  await use(async (file) => {
    expect(file).toBe(path.join(folder, 'prch-1.conf'));
    expect(readFileSync(file, 'utf8')).toBe('secret');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });
  expect(existsSync(path.join(folder, 'prch-1.conf'))).toBe(false);
});

it('is gone after a failure too', async () => {
  await expect(use(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  await use(async () => {});
});

it('admits one at a time', async () => {
  await use(async () => {
    await expect(use(async () => {})).rejects.toMatchObject({
      code: 'TUNNEL_FAILED',
      message: expect.stringContaining('Another perch'),
    });
  });
});

it('takes the place of what a killed run left behind', async () => {
  await use(async () => {});
  const file = path.join(folder, 'prch-1.conf');
  writeFileSync(file, 'old');
  await expect(use(async () => {})).rejects.toMatchObject({ code: 'TUNNEL_FAILED' });
  utimesSync(file, 0, Date.now() / 1000 - 120);
  await use(async () => expect(readFileSync(file, 'utf8')).toBe('secret'));
});

it('does not follow a link, nor trust a folder that others can write to', async () => {
  await use(async () => {});
  const target = path.join(parent, 'target');
  symlinkSync(target, path.join(folder, 'prch-1.conf'));
  await expect(use(async () => {})).rejects.toMatchObject({ code: 'TUNNEL_FAILED' });
  expect(existsSync(target)).toBe(false);
  chmodSync(folder, 0o777);
  await expect(use(async () => {})).rejects.toMatchObject({
    code: 'TUNNEL_FAILED',
    message: expect.stringContaining('not a folder that only root can use'),
  });
  await rm(folder, { recursive: true });
  symlinkSync(parent, folder);
  await expect(use(async () => {})).rejects.toMatchObject({ code: 'TUNNEL_FAILED' });
});
