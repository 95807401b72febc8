import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { closeDisplay } from '../support/app.ts';
import { axeViolations } from '../support/axe.ts';
import { layoutFaults } from '../support/layout-faults.ts';
import { rowNamed } from '../support/outline.ts';
import { type ScriptedApp, startScriptedApp } from '../support/scripted-app.ts';
import { manyRestarts, shopLedger, shopTree } from '../support/shop-data.ts';
import { liveFleet, SHOP } from '../support/shop-fleet.ts';
import { snapshotOf } from '../support/tree-data.ts';

/** What a supervisor, its children and their restarts look like, over a desk that says what is to be seen. */
const gallery = fileURLToPath(new URL('../../.cache/gallery/supervision', import.meta.url));
const SIZES = [
  [1440, 900],
  [1024, 640],
] as const;

let app: ScriptedApp;

beforeAll(async () => {
  mkdirSync(gallery, { recursive: true });
  app = await startScriptedApp();
  await app.page.emulateMedia({ reducedMotion: 'reduce' });
});

afterAll(async () => {
  await app?.close();
  await closeDisplay();
});

const SCENES: Record<string, () => Promise<void>> = {
  supervisor: async () => {
    await start();
    await select('app', '1');
    await app.page.getByRole('meter', { name: 'Restarts left' }).waitFor();
  },
  'supervisor of many': async () => {
    await start({ tree: shopTree({ jobs: 400 }) });
    await select('jobs', '1');
    await app.page.getByRole('button', { name: '+360 more' }).waitFor();
  },
  'history of a worker': async () => {
    await start();
    await select('cache', '4');
  },
  'history of many restarts': async () => {
    await start({ tree: shopTree({ life: 141 }), ledger: manyRestarts(140, 3) });
    await select('cache', '4');
  },
};

describe.each(Object.entries(SCENES))('%s', (name, open) => {
  test('fits and has no fault that axe finds, in both themes and sizes', async () => {
    const { page } = app;
    await open();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      for (const [width, height] of SIZES) {
        await app.resize(width, height);
        const file = `${name.replaceAll(' ', '-')}-${colorScheme}-${width}.png`;
        await page.screenshot({ path: path.join(gallery, file) });
        expect.soft(await layoutFaults(page), file).toEqual([]);
      }
      expect.soft(await axeViolations(page), colorScheme).toEqual([]);
    }
    await app.resize(1440, 900);
    expect(app.complaints).toEqual([]);
  });
});

/** A fresh page that shows the shop. */
async function start({ tree = shopTree(), ledger = shopLedger() } = {}): Promise<void> {
  const { page } = app;
  await page.reload();
  await page.getByRole('contentinfo').waitFor();
  await app.setFleet(liveFleet());
  await page.getByRole('treeitem', { name: /^shop-fra/ }).click();
  await app.push({ kind: 'tree', instance: SHOP, event: { snapshot: snapshotOf(tree) } });
  await app.push({ kind: 'ledger', instance: SHOP, answer: { epoch: 'e1', events: ledger, firstSeq: 1 } });
}

/** Selects the node of this name and opens a tab of the inspector. */
async function select(name: string, tab: string): Promise<void> {
  await rowNamed(app.page, name).first().click();
  await app.page.keyboard.press(tab);
}
