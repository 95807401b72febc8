import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FleetView } from '../../electron/ipc.ts';
import { closeDisplay } from '../support/app.ts';
import { axeViolations } from '../support/axe.ts';
import { layoutFaults } from '../support/layout-faults.ts';
import { shopNodes } from '../support/list-nodes.ts';
import { rowNamed } from '../support/outline.ts';
import { takeWindow, zoomTo } from '../support/pictures.ts';
import { type ScriptedApp, startScriptedApp } from '../support/scripted-app.ts';
import { shopLedger, shopTree } from '../support/shop-data.ts';
import { liveFleet, SHOP } from '../support/shop-fleet.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { snapshotOf } from '../support/tree-data.ts';
import { until } from '../support/until.ts';

/** The least room there is: panes drawn as wide as they go, and letters twice as large. */
const gallery = fileURLToPath(new URL('../../.cache/gallery/narrow', import.meta.url));
let app: ScriptedApp;

beforeAll(async () => {
  mkdirSync(gallery, { recursive: true });
  const home = temporaryFolder();
  const folder = path.join(home, '.config/perch-scripted');
  mkdirSync(folder, { recursive: true });
  const look = { panes: { fleet: 300, inspector: 420, timeline: 170 } };
  writeFileSync(path.join(folder, 'settings.json'), JSON.stringify({ environments: { production: look } }));
  app = await startScriptedApp({ home });
  const { page } = app;
  await page.emulateMedia({ reducedMotion: 'reduce', colorScheme: 'light' });
  await page.getByRole('contentinfo').waitFor();
  await app.setAnswers({ nodes: shopNodes() });
  const fleet: FleetView = liveFleet();
  await app.setFleet(fleet);
  await page.getByRole('treeitem', { name: /^shop-fra/ }).click();
  // Many of everything: the counts of the filters are as long as they get.
  const nodes = shopTree();
  await app.push({ kind: 'tree', instance: SHOP, event: { snapshot: snapshotOf(nodes) } });
  await app.push({
    kind: 'ledger',
    instance: SHOP,
    answer: { epoch: 'e1', events: shopLedger(), firstSeq: 1 },
  });
  await rowNamed(page, 'cache').first().click();
});

afterAll(async () => {
  await app?.close();
  await closeDisplay();
});

/** What can be pressed or typed into and is not wholly in its pane, one line each. */
function cutControls(page: Page, pane: string): Promise<string[]> {
  return page.evaluate((pane) => {
    const box = document.querySelector(pane)!.getBoundingClientRect();
    return [...document.querySelectorAll<HTMLElement>(`${pane} :is(button, input, .chip)`)]
      .filter((each) => each.getClientRects().length > 0 && !each.closest('.outline-head'))
      .flatMap((each) => {
        const { left, right, width } = each.getBoundingClientRect();
        const isOut = left < box.left - 1 || right > box.right + 1;
        const isCut = each.scrollWidth > each.clientWidth + 1 && !each.querySelector('.cut');
        const name = each.getAttribute('aria-label') ?? each.textContent ?? '';
        return isOut || isCut ? [`${name} (${Math.round(left - box.left)}, ${Math.round(width)})`] : [];
      });
  }, pane);
}

const picture = (name: string) => app.page.screenshot({ path: path.join(gallery, `${name}.png`) });

test('in the narrowest pane of the tree no filter, button or search is cut', async () => {
  const { page } = app;
  await app.resize(1024, 640);
  await until(() => page.locator('.tree-pane').evaluate((pane) => pane.clientWidth)).toBeLessThanOrEqual(362);
  for (const key of ['o', 'i', 'd']) {
    await page.keyboard.press(key);
    await picture(`pane-360-${key}`);
    expect.soft(await cutControls(page, '.tree-pane'), key).toEqual([]);
    expect.soft(await layoutFaults(page), key).toEqual([]);
  }
  await page.keyboard.press('o');
  const outline = page.locator('.outline');
  expect(await outline.evaluate((lines) => lines.scrollWidth - lines.clientWidth)).toBe(0);
});

test('at 200 % every page is whole: nothing is cut, and the picture is of all of the window', async () => {
  const { page } = app;
  await zoomTo(app, 2);
  await page.locator('.stacked').waitFor();
  const pages: Record<string, () => Promise<void>> = {
    icicle: () => page.keyboard.press('i'),
    drawing: () => page.keyboard.press('d'),
    outline: () => page.keyboard.press('o'),
    nodes: async () => {
      await page.keyboard.press('l');
      await page.getByRole('grid', { name: 'Nodes' }).getByRole('row').nth(3).waitFor();
    },
    wrong: () => page.keyboard.press('w'),
  };
  for (const [name, open] of Object.entries(pages)) {
    await open();
    // What was gone to is what is in sight.
    const middle = await page.locator('.stacked > :nth-child(2)').boundingBox();
    expect.soft(middle?.y, name).toBeCloseTo(0, -1);
    const size = await takeWindow(app, path.join(gallery, `zoom-200-${name}.png`));
    expect.soft(size, name).toEqual({ width: 1024, height: 640 });
    expect.soft(await layoutFaults(page), name).toEqual([]);
    expect.soft(await axeViolations(page), name).toEqual([]);
    expect.soft(await page.evaluate(() => document.documentElement.scrollWidth), name).toBe(512);
  }
  expect(app.complaints).toEqual([]);
});
