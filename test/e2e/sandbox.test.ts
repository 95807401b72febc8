import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdirSync, mkdtempSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type App, closeDisplay, startApp } from '../support/app.ts';
import { rowNamed, rowOf } from '../support/outline.ts';
import { until } from '../support/until.ts';

/** `nobody`: an ordinary user that every machine has. */
const NOBODY = 65_534;
const root = fileURLToPath(new URL('../..', import.meta.url));
const isRoot = process.getuid?.() === 0;

let home: string;
let service: ChildProcess;
let app: App;

/** As an ordinary user, whatever runs the tests: the app in Chromium's real sandbox, the service beside it. */
beforeAll(async () => {
  home = mkdtempSync(path.join(os.tmpdir(), 'perch-nobody-'));
  const runtime = path.join(home, 'run');
  mkdirSync(runtime, { mode: 0o700 });
  if (isRoot) for (const folder of [home, runtime]) chownSync(folder, NOBODY, NOBODY);
  const register = path.join(root, 'agent/dist/register.cjs');
  service = spawn(process.execPath, ['-r', register, path.join(root, 'dist/test/fixtures/supervised.js')], {
    ...(isRoot ? { uid: NOBODY, gid: NOBODY } : {}),
    cwd: home,
    env: { PATH: process.env.PATH, HOME: home, XDG_RUNTIME_DIR: runtime },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  await once(service, 'message');
  app = await startApp({ home, asUser: isRoot ? NOBODY : undefined, sandbox: true });
});

afterAll(async () => {
  await app?.close();
  await closeDisplay();
  service?.kill('SIGKILL');
  if (home) rmSync(home, { recursive: true, force: true });
});

test('the renderer runs under seccomp, in its own namespaces, as somebody who is not root', async () => {
  const { renderer, main } = await app.electron.evaluate(({ BrowserWindow }) => ({
    renderer: BrowserWindow.getAllWindows()[0]!.webContents.getOSProcessId(),
    main: process.pid,
  }));
  const status = readFileSync(`/proc/${renderer}/status`, 'utf8');
  expect(status).toMatch(/^Seccomp:\t2$/m);
  expect(Number(/^Uid:\t(\d+)/m.exec(status)![1])).not.toBe(0);
  const namespace = (pid: number, kind: string) => readlinkSync(`/proc/${pid}/ns/${kind}`);
  expect(namespace(renderer, 'user')).not.toBe(namespace(main, 'user'));
  expect(namespace(renderer, 'pid')).not.toBe(namespace(main, 'pid'));
  expect(await app.page.getByText(/running as root/).count()).toBe(0);
});

test('the main job works there: a worker found, its state read, killed, back as #2', async () => {
  const { page } = app;
  await page.getByRole('treeitem', { name: new RegExp(`-${service.pid}`) }).click();
  await rowNamed(page, '7f3a').click();
  await page.keyboard.press('2');
  await page
    .getByRole('tree', { name: 'State of 7f3a' })
    .getByRole('treeitem', { name: /turn: "x"/ })
    .waitFor();
  await page.keyboard.press('k');
  await page.getByRole('textbox', { name: 'Reason' }).fill('in the sandbox');
  await page.keyboard.press('Enter');
  await page
    .getByRole('region', { name: 'Kill app/games/7f3a' })
    .getByText(/^Restarted\./)
    .waitFor();
  await until(() => rowOf(page, '7f3a', '#2').getAttribute('aria-selected')).toBe('true');
  expect(app.complaints).toEqual([]);
});
