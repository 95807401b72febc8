import { afterAll, afterEach, expect, test } from 'vitest';
import { type App, closeDisplay, startApp } from '../support/app.ts';
import { axeViolations } from '../support/axe.ts';
import { rowNamed } from '../support/outline.ts';
import { type Service, startService } from '../support/service.ts';
import { until } from '../support/until.ts';

let service: Service;
let app: App;

afterEach(async () => {
  await app?.close();
  await service?.stop();
});

afterAll(closeDisplay);

test('one key shows what Perch itself costs the instance, with rates that go on, and Escape puts it away', async () => {
  service = await startService('family.js');
  app = await startApp({ env: { XDG_RUNTIME_DIR: service.runtimeDir } });
  const { page } = app;
  await page.getByRole('treeitem', { name: new RegExp(`-${service.pid}`) }).click();
  await rowNamed(page, 'father').first().waitFor();
  await page.keyboard.press('c');
  const sheet = page.getByRole('dialog', { name: /^What Perch costs/ });
  const row = sheet.getByRole('row', { name: /^Agent’s own thread/ }).first();
  await until(() => row.textContent()).toMatch(/\d\s%.*of [\d.]+\s(ms|s).* of the process/);
  await sheet.getByRole('row', { name: /this window/ }).waitFor();
  await sheet.getByRole('heading', { name: 'Not measured' }).waitFor();
  const first = await row.textContent();
  await until(() => row.textContent()).not.toBe(first);
  expect(await axeViolations(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await sheet.waitFor({ state: 'detached' });
  expect(app.complaints).toEqual([]);
});
