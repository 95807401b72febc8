import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import { type App, closeDisplay, startApp } from '../support/app.ts';
import { descendants, isAlive } from '../support/demo.ts';
import { lockedKey } from '../support/locked-key.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { until } from '../support/until.ts';

let app: App | undefined;

afterEach(async () => {
  await app?.close();
  app = undefined;
});
afterAll(closeDisplay);

/** What the person chooses when they are asked for a file. */
const choosing = (file: string) =>
  app!.electron.evaluate(({ dialog }, chosen) => {
    dialog.showOpenDialog = (async () => ({ canceled: false, filePaths: [chosen] })) as never;
  }, file);

test('the demo is one press away, shows up by itself, and ends with the app', async () => {
  app = await startApp();
  const { page } = app;
  await page.getByRole('button', { name: 'Start the demo' }).click();
  await page.getByRole('treeitem', { name: /^tictactoe-fra/ }).waitFor({ timeout: 30_000 });
  await page.getByRole('treeitem', { name: /^tictactoe-lax/ }).waitFor({ timeout: 30_000 });
  const family = descendants(app.electron.process().pid!);
  const services = family.filter(isOfDemo);
  expect(services.length).toBeGreaterThanOrEqual(3);
  expect(app.complaints).toEqual([]);
  await app.close();
  app = undefined;
  await until(() => services.filter(isAlive)).toEqual([]);
});

test('a file that somebody gave becomes the inventory; its production is told by word and colour', async () => {
  const folder = temporaryFolder();
  const home = temporaryFolder();
  app = await startApp({ home });
  const { page } = app;
  const given = path.join(folder, 'theirs.yaml');
  writeFileSync(given, 'environments:\n  eu-live:\n    prodution: true\n');
  await choosing(given);
  await page.getByRole('button', { name: 'Import a file…' }).click();
  await page.getByText(/theirs\.yaml:3:5: .*did you mean production\?/).waitFor();
  const own = path.join(home, '.config/perch/fleet.yaml');
  expect(existsSync(own)).toBe(false);

  writeFileSync(
    given,
    `environments:
  eu-live:
    production: true
    colour: teal
    services: { web: { instances: [{ name: fra-1, address: "127.0.0.1:9" }] } }
`,
  );
  await page.getByRole('button', { name: 'Import a file…' }).click();
  const instance = page.getByRole('treeitem', { name: /^fra-1/ });
  await instance.waitFor();
  expect(readFileSync(own, 'utf8')).toContain('colour: teal');
  await page
    .getByRole('treeitem', { name: /^eu-live/ })
    .getByText('production')
    .waitFor();
  await instance.click();
  const bar = page.getByRole('banner').filter({ hasText: 'eu-live' });
  await until(() => bar.textContent()).toBe('Productioneu-live');
  const colour = await bar.evaluate((element) => getComputedStyle(element).backgroundColor);
  expect(['rgb(10, 108, 108)', 'rgb(13, 117, 117)']).toContain(colour);
  expect(app.complaints).toEqual([]);
});

test('of a locked key the public half is shown, though no file of it is beside it', async () => {
  const home = temporaryFolder();
  const key = lockedKey('open sesame');
  mkdirSync(path.join(home, '.config/perch'), { recursive: true });
  writeFileSync(path.join(home, '.config/perch/id_ed25519'), key.private, { mode: 0o600 });
  app = await startApp({ home });
  await app.page.getByText(key.public.split(' ')[1]!).waitFor();
  expect(await app.page.getByText('keys new').count()).toBe(0);
});

function isOfDemo(pid: number): boolean {
  try {
    return /cli\/bin\.js|tictactoe/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
  } catch {
    return false;
  }
}
