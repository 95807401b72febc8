import { afterAll, afterEach, expect, test } from 'vitest';
import { type App, closeDisplay, startApp } from '../support/app.ts';
import { axeViolations } from '../support/axe.ts';
import { nodeCells, rowNamed } from '../support/outline.ts';
import { type Service, startService } from '../support/service.ts';
import { until } from '../support/until.ts';

let service: Service;
let app: App;

afterEach(async () => {
  await app?.close();
  await service?.stop();
});

afterAll(closeDisplay);

async function open(fixture: string): Promise<void> {
  service = await startService(fixture);
  app = await startApp({ env: { XDG_RUNTIME_DIR: service.runtimeDir } });
  await app.page.getByRole('treeitem', { name: new RegExp(`-${service.pid}`) }).click();
  await rowNamed(app.page, 'main').first().waitFor();
}

test('a loop that stands still says for how long, shows its stack, and its instance wears it', async () => {
  await open('blocks-loop.js');
  const { page } = app;
  const main = rowNamed(page, 'main').first();
  await main.click();
  await page.keyboard.press('3');
  service.send('block');
  await until(async () => (await nodeCells(main)).status).toMatch(/^blocked [\d.]+\ss$/);
  await page.getByText(/This loop has stood still for [\d.]+\ss\./).waitFor();
  const frames = page.getByRole('list', { name: 'Stack, innermost first' });
  // The innermost frame may be what it calls.
  await until(() => frames.textContent()).toMatch(/spinForever.*blocks-loop\.js:\d+:\d+/);
  await until(() =>
    page.getByRole('treeitem', { name: new RegExp(`-${service.pid}`) }).textContent(),
  ).toMatch(/loop blocked/);
  await until(() => page.getByRole('grid', { name: /What happened/ }).textContent()).toMatch(/loop blocked/);
  expect(await axeViolations(page)).toEqual([]);
  expect(app.complaints).toEqual([]);
});

test('a task on a stuck loop is refused with the way out; its process can be killed, and is gone then', async () => {
  await open('supervised.js');
  const { page } = app;
  service.send('block');
  await until(async () => (await nodeCells(rowNamed(page, 'main').first())).status).toMatch(/^blocked/);
  await rowNamed(page, '7f3a').click();
  await act('Kill', 'it is stuck');
  const refused = page.getByRole('region', { name: 'Kill app/games/7f3a' });
  await refused.getByText(/^Refused\. Nothing was done\./).waitFor();
  expect(await refused.textContent()).toMatch(/loop/);

  await page.getByRole('treegrid').focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('Delete');
  await page.getByText(/This is the service itself/).waitFor();
  await page.getByRole('textbox', { name: 'Reason' }).fill('it does not come round');
  await page.keyboard.press('Enter');
  await service.exited;
  await page.getByText('It has ended.', { exact: true }).waitFor();
  await until(() =>
    page.getByRole('treeitem', { name: new RegExp(`-${service.pid}`) }).textContent(),
  ).toMatch(/gone/);
});

async function act(title: string, reason: string): Promise<void> {
  const { page } = app;
  await page.getByRole('button', { name: title, exact: true }).click();
  await page.getByRole('textbox', { name: 'Reason' }).fill(reason);
  await page.keyboard.press('Enter');
}
