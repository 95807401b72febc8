import { afterAll, beforeAll, expect, test } from 'vitest';
import { type App, closeDisplay, startApp } from '../support/app.ts';
import { axeViolations } from '../support/axe.ts';
import { type Demo, type Home, makeHome, startDemo } from '../support/demo.ts';
import { GamePage } from '../support/game-page.ts';
import { askToKill, findByKeys, killBecause, killLine, liveGames, openState } from '../support/main-job.ts';
import { nodeCells, rowNamed, rowOf } from '../support/outline.ts';
import { until } from '../support/until.ts';

/** The main job, lived once with the example in two regions. */
let home: Home;
let demo: Demo;
let app: App;

beforeAll(async () => {
  home = makeHome();
  demo = await startDemo(home);
  app = await startApp({ home: home.env.HOME, env: home.env });
  await app.page
    .getByRole('treeitem', { name: /^tictactoe-fra/ })
    .first()
    .click();
  await app.page.getByRole('treegrid', { name: 'Tree' }).waitFor();
});

afterAll(async () => {
  await app?.close();
  await closeDisplay();
  await demo?.stop();
  home?.remove();
});

test('both regions and their instances are there, with health, latency, Node version and uptime', async () => {
  const { page } = app;
  for (const region of ['fra', 'lax']) {
    await page.getByRole('treeitem', { name: region, exact: true }).waitFor();
    const instance = page.getByRole('treeitem', { name: new RegExp(`^tictactoe-${region}`) }).first();
    await until(() => instance.textContent()).toMatch(/healthy · Node 20\.\d+\.\d+ · up \d+/);
    await until(() => instance.textContent()).toMatch(/\d+\s(ms|µs)/);
  }
});

test('the tree has process, threads, the forked process, supervisors and workers', async () => {
  const { page } = app;
  await page
    .getByRole('treeitem', { name: /^tictactoe-fra/ })
    .first()
    .click();
  for (const [name, kind] of [
    ['tictactoe', 'process'],
    ['main', 'thread'],
    ['app', 'supervisor'],
    ['games', 'supervisor'],
    ['scores', 'worker'],
    ['scores', 'process'],
    ['bot-1', 'thread'],
    ['lobby', 'worker'],
  ] as const) {
    await page
      .locator('.outline-row', { has: page.getByRole('img', { name: kind, exact: true }), hasText: name })
      .first()
      .waitFor();
  }
  const process = await nodeCells(rowNamed(page, 'tictactoe').first());
  expect(process.cpu).toMatch(/^[\d.]+\s%$/);
  expect(process.memory).toMatch(/^\d+\sMB$/);
});

test('the drawing shows the same nodes, and shares the selection', async () => {
  const { page } = app;
  await rowNamed(page, 'lobby').click();
  await page.getByRole('radio', { name: 'Drawing' }).click();
  const drawing = page.getByRole('tree', { name: 'Drawing of the tree' });
  const lobby = drawing.getByRole('treeitem', { name: /^lobby #1 worker, running/ });
  await until(() => lobby.getAttribute('aria-selected')).toBe('true');
  const games = drawing.getByRole('treeitem', { name: /^games #1 supervisor/ });
  await games.click();
  expect(await axeViolations(page)).toEqual([]);
  await page.getByRole('radio', { name: 'Outline' }).click();
  await until(() => rowNamed(page, 'games').getAttribute('aria-selected')).toBe('true');
});

test('the search finds a node by its name and keeps its ancestors', async () => {
  const { page } = app;
  await page.keyboard.press('/');
  await page.keyboard.type('bot-2');
  await until(() => page.locator('.outline-row').count()).toBeLessThan(8);
  await page.getByText(/^2\smatches$/).waitFor();
  expect(await rowNamed(page, 'bots').count()).toBe(1);
  expect(await rowNamed(page, 'games').count()).toBe(0);
  await page.keyboard.press('Enter');
  await until(() => rowNamed(page, 'bot-2').first().getAttribute('aria-selected')).toBe('true');
  await page.getByRole('searchbox').fill('');
  await rowNamed(page, 'games').waitFor();
});

/** A game that a person plays against a bot: it waits for the person, so it is there for as long as it takes. */
async function playAgainstBot(): Promise<{ name: string; play(cell: number): Promise<void> }> {
  const browser = new GamePage(demo.instances.find(({ region }) => region === 'fra')!.url);
  const { json: game } = await browser.post('/games', { name: 'Ann', against: 'bot' });
  return {
    name: game.id,
    async play(cell) {
      const { id, token } = game;
      expect((await browser.post('/move', { id, token, cell })).status).toBe(200);
    },
  };
}

test('a game is found, its state read, seen to change, killed with a reason by keys alone, and comes back as #2', async () => {
  const { page } = app;
  const game = await playAgainstBot();
  const row = rowNamed(page, game.name).first();
  await row.waitFor();
  const others = await liveGames(page);
  await findByKeys(page, game.name);
  const state = await openState(page, game.name);
  await game.play(4);
  await state.getByRole('treeitem', { name: /^\s*4: "X"/ }).waitFor();

  const before = await nodeCells(row);
  const lineage = `app/games/${game.name}`;
  const dialog = await askToKill(page, lineage);
  expect(await axeViolations(page)).toEqual([]);
  expect(await dialog.getByRole('button', { name: 'Kill' }).isDisabled()).toBe(true);
  await killBecause(page, dialog, lineage, 'to see it come back');
  expect((await nodeCells(rowOf(page, game.name, '#2'))).id).not.toBe(before.id);
  // The inspector went along, its tab and what was open in it too.
  await state.getByRole('treeitem', { name: /^\s*4: "X"/ }).waitFor();

  const line = killLine(page);
  await until(() => line.textContent()).toMatch(/#1 → #2[\d.]+\sms.*app\/games restarts it, 1 of 1000/);
  expect(await line.textContent()).toContain('to see it come back');

  // Nobody else noticed: whoever lived before lives on under the same id, unless its game was over.
  const after = await liveGames(page);
  for (const [name, id] of others) {
    if (name !== game.name && after.has(name)) expect(after.get(name)).toBe(id);
  }
});

test('the first act armed the window, which shows it until one key disarms it; the next act asks again', async () => {
  const { page } = app;
  await page.locator('.armed-frame').waitFor();
  await page.getByRole('treeitem', { name: /armed/ }).waitFor();
  await until(() => page.getByRole('group', { name: 'Armed' }).textContent()).toMatch(/4:\d\d/);
  await page.getByRole('treegrid').focus();
  await page.keyboard.press('a');
  await page.locator('.armed-frame').waitFor({ state: 'detached' });
  await page.keyboard.press('r');
  await page.getByRole('button', { name: 'Arm and restart' }).waitFor();
  await page.getByText('Starts again').waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('a');
  await page.getByRole('dialog', { name: /^Arm / }).waitFor();
  await page.keyboard.press('Enter');
  await page.locator('.armed-frame').waitFor();
});

test('a thread is held for as long as its lease, and goes on when it is told', async () => {
  const { page } = app;
  const thread = rowNamed(page, 'bot-2').last();
  await thread.click();
  await page.keyboard.press('p');
  await page.getByRole('radio', { name: /^30/ }).waitFor();
  await page.keyboard.press('Enter');
  await until(async () => (await nodeCells(thread)).status).toMatch(/^suspended (30|2\d)\ss$/);
  expect(await axeViolations(page)).toEqual([]);
  await page.keyboard.press('p');
  await page.getByRole('button', { name: 'Resume' }).waitFor();
  await page.keyboard.press('Enter');
  await until(async () => (await nodeCells(thread)).status).toBe('running');
});

test('restart from the menu and stop from the button do what they say', async () => {
  const { page } = app;
  const game = await playAgainstBot();
  await rowNamed(page, game.name).first().click({ button: 'right' });
  await page.getByRole('menu', { name: `Actions for ${game.name}` }).waitFor();
  expect(await axeViolations(page)).toEqual([]);
  await page.getByRole('menuitem', { name: /Restart/ }).click();
  await page.getByRole('textbox', { name: 'Reason' }).fill('a fresh start');
  await page.keyboard.press('Enter');
  const card = page.getByRole('region', { name: `Restart app/games/${game.name}` });
  await card.getByText(/^Restarted\./).waitFor();
  await until(() => rowOf(page, game.name, '#2').getAttribute('aria-selected')).toBe('true');

  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  await page.getByRole('textbox', { name: 'Reason' }).fill('enough');
  await page.getByRole('button', { name: 'Stop', exact: true }).last().click();
  await page
    .getByRole('region', { name: `Stop app/games/${game.name}` })
    .getByText(/^Ended, and not restarted\./)
    .waitFor();
  await until(async () => (await nodeCells(rowOf(page, game.name, '#2'))).status).toBe('exited');

  await page.keyboard.press('4');
  const history = page.getByRole('list', { name: `History of ${game.name}` });
  expect(await history.getByRole('listitem').allTextContents()).toEqual([
    expect.stringMatching(/stopped#2.*enough/s),
    expect.stringMatching(/restarted#1 → #2.*a fresh start/s),
    expect.stringMatching(/started#1/),
  ]);
});

test('closed branches and the scroll stay as they were through all of it', async () => {
  const { page } = app;
  await app.resize(1024, 640);
  const bots = rowNamed(page, 'bots').first();
  await bots.click();
  await page.getByRole('treegrid').focus();
  await page.keyboard.press('ArrowLeft');
  await until(() => bots.getAttribute('aria-expanded')).toBe('false');
  const game = await playAgainstBot();
  await rowNamed(page, game.name).first().click();
  const top = () => page.getByRole('treegrid').evaluate((grid) => grid.scrollTop);
  const place = () =>
    rowNamed(page, game.name)
      .first()
      .evaluate((row) => row.getBoundingClientRect().top);
  const before = { top: await top(), place: await place() };
  await page.keyboard.press('k');
  await page.keyboard.type('once more');
  await page.keyboard.press('Enter');
  await page
    .getByRole('region', { name: `Kill app/games/${game.name}` })
    .getByText(/^Restarted\./)
    .waitFor();
  await until(() => rowOf(page, game.name, '#2').getAttribute('aria-selected')).toBe('true');
  expect(await bots.getAttribute('aria-expanded')).toBe('false');
  expect(Math.abs((await place()) - before.place)).toBeLessThanOrEqual(1);
  expect(await top()).toBeGreaterThanOrEqual(before.top);
  await app.resize(1440, 900);
});

test('nothing was complained about on the way', () => {
  expect(app.complaints).toEqual([]);
});
