import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { findApp } from '../../cli/open/app-program.ts';
import { startApp } from '../../cli/open/start-app.ts';
import { temporaryFolder } from '../support/temporary.ts';

const SCREEN = { DISPLAY: ':1' };
const find = (root: string, env: NodeJS.ProcessEnv = SCREEN, isRoot = false) =>
  findApp({ platform: 'linux', env, isRoot }, root);
const put = (...parts: string[]) => {
  const file = path.join(...parts);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, '');
  return file;
};

test('the app is a build and an Electron that is here: the one that was named, the installed one, the fetched one', () => {
  const root = temporaryFolder();
  expect(() => find(root, {})).toThrow(/no screen/);
  expect(() => find(root)).toThrow(/is not built/);
  put(root, 'dist/electron/main.cjs');
  expect(() => find(root)).toThrow(/no Electron/);
  const fetched = put(root, '.cache/electron-test/abc/electron');
  expect(find(root, SCREEN, true)).toEqual({ executable: fetched, args: ['--no-sandbox', root] });
  const installed = put(root, 'node_modules/electron/dist/electron');
  expect(find(root)).toEqual({ executable: installed, args: [root] });
  const named = put(root, 'elsewhere/electron');
  const env = { WAYLAND_DISPLAY: 'w', ELECTRON_OVERRIDE_DIST_PATH: path.dirname(named) };
  expect(find(root, env).executable).toBe(named);
});

const { signal } = new AbortController();
const run = (code: string, timeoutMs?: number) =>
  startApp({ executable: process.execPath, args: ['-e', code] }, [], { env: process.env, signal, timeoutMs });

test('an app has opened when it says so, was running when it ends in order, and failed with what it printed', async () => {
  expect(await run(`process.send('opened'); process.on('disconnect', () => process.exit())`)).toBe('started');
  expect(await run('')).toBe('running');
  const chromium = '[12:34/56.7:ERROR:bus.cc(1)] no bus';
  const failing = run(`console.error('libX.so is missing\\n${chromium}'); process.exit(3)`);
  await expect(failing).rejects.toMatchObject({
    code: 'NOT_ON_THIS_SYSTEM',
    message: 'The app ended at once: libX.so is missing',
  });
  await expect(run('setInterval(() => {}, 1000)', 300)).rejects.toMatchObject({ code: 'TIMEOUT' });
});
