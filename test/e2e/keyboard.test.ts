import { afterAll, beforeAll, expect, test } from 'vitest';
import { type App, closeDisplay, startApp } from '../support/app.ts';
import { axeViolations } from '../support/axe.ts';
import { type Demo, type Home, makeHome, startDemo } from '../support/demo.ts';
import { layoutFaults } from '../support/layout-faults.ts';
import { rowNamed, rowOf } from '../support/outline.ts';
import { until } from '../support/until.ts';

/** Everything without a mouse: nothing in this file clicks. */
let home: Home;
let demo: Demo;
let app: App;

beforeAll(async () => {
  home = makeHome();
  demo = await startDemo(home);
  app = await startApp({ home: home.env.HOME, env: home.env });
  await app.page.getByRole('treeitem', { name: /^tictactoe-lax/ }).waitFor();
});

afterAll(async () => {
  await app?.close();
  await closeDisplay();
  await demo?.stop();
  home?.remove();
});

const press = (key: string) => app.page.keyboard.press(key);

/** Types into the palette, and takes what is on top once it is there. */
async function byPalette(query: string, name: RegExp): Promise<void> {
  await press('Control+k');
  await app.page.getByRole('combobox', { name: /^Commands/ }).waitFor();
  await app.page.keyboard.type(query);
  const option = app.page.getByRole('option', { name }).first();
  await until(() => option.getAttribute('aria-selected')).toBe('true');
  await press('Enter');
}

const clipboard = () => app.electron.evaluate(({ clipboard: board }) => board.readText());

test('the main job: open an instance, find a worker, see what a kill would do, do it, see the successor', async () => {
  const { page } = app;
  await byPalette('tictactoe-lax', /^tictactoe-lax/);
  await page.getByRole('treegrid', { name: 'Tree' }).waitFor();
  await byPalette('app/lobby', /app\/lobby/);
  await until(() => rowNamed(page, 'lobby').getAttribute('aria-selected')).toBe('true');
  await page.getByRole('heading', { name: 'app/lobby', exact: true }).waitFor();

  await press('k');
  const dialog = page.getByRole('dialog', { name: 'Kill app/lobby #1?' });
  await dialog.getByText('Starts again').waitFor();
  await page.keyboard.type('by keys alone');
  await press('Enter');
  await dialog.waitFor({ state: 'detached' });
  await page
    .getByRole('region', { name: 'Kill app/lobby' })
    .getByText(/^Restarted\./)
    .waitFor();
  await until(() => rowOf(page, 'lobby', '#2').getAttribute('aria-selected')).toBe('true');
  // The keys go on where they were.
  await until(() => page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('treegrid');
});

test('back and forward lead over instances and nodes', async () => {
  const { page } = app;
  await byPalette('tictactoe-fra', /^tictactoe-fra/);
  await page.getByRole('heading', { name: 'tictactoe fra' }).waitFor();
  await press('Alt+ArrowLeft');
  await page.getByRole('heading', { name: 'tictactoe lax' }).waitFor();
  await page.getByRole('heading', { name: 'app/lobby', exact: true }).waitFor();
  await press('Alt+ArrowRight');
  await page.getByRole('heading', { name: 'tictactoe fra' }).waitFor();
  await press('Control+BracketLeft');
  await until(() => rowOf(page, 'lobby', '#2').getAttribute('aria-selected')).toBe('true');
});

test('while the world is paused an act is done and told; live again, its successor is there', async () => {
  const { page } = app;
  await press('F8');
  await page.getByRole('region', { name: 'Paused' }).waitFor();
  await press('k');
  await page.getByRole('dialog', { name: 'Kill app/lobby #2?' }).waitFor();
  await page.getByRole('textbox', { name: 'Reason' }).fill('while it is paused');
  await press('Enter');
  await page
    .getByRole('region', { name: 'Kill app/lobby' })
    .getByText(/^Restarted\./)
    .waitFor();
  await page
    .getByRole('region', { name: 'Paused' })
    .getByText(/changes? waits?$/)
    .waitFor();
  expect(await rowOf(page, 'lobby', '#3').count()).toBe(0);
  await press('F8');
  await until(() => rowOf(page, 'lobby', '#3').getAttribute('aria-selected')).toBe('true');
  expect(await page.getByRole('region', { name: 'Paused' }).count()).toBe(0);
});

test('an inspector is pinned, follows a restart while another instance is open, and closes', async () => {
  const { page } = app;
  await press('Shift+P');
  const pinned = page.getByRole('region', { name: 'Pinned 1: app/lobby' });
  await pinned.getByText('#3', { exact: true }).waitFor();
  await press('k');
  await page.getByRole('textbox', { name: 'Reason' }).fill('it goes on');
  await press('Enter');
  await pinned.getByText('#4', { exact: true }).waitFor();
  await byPalette('tictactoe-fra', /^tictactoe-fra/);
  await pinned.getByText('tictactoe-lax').waitFor();
  await until(() => pinned.getByText('running').count()).toBeGreaterThan(0);
  // F6 leads into it, and a tab is its own.
  for (let at = 0; at < 6; at++) {
    await press('F6');
    const isIn = await pinned.evaluate((region) => region.contains(document.activeElement));
    if (isIn) break;
  }
  await press('4');
  await until(() => pinned.getByRole('tab', { name: 'History' }).getAttribute('aria-selected')).toBe('true');
  const own = page.getByRole('region', { name: 'Inspector', exact: true });
  expect(await own.getByRole('tab', { name: 'History', selected: true }).count()).toBe(0);
  expect(await axeViolations(page)).toEqual([]);
  await press('Shift+P');
  await pinned.waitFor({ state: 'detached' });
});

test('a link, a path, an id and the command for a terminal are copied', async () => {
  await byPalette('app/lobby', /app\/lobby/);
  await app.page.getByRole('heading', { name: 'app/lobby', exact: true }).waitFor();
  await press('y');
  await until(clipboard).toBe('perch://local/tictactoe-fra/app/lobby');
  await app.page.getByRole('status').getByText('Copied perch://local/tictactoe-fra/app/lobby').waitFor();
  await byPalette('copy path', /^Copy path/);
  await until(clipboard).toBe('app/lobby');
  await press('2');
  await press('Shift+Y');
  await until(clipboard).toMatch(/^perch state tictactoe-fra \d+\.\d+\.\d+$/);
});

test('what cannot be had says why', async () => {
  await press('b');
  await app.page.getByRole('status').getByText('Break: It is no blocked thread').waitFor();
});

test('the menu of the window has the commands, on and off as they are', async () => {
  const { page } = app;
  const isOn = (id: string) =>
    app.electron.evaluate(
      ({ Menu }, wanted) => Menu.getApplicationMenu()?.getMenuItemById(wanted)?.enabled,
      id,
    );
  await until(() => isOn('kill')).toBe(true);
  await until(() => isOn('break')).toBe(false);
  await app.electron.evaluate(({ Menu }) => Menu.getApplicationMenu()?.getMenuItemById('keys')?.click());
  await page.getByRole('dialog', { name: 'Keys' }).waitFor();
  await press('Escape');
  await page.getByRole('dialog', { name: 'Keys' }).waitFor({ state: 'detached' });
});

test('from 80 to 200 % in the smallest window nothing is cut, lies on another, or has a fault axe finds', async () => {
  const { page } = app;
  await app.resize(1024, 640);
  const width = () => page.evaluate(() => innerWidth);
  for (let at = 0; at < 3; at++) await press('Control+-');
  await until(width).toBe(1280);
  for (const wide of [1138, 1024, 931, 819, 683, 585, 512]) {
    await press('Control+=');
    await until(width).toBeLessThanOrEqual(wide);
    expect.soft(await layoutFaults(page), `${wide}`).toEqual([]);
  }
  expect(await axeViolations(page)).toEqual([]);
  await press('Control+=');
  await page.getByRole('status').getByText('Larger: It is as large as it gets').waitFor();
  await press('Control+0');
  await until(width).toBe(1024);
  expect(app.complaints).toEqual([]);
});
