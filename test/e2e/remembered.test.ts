import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import { type App, closeDisplay, startApp } from '../support/app.ts';
import { rowNamed } from '../support/outline.ts';
import { type Service, startService } from '../support/service.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { until } from '../support/until.ts';

let service: Service;
let app: App;

afterEach(async () => {
  await app?.close();
  await service?.stop();
});
afterAll(closeDisplay);

test('an environment looks as it was left: view, columns, filters, panes, theme', async () => {
  service = await startService('supervised.js');
  const home = temporaryFolder();
  const start = async () => {
    app = await startApp({ home, env: { XDG_RUNTIME_DIR: service.runtimeDir } });
  };
  const openInstance = () => app.page.getByRole('treeitem', { name: new RegExp(`-${service.pid}`) }).click();
  const width = async () => (await app.page.getByRole('navigation', { name: 'Fleet' }).boundingBox())!.width;
  await start();
  const { page } = app;
  // On the first page, where no inspector stands beside it.
  const before = await width();
  await page.getByRole('separator', { name: 'Width of the fleet' }).focus();
  for (let steps = 0; steps < 2; steps++) await page.keyboard.press('ArrowRight');
  await until(width).toBeGreaterThan(before + 20);
  const chosen = await width();
  await openInstance();
  await rowNamed(page, 'main').first().waitFor();
  await until(async () => Math.round(await width())).toBe(Math.round(chosen));
  await page.getByRole('button', { name: /^Ghosts/ }).click();
  await page.keyboard.press('t');
  await page.keyboard.press('d');
  await until(() => page.getByRole('radio', { name: 'Drawing' }).isChecked()).toBe(true);
  // What was changed last is kept when the window closes, too.
  await app.close();
  const file = path.join(home, '.config/perch/settings.json');
  expect(Object.keys(JSON.parse(readFileSync(file, 'utf8')).environments)).toEqual(['This computer']);

  await start();
  await openInstance();
  await until(async () => Math.round(await width())).toBe(Math.round(chosen));
  await until(() => app.page.getByRole('radio', { name: 'Drawing' }).isChecked()).toBe(true);
  await app.page.getByRole('button', { name: 'Theme: light' }).waitFor();
  await until(() => app.page.getByRole('button', { name: /^Ghosts/ }).getAttribute('aria-pressed')).toBe(
    'true',
  );
  expect(app.complaints).toEqual([]);
});
