import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { closeDisplay } from '../support/app.ts';
import { rowNamed } from '../support/outline.ts';
import { Pictures } from '../support/pictures.ts';
import { type ScriptedApp, startScriptedApp } from '../support/scripted-app.ts';
import { shopTree } from '../support/shop-data.ts';
import { ATTACH_PLAN, armedFleet, attachFleet, SHOP } from '../support/shop-fleet.ts';
import { selectNode, showShop } from '../support/shop-page.ts';
import { aNode, snapshotOf } from '../support/tree-data.ts';

/** The palette, the sheet of keys, the pause and the pinned inspectors. */
const pictures = new Pictures('hand');

let app: ScriptedApp;

beforeAll(async () => {
  app = await startScriptedApp();
  await app.page.emulateMedia({ reducedMotion: 'reduce' });
});

afterAll(async () => {
  await app?.close();
  await closeDisplay();
});

const SCENES: Record<string, () => Promise<void>> = {
  palette: async () => {
    await start();
    await openPalette('');
    await app.page.getByRole('option', { name: /^Search the tree/ }).waitFor();
  },
  'palette, not offered': async () => {
    await start();
    await openPalette('ill');
    await app.page.getByRole('option', { name: /Select a node first/ }).waitFor();
  },
  'palette, nodes': async () => {
    await start({ tree: shopTree({ jobs: 400 }) });
    await openPalette('app job');
    await app.page.getByText(/the nearest 40 of/).waitFor();
  },
  'palette, nothing found': async () => {
    await start();
    await openPalette('no such thing');
    await app.page.getByText('Nothing is called so.').waitFor();
  },
  'sheet of keys': async () => {
    await start();
    await app.page.keyboard.press('?');
    await app.page.getByRole('dialog', { name: 'Keys' }).waitFor();
  },
  paused: async () => {
    await start();
    await app.page.keyboard.press('F8');
    const changes = Array.from({ length: 1240 }, (_, at) => ['+', aNode({ id: `4121.0.9${at}` })] as never);
    const delta = { from: 1, revision: 2, at: Date.now(), changes };
    await app.push({ kind: 'tree', instance: SHOP, event: { delta } });
    await app.page.getByText(/changes wait/).waitFor();
  },
  'paused while armed': async () => {
    await start({ fleet: armedFleet() });
    await selectNode(app, 'cache', '1');
    await app.page.keyboard.press('F8');
    await app.page.getByText('Nothing waits').waitFor();
  },
  'one pinned': async () => {
    await start();
    await pin('cache', '4');
    await selectNode(app, 'jobs', '1');
    await app.page.getByRole('region', { name: 'Pinned 1: app/cache' }).waitFor();
  },
  'three pinned': async () => {
    await start();
    await pin('cache', '4');
    await pin('app', '1');
    await pin('mailer', '1');
    await selectNode(app, 'jobs', '1');
    await app.page.getByRole('region', { name: /^Pinned 3/ }).waitFor();
  },
  'pinned of another instance': async () => {
    await start();
    await pin('cache', '1');
    await app.page.getByRole('treeitem', { name: /^shop-lax/ }).click();
    const instance = SHOP.replace('fra', 'lax');
    await app.push({ kind: 'tree', instance, event: { snapshot: snapshotOf(shopTree()) } });
    await selectNode(app, 'jobs', '1');
    await app.page.getByRole('region', { name: 'Pinned 1: app/cache' }).getByText('shop-fra').waitFor();
  },
  'without an agent': async () => {
    await start({ fleet: attachFleet() });
    await app.page.getByRole('button', { name: /^Node without an agent/ }).click();
    await app.page.getByRole('button', { name: /^Attach to worker 5233 / }).waitFor();
  },
  'attach asked': async () => {
    await start({ fleet: attachFleet() });
    await app.setAnswers({ 'plan-attach': ATTACH_PLAN });
    await askToAttach();
    await app.page.getByText(/^Close the inspector at once/).waitFor();
  },
  'attach under way': async () => {
    await start({ fleet: attachFleet() });
    await app.setAnswers({ 'plan-attach': ATTACH_PLAN, attach: 'pending' });
    await askToAttach();
    await app.page.getByRole('button', { name: 'Attach', exact: true }).click();
    await app.push({ kind: 'attach', pid: 5233, words: 'SIGUSR1 to process 5233' });
    await app.page.getByText('SIGUSR1 to process 5233…').waitFor();
  },
  'attach refused': async () => {
    await start({ fleet: attachFleet() });
    const message = 'Process 5233 runs under --permission, which keeps its inspector closed';
    await app.setAnswers({ 'plan-attach': { throws: { code: 'PERMISSION_MODEL', message, facts: {} } } });
    await askToAttach();
    await app.page.getByText('PERMISSION_MODEL').waitFor();
  },
  'detach asked': async () => {
    await start({ fleet: attachFleet() });
    await openPalette('take the agent out');
    await app.page.getByRole('option', { name: /^Take the agent out/ }).waitFor();
    await app.page.keyboard.press('Enter');
    await app.page.getByRole('dialog', { name: 'Take the agent out of shop-fra?' }).waitFor();
  },
  'menu of a node': async () => {
    await start();
    await selectNode(app, 'cache', '1');
    await app.page.keyboard.press('Shift+F10');
    await app.page.getByRole('menuitem', { name: 'Copy as a perch command' }).waitFor();
  },
};

describe.each(Object.entries(SCENES))('%s', (name, open) => {
  test('fits and has no fault that axe finds, in both themes and all sizes', async () => {
    await open();
    await pictures.take(app, name);
  });
});

test('every picture is there', () => expect(pictures.difference(Object.keys(SCENES))).toEqual([]));

/** A fresh page that shows the shop, and its lines. */
async function start(shown?: Parameters<typeof showShop>[1]): Promise<void> {
  await showShop(app, shown);
  await rowNamed(app.page, 'cache').first().waitFor();
}

async function askToAttach(): Promise<void> {
  const head = app.page.getByRole('button', { name: /^Node without an agent/ });
  if ((await head.getAttribute('aria-expanded')) === 'false') await head.click();
  await app.page.getByRole('button', { name: /^Attach to worker 5233 / }).click();
}

async function openPalette(query: string): Promise<void> {
  await app.page.keyboard.press('Control+k');
  await app.page.getByRole('combobox', { name: /^Commands/ }).fill(query);
}

async function pin(name: string, tab: string): Promise<void> {
  await selectNode(app, name, tab);
  await app.page.keyboard.press('Shift+P');
}
