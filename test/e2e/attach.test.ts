/** From a service that nobody started with an agent, stuck in a request, to one that answers again; all of it in the app. */
import { get } from 'node:http';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, expect, test } from 'vitest';
import { type App, closeDisplay, startApp } from '../support/app.ts';
import { axeViolations } from '../support/axe.ts';
import { inspectorOptions } from '../support/node-options.ts';
import { nodeCells, rowNamed } from '../support/outline.ts';
import { cpuTicks } from '../support/processes.ts';
import { type Service, startService } from '../support/service.ts';
import { until } from '../support/until.ts';

const refusing = fileURLToPath(new URL('../../dist/test/fixtures/attach-refused.cjs', import.meta.url));
const services: Service[] = [];
let app: App | undefined;

afterEach(async () => {
  await app?.close();
  app = undefined;
  for (const service of services.splice(0)) await service.stop();
});
afterAll(closeDisplay);

async function start(fixture: string, preload: string[] = [], env: NodeJS.ProcessEnv = {}): Promise<Service> {
  const { options } = await inspectorOptions();
  const service = await startService(fixture, { preload: [...options, ...preload], env });
  services.push(service);
  return service;
}

const lineOf = ({ pid }: Service) =>
  app!.page.getByRole('button', { name: new RegExp(`^Attach to \\S+ ${pid} `) });

const request = (port: number, where: string) =>
  new Promise<string>((resolve, reject) => {
    get({ port, path: where, agent: false }, (response) => {
      let body = '';
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.on('end', () => resolve(body));
    }).on('error', reject);
  });

test('a process without an agent is listed, attached to while it spins, broken, and left again', async () => {
  const service = await start('loops.js');
  const { port } = await service.message<{ port: number }>(
    (message) => (message as { ready?: boolean }).ready === true,
  );
  const before = cpuTicks(service.pid);
  request(port, '/spin').catch(() => {});
  await until(() => cpuTicks(service.pid)).toBeGreaterThan(before + 20);
  app = await startApp({ env: { XDG_RUNTIME_DIR: service.runtimeDir } });
  const { page } = app;

  const line = lineOf(service);
  await line.focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: `Attach to process ${service.pid}?` });
  await dialog.getByText(/^Close the inspector at once/).waitFor();
  expect(service.stderr()).toBe('');
  expect(await axeViolations(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Attach', exact: true }).click();
  const main = rowNamed(page, 'main').first();
  await until(async () => (await nodeCells(main)).status).toMatch(/^blocked/);
  await dialog.waitFor({ state: 'detached' });

  await main.click();
  await page.keyboard.press('b');
  await page.getByRole('textbox', { name: 'Reason' }).fill('it spins');
  await page.keyboard.press('Enter');
  await page
    .getByRole('region', { name: 'Break main' })
    .getByText(/The loop turns again/)
    .waitFor();
  expect(await request(port, '/')).toBe(String(service.pid));

  await page.keyboard.press('Control+K');
  await page.getByRole('combobox').fill('take the agent out');
  await page.getByRole('option', { name: /^Take the agent out/ }).waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('textbox', { name: 'Reason' }).fill('seen enough');
  await page.keyboard.press('Enter');
  await line.waitFor();
  await until(() => service.localSockets()).toEqual([]);
  expect(await request(port, '/')).toBe(String(service.pid));
  expect(app.complaints).toEqual([]);
});

test('beside a fleet they are folded up; what cannot be attached to says why, and nothing is done to it', async () => {
  const observed = await startService('blocks-loop.js');
  services.push(observed);
  const service = await start('blocks-loop.js', ['-r', refusing], { REFUSES: 'handles' });
  app = await startApp({ env: { XDG_RUNTIME_DIR: observed.runtimeDir } });
  const { page } = app;
  const head = page.getByRole('button', { name: /^Node without an agent/ });
  await head.click();
  expect(await head.getAttribute('aria-expanded')).toBe('true');
  await lineOf(service).click();
  const dialog = page.getByRole('dialog', { name: `Attach to process ${service.pid}?` });
  await dialog.getByText('SIGNAL_HANDLED').waitFor();
  expect(await dialog.getByRole('button', { name: 'Attach', exact: true }).isDisabled()).toBe(true);
  expect(await lineOf(observed).count()).toBe(0);
  expect(await axeViolations(page)).toEqual([]);
  expect(app.complaints).toEqual([]);
});
