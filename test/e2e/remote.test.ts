import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { newKeyPair, writeKeyPair } from '../../client/ssh/identity.ts';
import { type App, closeDisplay, startApp } from '../support/app.ts';
import { nodeCells, rowNamed, rowOf } from '../support/outline.ts';
import { type Service, startService } from '../support/service.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { until } from '../support/until.ts';

let folder: string;
let services: Service[] = [];
let app: App | null = null;

beforeEach(() => {
  folder = temporaryFolder();
});

afterEach(async () => {
  await app?.close();
  for (const service of services) await service.stop();
  services = [];
});

afterAll(closeDisplay);

test('over ssh: host met, key made known, read only until it may control, then a kill; a changed host key is loud', async () => {
  const authorized = path.join(folder, 'authorized');
  writeFileSync(authorized, `${newKeyPair('somebody-else').publicLine}\n`);
  const first = await startRemote({ PERCH_LISTEN: '127.0.0.1:0', PERCH_AUTHORIZED_KEYS: authorized });
  const { address, fingerprint } = await listening(first);

  const config = path.join(folder, '.config/perch');
  mkdirSync(config, { recursive: true });
  const own = newKeyPair('ann@laptop');
  await writeKeyPair(path.join(config, 'id_ed25519'), own);
  const inventory = path.join(config, 'fleet.yaml');
  writeFileSync(inventory, inventoryOf(address));
  app = await startApp({ home: folder });
  const { page } = app;
  await recordPushes();

  const instance = page.getByRole('treeitem', { name: /^fra-1/ });
  await instance.click();
  await page.getByRole('heading', { name: 'fra-1 is met for the first time' }).waitFor();
  await page.getByText(fingerprint, { exact: true }).waitFor();
  await page.getByRole('button', { name: /trust it/ }).click();

  await page.getByRole('heading', { name: 'fra-1 does not know this key' }).waitFor();
  await page.getByText(`capabilities="observe,inspect,control" ${own.publicLine}`).waitFor();
  appendFileSync(authorized, `capabilities="observe" ${own.publicLine}\n`);
  await page.getByRole('button', { name: 'Try now' }).click();

  await rowNamed(page, '7f3a').click();
  expect(await page.getByRole('button', { name: 'Kill', exact: true }).isDisabled()).toBe(true);
  await page.keyboard.press('2');
  await page.getByText('CAPABILITY_MISSING').waitFor();

  writeFileSync(authorized, `capabilities="observe,inspect,control" ${own.publicLine}\n`);
  first.process.kill('SIGKILL');
  await first.exited;
  await page.getByText(/Connection lost/).waitFor();
  const hostKey = path.join(folder, 'host-key');
  const again = { PERCH_LISTEN: address, PERCH_AUTHORIZED_KEYS: authorized };
  const second = await startRemote({
    ...again,
    HOME: first.runtimeDir,
    XDG_STATE_HOME: path.join(first.runtimeDir, '.local/state'),
  });
  await until(() => page.getByText(/Connection lost/).count()).toBe(0);
  await page.getByText(/read in/).waitFor();
  await page.getByRole('button', { name: 'Kill', exact: true }).click();
  await page.getByRole('textbox', { name: 'Reason' }).fill('from afar');
  await page.keyboard.press('Enter');
  await page
    .getByRole('region', { name: 'Kill app/games/7f3a' })
    .getByText(/^Restarted\./)
    .waitFor();
  await until(async () => (await nodeCells(rowOf(page, '7f3a', '#2'))).status).toBe('running');
  await until(() => page.getByRole('grid', { name: /What happened/ }).textContent()).toMatch(
    /ann@laptop: from afar/,
  );

  // Another key behind the same address: said loudly, nothing is sent.
  writeFileSync(hostKey, newKeyPair('another-host').privateKey, { mode: 0o600 });
  second.process.kill('SIGKILL');
  await second.exited;
  await startRemote({ ...again, PERCH_HOST_KEY: hostKey });
  const alert = page.getByRole('alert');
  await alert.filter({ hasText: 'The host key has changed.' }).waitFor({ timeout: 20_000 });
  await until(() => instance.textContent()).toMatch(/host key changed/);

  // What went to the window holds no private key, and the window has none.
  const secret = own.privateKey.split('\n')[3]!;
  expect(secret.length).toBeGreaterThan(40);
  const sent = await app.electron.evaluate(() =>
    (globalThis as unknown as { sent: string[] }).sent.join('\n'),
  );
  expect(sent).toContain(own.publicLine.split(' ')[1]);
  expect(sent).not.toContain(secret);
  expect(await page.content()).not.toContain(secret);
  expect(app.complaints).toEqual([]);
}, 90_000);

test('an inventory with a typo names line and column, and what was open stays', async () => {
  const config = path.join(folder, '.config/perch');
  mkdirSync(config, { recursive: true });
  await writeKeyPair(path.join(config, 'id_ed25519'), newKeyPair('ann@laptop'));
  const inventory = path.join(config, 'fleet.yaml');
  const typo = 'environments:\n  staging:\n    tunel: x.conf\n';
  writeFileSync(inventory, typo);
  app = await startApp({ home: folder });
  await app.page
    .getByText(/fleet\.yaml:3:5: environments\.staging: unknown key "tunel"; did you mean tunnel\?/)
    .waitFor();
  writeFileSync(inventory, inventoryOf('127.0.0.1:9'));
  const instance = app.page.getByRole('treeitem', { name: /^fra-1 not reached/ });
  await instance.waitFor();
  writeFileSync(inventory, typo);
  await app.page
    .getByRole('contentinfo')
    .getByText(/did you mean tunnel\?/)
    .waitFor();
  expect(await instance.count()).toBe(1);
});

async function startRemote(env: NodeJS.ProcessEnv): Promise<Service> {
  const service = await startService('supervised.js', { env: { PERCH_LOCAL: 'off', ...env } });
  services.push(service);
  return service;
}

async function listening(service: Service): Promise<{ address: string; fingerprint: string }> {
  const line = /perch: listening on (\S+) (SHA256:\S+)/;
  await until(() => service.stderr()).toMatch(line);
  const [, address, fingerprint] = line.exec(service.stderr())!;
  return { address: address!, fingerprint: fingerprint! };
}

function inventoryOf(address: string): string {
  return `environments:
  staging:
    services:
      tictactoe:
        instances:
          - { name: fra-1, region: fra, address: "${address}" }
`;
}

/** Keeps a copy of everything that the main process sends to the window from now on. */
async function recordPushes(): Promise<void> {
  await app!.electron.evaluate(({ BrowserWindow }) => {
    const { webContents } = BrowserWindow.getAllWindows()[0]!;
    const send = webContents.send.bind(webContents);
    const kept: string[] = [];
    Object.assign(globalThis, { sent: kept });
    webContents.send = (...words: Parameters<typeof send>) => {
      kept.push(JSON.stringify(words));
      send(...words);
    };
  });
}
