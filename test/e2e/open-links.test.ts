import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, readlinkSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { type App, closeDisplay, displayName, startApp } from '../support/app.ts';
import { isAlive } from '../support/demo.ts';
import { type Service, startService } from '../support/service.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { until } from '../support/until.ts';

/** Links that the desktop's own program opens (xdg-open), in a home of their own. */
const LINK = 'perch://local/shop-fra/app/games/7f3a';
let service: Service;
let home: string;
let app: App | undefined;

beforeEach(async () => {
  service = await startService('supervised.js', {
    env: { PERCH_SERVICE: 'shop', PERCH_INSTANCE: 'shop-fra' },
  });
  home = temporaryFolder();
  app = await startApp({ home, env: { XDG_RUNTIME_DIR: service.runtimeDir } });
  await app.page.getByRole('treeitem', { name: /shop-fra/ }).waitFor();
});
afterEach(async () => {
  await app?.close();
  app = undefined;
  await service.stop();
});
afterAll(closeDisplay);

const entry = () => path.join(home, '.local/share/applications/perch-links.desktop');
const list = () => path.join(home, '.config/mimeapps.list');

/** As a browser or a mail program does it; gives the process. */
function xdgOpen(link: string) {
  return spawn('xdg-open', [link], {
    env: {
      PATH: process.env.PATH,
      DISPLAY: displayName(),
      HOME: home,
      XDG_CONFIG_HOME: path.join(home, '.config'),
      XDG_RUNTIME_DIR: service.runtimeDir,
    },
    stdio: 'ignore',
  });
}

async function choose(command: string): Promise<string> {
  const { page } = app!;
  await page.keyboard.press('ControlOrMeta+K');
  await page.keyboard.type(command);
  await page.getByRole('option', { name: command, exact: false }).first().waitFor();
  await page.keyboard.press('Enter');
  const notice = page.locator('.notice');
  await notice.waitFor();
  return (await notice.textContent()) ?? '';
}

test('nothing is registered by itself; asked to, the app says what it wrote, and a link takes it to the place', async () => {
  const { page, electron } = app!;
  expect([existsSync(entry()), existsSync(list())]).toEqual([false, false]);
  const said = await choose('Open perch:// links with Perch');
  expect(said).toContain(entry());
  expect(said).toContain(list());
  expect(readFileSync(list(), 'utf8')).toBe(
    '[Default Applications]\nx-scheme-handler/perch=perch-links.desktop;\n',
  );

  const isVisible = () =>
    electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.isVisible());
  await electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.hide());
  await until(isVisible).toBe(false);
  const [code] = await once(xdgOpen(LINK), 'exit');
  expect(code).toBe(0);
  await until(isVisible).toBe(true);
  await until(() => page.getByRole('row', { selected: true }).textContent()).toMatch(/7f3a/);
  expect(await page.getByRole('dialog').count()).toBe(0);

  await page.keyboard.press('ControlOrMeta+K');
  await page.keyboard.press('Escape');
  expect(await choose('Open perch:// links with Perch no longer')).toContain(entry());
  expect([existsSync(entry()), existsSync(list())]).toEqual([false, false]);
  expect(app!.complaints).toEqual([]);
});

test('where the app does not run a link starts it, at the place', async () => {
  await choose('Open perch:// links with Perch');
  await app!.close();
  app = undefined;
  const opener = xdgOpen(LINK);
  const lock = path.join(home, '.config/perch/SingletonLock');
  // Chromium's lock names the process.
  const pid = () => {
    try {
      return Number(/-(\d+)$/.exec(readlinkSync(lock))![1]);
    } catch {
      return 0;
    }
  };
  await until(pid).toBeGreaterThan(0);
  const started = pid();
  const words = readFileSync(`/proc/${started}/cmdline`, 'utf8').split('\0');
  expect(words).toContain(LINK);
  // It looks at the place once it is there: what it watches it asks the service for.
  await until(() => isAlive(started)).toBe(true);
  const ended = once(opener, 'exit');
  process.kill(started, 'SIGTERM');
  await ended;
  await until(() => isAlive(started)).toBe(false);
});
