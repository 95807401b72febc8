import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TreeNode } from '../../protocol/tree.ts';
import { type App, closeDisplay, startApp } from '../support/app.ts';
import { axeViolations } from '../support/axe.ts';
import { joinLab, type Lab } from '../support/lab.ts';
import { AGENTS, dial, LabFleet, playGame, startGame } from '../support/lab-fleet.ts';
import { TUNNEL, UNDERLAY } from '../support/lab-network.ts';
import { layoutFaults } from '../support/layout-faults.ts';
import { askToKill, findByKeys, killBecause, killLine, liveGames, openState } from '../support/main-job.ts';
import { nodeCells, rowNamed, rowOf } from '../support/outline.ts';

/**
 * The main job in the app through WireGuard, step for step what test/wireguard/story.test.ts does in a terminal.
 * App and test speak over loopback, so both run on the lab's desktop (`scripts/lab.ts run`).
 */
const gallery = fileURLToPath(new URL('../../.cache/gallery', import.meta.url));
const REASON = 'does it come back through the tunnel?';
/** After 20 s of silence a connection is given up and made anew (client/instance.ts). */
const GIVEN_UP_MS = 45_000;

let lab: Lab;
let fly: LabFleet;
let app: App;
/** Games in fra that wait for their players for as long as it takes. */
let mine: string;
let other: string;

beforeAll(async () => {
  mkdirSync(gallery, { recursive: true });
  lab = joinLab();
  const identity = path.join(lab.folder, 'key');
  const { document: key } = await lab.desktop.perchJson<{ publicKey: string }>([
    'keys',
    'new',
    '--out',
    identity,
  ]);
  const [fra, lax] = await Promise.all([
    startGame(lab.fra, AGENTS.fra.v6, key.publicKey),
    startGame(lab.lax, AGENTS.lax.v6, key.publicKey),
  ]);
  mine = await playGame(lab.fra, [4, 0, 8]);
  other = await playGame(lab.fra, [2]);
  fly = new LabFleet(lab, 'fly', lab.flyConf(), [fra.instance, lax.instance], identity);
  app = await startApp({ inventory: fly.inventory });
  app.page.setDefaultTimeout(30_000);
  await app.page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
});

afterAll(async () => {
  await app?.close();
  await closeDisplay();
  await lab?.stop();
});

/** Above it stands what runs on this computer, which may have the same name. */
const instance = (region: string, says: RegExp): Locator =>
  app.page
    .getByRole('treeitem', { name: new RegExp(`^tictactoe-${region}`) })
    .last()
    .filter({ hasText: says });
const environment = (says: string): Locator =>
  app.page.getByRole('treeitem', { name: new RegExp(`^fly\\s*tunnel ${says}`) });
/** The tunnel's state in a sentence, without ages. */
const words = async (says: string): Promise<string> => {
  const sentence = await environment(says)
    .getByText(/^tunnel /)
    .getAttribute('title');
  return sentence!.replaceAll(/\d+ s/g, 'N s');
};

test('with the tunnel off it says so in words, and what turns it on', async () => {
  const { page } = app;
  await environment('off$').waitFor();
  expect(await words('off$')).toBe(
    'The tunnel on this computer is off. Turn it on with `perch tunnel up fly`.',
  );
  expect(await words('off$')).toBe((await fly.status()).words);
  await instance('lax', /tunnel off/).waitFor();
  await instance('fra', /tunnel off/).click();
  await page.getByRole('heading', { name: 'The tunnel of fly is off' }).waitFor();
  // Word for word what the next test runs.
  const command = `sudo npx perch tunnel up fly --inventory ${fly.inventory}`;
  await page.getByText(command, { exact: true }).waitFor();
  expect(await page.getByRole('treegrid').count()).toBe(0);
  expect(await layoutFaults(page)).toEqual([]);
  expect(await axeViolations(page)).toEqual([]);
});

test('when the tunnel comes up it shows both regions healthy, with nobody touching it', async () => {
  const { page } = app;
  const { exitCode, stdout } = await fly.perch(['tunnel', 'up', 'fly']);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^fra, lax: connected/);
  await environment('up, handshake \\d+ s ago$').waitFor();
  expect(await words('up')).toBe('fra, lax: connected, last handshake N s ago.');
  for (const region of ['fra', 'lax']) {
    await instance(region, /\d+\s(ms|µs)healthy · Node 20\.\d+\.\d+ · up \d+/).waitFor();
  }
  await page.getByRole('treegrid', { name: 'Tree' }).waitFor();
});

test('the way leads through the tunnel, and there is no other', async () => {
  const connections = await lab.desktop.must(['ss', '-Htn', 'state', 'established', 'dport', '=', ':7400']);
  const ways = connections.split('\n').filter((line) => line !== '');
  for (const region of ['fra', 'lax'] as const) {
    expect(ways.filter((way) => way.includes(`[${TUNNEL[region].v6}]:7400`))).toEqual([
      expect.stringContaining(`[${TUNNEL.fly.v6}]:`),
    ]);
    for (const host of [UNDERLAY[region].v4, UNDERLAY[region].v6]) {
      expect(await dial(lab.desktop, host, 7400)).toBe('ECONNREFUSED');
    }
  }
});

test('a game is found, read, killed with a reason, and comes back as #2; the other is untouched', async () => {
  const { page } = app;
  await findByKeys(page, mine);
  const state = await openState(page, mine);
  await state.getByRole('treeitem', { name: /turn: "O"/ }).waitFor();
  await state.getByRole('treeitem', { name: /^\s*8: "X"/ }).waitFor();
  const before = { mine: await nodeCells(rowOf(page, mine, '#1')), games: await liveGames(page) };

  const lineage = `app/games/${mine}`;
  const dialog = await askToKill(page, lineage);
  await killBecause(page, dialog, lineage, REASON);
  const after = await nodeCells(rowOf(page, mine, '#2'));
  expect(after.id).not.toBe(before.mine.id);
  await state.getByRole('treeitem', { name: /^\s*8: "X"/ }).waitFor();
  await killLine(page)
    .filter({ hasText: /#1 → #2[\d.]+\sms.*app\/games restarts it, 1 of 1000/ })
    .filter({ hasText: REASON })
    .waitFor();

  expect(before.games.get(other)).toBeDefined();
  expect((await nodeCells(rowNamed(page, other))).id).toBe(before.games.get(other));
  // A terminal tells the same story.
  const { nodes } = await fly.json<{ nodes: TreeNode[] }>(['tree', 'tictactoe-fra']);
  expect(nodes.find(({ id }) => id === after.id)).toMatchObject({ lineage, incarnation: 2 });
  expect((await fly.perch(['ledger', 'tictactoe-fra'])).stdout).toContain(REASON);
});

test('when the tunnel goes down it says so, and the tree stays as it was, with its age', async () => {
  const { page } = app;
  expect((await fly.perch(['tunnel', 'down', 'fly'])).exitCode).toBe(0);
  await environment('off$').waitFor();
  // The connection is silent at first, and given up after a while.
  const banner = page.getByRole('status').filter({ hasText: /This is as it was \d+\ss ago\./ });
  await banner.filter({ hasText: 'Nothing heard.' }).waitFor();
  await instance('fra', /silent for \d+\ss/).waitFor();
  await banner.filter({ hasText: 'The tunnel is off.' }).waitFor({ timeout: GIVEN_UP_MS });
  for (const region of ['fra', 'lax']) await instance(region, /tunnel off/).waitFor({ timeout: GIVEN_UP_MS });
  expect(await rowOf(page, mine, '#2').getAttribute('aria-selected')).toBe('true');
  expect(await rowNamed(page, other).count()).toBe(1);
  expect(await page.getByRole('button', { name: 'Kill', exact: true }).isDisabled()).toBe(true);
  await page.screenshot({ path: path.join(gallery, 'tunnel-off-dark-1440.png') });
  expect(await layoutFaults(page)).toEqual([]);
  expect(await axeViolations(page)).toEqual([]);
});

test('when it is up again it goes on where the person was', async () => {
  const { page } = app;
  const { id } = await nodeCells(rowOf(page, mine, '#2'));
  expect((await fly.perch(['tunnel', 'up', 'fly'])).exitCode).toBe(0);
  await environment('up').waitFor();
  for (const region of ['fra', 'lax']) await instance(region, /healthy/).waitFor();
  await page.getByText('The tunnel is off.', { exact: true }).waitFor({ state: 'detached' });
  const row = rowOf(page, mine, '#2');
  expect(await row.getAttribute('aria-selected')).toBe('true');
  expect((await nodeCells(row)).id).toBe(id);
  await page.getByRole('button', { name: 'Kill', exact: true, disabled: false }).waitFor();
  // The state is read anew: its age is gone.
  const state = page.getByRole('tree', { name: `State of ${mine}` });
  await state.getByRole('treeitem', { name: /turn: "O"/ }).waitFor();
  await page.getByText(/^As it was/).waitFor({ state: 'detached' });
  // It is the same life of the service, with all that happened in it; bots have filled the timeline since.
  await page.getByRole('button', { name: 'Only the selection' }).click();
  await killLine(page).filter({ hasText: REASON }).waitFor();
  expect(await page.getByText('new epoch').count()).toBe(0);
});

test('nothing was complained about on the way', () => {
  expect(app.complaints).toEqual([]);
});
