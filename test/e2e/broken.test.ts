import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, expect, test } from 'vitest';
import { type App, closeDisplay, startApp } from '../support/app.ts';
import { axeViolations } from '../support/axe.ts';
import { startScriptedApp } from '../support/scripted-app.ts';
import { type Service, startService } from '../support/service.ts';
import { liveFleet } from '../support/shop-fleet.ts';
import { until } from '../support/until.ts';

const folder = fileURLToPath(new URL('../../.cache/gallery/broken', import.meta.url));
let app: App;
let service: Service | undefined;

afterEach(async () => {
  await app?.close();
  await service?.stop();
  service = undefined;
});
afterAll(closeDisplay);

// Playwright gives a page up for lost once it crashed; it is looked at from the main process.
const ask = <T>(code: string) =>
  app.electron.evaluate(
    ({ BrowserWindow }, code) => BrowserWindow.getAllWindows()[0]!.webContents.executeJavaScript(code) as T,
    code,
  );
const textOf = () => ask<string>('document.body.innerText').catch(() => '');

test('a page whose process ends is followed by one that says so and leads back; the window is never blank', async () => {
  service = await startService('supervised.js');
  app = await startApp({ env: { XDG_RUNTIME_DIR: service!.runtimeDir } });
  await app.page.getByRole('treeitem', { name: new RegExp(`-${service!.pid}`) }).waitFor();
  await app.electron.evaluate(({ BrowserWindow }) => {
    const { webContents } = BrowserWindow.getAllWindows()[0]!;
    const next = new Promise<void>((resolve) => webContents.once('did-finish-load', () => resolve()));
    webContents.forcefullyCrashRenderer();
    return next;
  });
  await until(textOf).toMatch(
    /The window had to stop\s+The page of this window (crashed|was killed from outside) \(\w+, code \d+\)/,
  );
  expect(await ask('document.scripts.length')).toBe(0);
  expect(await ask('getComputedStyle(document.querySelector("main")).width')).toBe('520px');
  for (const theme of ['light', 'dark'] as const) await picture(theme);

  // A link that comes meanwhile is held for the page that comes next.
  await app.electron.evaluate(({ app }, link) => {
    app.emit('second-instance', {}, [], '', { link });
  }, 'perch://local/nobody');
  expect(await textOf()).not.toMatch(/nobody/);
  await ask('document.querySelector("a").click()');
  await until(textOf).toMatch(/A link leads to nobody/);
  await until(textOf).toMatch(/1 of 1\sinstance connected/);
});

test('a screen that throws is followed by one that says what, in the app itself, and leads back', async () => {
  const scripted = await startScriptedApp();
  app = scripted;
  const { page } = scripted;
  await page.getByRole('contentinfo').waitFor();
  // No desk sends such a fleet: that is what makes it a fault.
  const broken = liveFleet();
  broken.environments[0]!.instances[0]!.armed = null as never;
  await scripted.setFleet(broken);
  const alert = page.getByRole('alert');
  await alert.getByRole('heading', { name: 'This screen has a fault' }).waitFor();
  expect(await alert.textContent()).toMatch(/Cannot read properties of null/);
  for (const theme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: theme });
    expect(await axeViolations(page)).toEqual([]);
    await page.screenshot({ path: path.join(folder, `fault-${theme}.png`) });
  }
  await scripted.setFleet(liveFleet());
  await page.getByRole('button', { name: 'Load the window again' }).click();
  await page.getByRole('treeitem', { name: /^shop-fra/ }).waitFor();
});

async function picture(theme: 'light' | 'dark'): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const png = await app.electron.evaluate(async ({ BrowserWindow, nativeTheme }, theme) => {
    nativeTheme.themeSource = theme;
    const { webContents } = BrowserWindow.getAllWindows()[0]!;
    await webContents.executeJavaScript(
      'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))',
    );
    return (await webContents.capturePage()).toPNG().toString('base64');
  }, theme);
  writeFileSync(path.join(folder, `crash-${theme}.png`), Buffer.from(png, 'base64'));
}
