import { readlinkSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { type App, closeDisplay, displayName, startApp } from '../support/app.ts';
import { isAlive } from '../support/demo.ts';
import { rowNamed } from '../support/outline.ts';
import { perch, perchJson } from '../support/perch.ts';
import { type Service, startService } from '../support/service.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { until } from '../support/until.ts';

const PLACE = { PERCH_SERVICE: 'shop', PERCH_INSTANCE: 'shop-fra' };
let service: Service;
let app: App | undefined;

beforeEach(async () => {
  service = await startService('supervised.js', { env: PLACE });
});
afterEach(async () => {
  await app?.close();
  app = undefined;
  await service.stop();
});
afterAll(closeDisplay);

const envOf = (home: string) => ({
  PATH: process.env.PATH,
  DISPLAY: displayName(),
  HOME: home,
  XDG_CONFIG_HOME: path.join(home, '.config'),
  XDG_RUNTIME_DIR: service.runtimeDir,
});
const selected = () => app!.page.getByRole('row', { selected: true });

test('a running app is taken to the place: from a command line, from a link, and does nothing there', async () => {
  app = await startApp({ env: { XDG_RUNTIME_DIR: service.runtimeDir } });
  const env = envOf(app.home);
  await app.page.getByRole('treeitem', { name: /shop-fra/ }).waitFor();

  const byName = await perchJson(env, 'open', 'shop-fra', 'games/7f3a');
  expect(byName).toMatchObject({
    exit: 0,
    json: { link: 'perch://local/shop-fra/app/games/7f3a', app: 'running' },
  });
  await until(() => selected().textContent()).toMatch(/7f3a/);

  expect(await perch(env, 'open', 'perch://local/shop-fra/app/games')).toMatchObject({ exit: 0 });
  await until(() => selected().textContent()).toMatch(/games/);
  const before = await rowNamed(app.page, '7f3a').textContent();

  // Chromium puts words of its own among those of a second start, and anybody may put others there.
  const hostile = await perch(env, 'open', 'perch://local/shop-fra/app/games/7f3a?act=kill');
  expect(hostile).toMatchObject({ exit: 2, stderr: expect.stringMatching(/must be encoded/) });
  await app.electron.evaluate(({ app }) => {
    app.emit('second-instance', {}, [], '', { link: 'perch://local/shop-fra/../../x' });
  });
  const alert = app.page.getByRole('alert');
  await until(() => alert.textContent()).toMatch(/This is no link of Perch: a part of it is only dots/);
  expect(await selected().textContent()).toMatch(/games/);
  expect(await app.page.getByRole('dialog').count()).toBe(0);
  expect(await rowNamed(app.page, '7f3a').textContent()).toBe(before);

  await app.electron.evaluate(({ app }) => {
    app.emit('open-url', { preventDefault() {} }, 'perch://local/shop-lax');
  });
  await until(() => alert.textContent()).toMatch(/leads to shop-lax, and there is none on this computer/);
  expect(app.complaints).toEqual([]);
});

test('a link that the app is started with is followed once the page is there', async () => {
  app = await startApp({
    env: { XDG_RUNTIME_DIR: service.runtimeDir },
    words: ['perch://local/shop-fra/app/games/7f3a'],
  });
  await until(() => selected().textContent()).toMatch(/7f3a/);
});

test('`perch open` starts the app, and it does not depend on who started it', async () => {
  // A screen, before there is an app on it.
  app = await startApp({ env: { XDG_RUNTIME_DIR: service.runtimeDir } });
  const home = temporaryFolder();
  const ran = await perchJson(envOf(home), 'open', 'shop-fra');
  expect(ran).toMatchObject({ exit: 0, json: { link: 'perch://local/shop-fra', app: 'started' } });
  // Chromium's lock names the process.
  const pid = Number(/-(\d+)$/.exec(readlinkSync(path.join(home, '.config/perch/SingletonLock')))![1]);
  expect(isAlive(pid)).toBe(true);
  expect((await perchJson(envOf(home), 'open')).json).toEqual({ link: null, app: 'running' });
  process.kill(pid, 'SIGTERM');
  await until(async () => isAlive(pid)).toBe(false);
});

test('without a screen `perch open` says so, and for what the app cannot show', async () => {
  const home = temporaryFolder();
  const { DISPLAY: _, ...blind } = { ...envOf(home) };
  const ran = await perch(blind, 'open');
  expect(ran).toMatchObject({ exit: 1, stderr: expect.stringMatching(/There is no screen/) });
  const nowhere = await perchJson(envOf(home), 'open', '127.0.0.1:9');
  expect(nowhere.json.error).toMatchObject({
    code: 'NO_SUCH_TARGET',
    message: expect.stringMatching(/is neither/),
  });
});
