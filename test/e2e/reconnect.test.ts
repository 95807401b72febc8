import path from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import { type App, closeDisplay, startApp } from '../support/app.ts';
import { axeViolations } from '../support/axe.ts';
import { nodeCells, rowNamed } from '../support/outline.ts';
import { type Service, startService } from '../support/service.ts';
import { until } from '../support/until.ts';

let services: Service[] = [];
let app: App;

afterEach(async () => {
  for (const service of services) await service.stop();
  services = [];
  await app?.close();
});

afterAll(closeDisplay);

test('a service that dies and comes back finds the person where they were', async () => {
  app = await startApp();
  const { page } = app;
  await page.getByRole('heading', { name: 'Nothing to look at yet' }).waitFor();
  // It shows up by itself.
  const first = await startNamed();
  await page.getByRole('treeitem', { name: /^one/ }).click();
  await rowNamed(page, '7f3a').waitFor();
  await page.getByRole('treegrid').focus();
  await rowNamed(page, 'pool').first().click();
  await page.keyboard.press('ArrowLeft');
  await rowNamed(page, '7f3a').click();
  await page.keyboard.press('2');
  const state = page.getByRole('tree', { name: 'State of 7f3a' });
  const players = state.getByRole('treeitem', { name: /^\s*players/ });
  const x = state.getByRole('treeitem', { name: /^\s*x:/ });
  if ((await players.getAttribute('aria-expanded')) === 'false') await players.click();
  await x.click();
  await state.getByRole('treeitem', { name: /token: hidden/ }).waitFor();
  const before = await nodeCells(rowNamed(page, '7f3a'));

  first.process.kill('SIGKILL');
  await page.getByText(/Connection lost; connecting again\./).waitFor();
  // What was there is still there, and says how old it is.
  await page.getByText(/This is as it was \d+\ss ago\./).waitFor();
  expect(await rowNamed(page, '7f3a').getAttribute('aria-selected')).toBe('true');
  expect(await page.getByRole('button', { name: 'Kill', exact: true }).isDisabled()).toBe(true);
  expect(await axeViolations(page)).toEqual([]);

  await startNamed();
  await until(() => page.getByText(/Connection lost/).count()).toBe(0);
  await until(async () => (await nodeCells(rowNamed(page, '7f3a'))).id).not.toBe(before.id);
  expect(await rowNamed(page, '7f3a').getAttribute('aria-selected')).toBe('true');
  expect(await rowNamed(page, 'pool').first().getAttribute('aria-expanded')).toBe('false');
  await state.getByRole('treeitem', { name: /token: hidden/ }).waitFor();
  await until(() => page.getByRole('grid', { name: /What happened/ }).textContent()).toMatch(/new epoch/);
  expect(await page.getByRole('treeitem', { name: /^one/ }).count()).toBe(1);
  expect(app.complaints).toEqual([]);
});

async function startNamed(): Promise<Service> {
  const env = { PERCH_INSTANCE: 'one', XDG_RUNTIME_DIR: path.join(app.home, 'run') };
  const service = await startService('supervised.js', { env });
  services.push(service);
  return service;
}
