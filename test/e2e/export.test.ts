import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { closeDisplay } from '../support/app.ts';
import { rowNamed } from '../support/outline.ts';
import { type ScriptedApp, startScriptedApp } from '../support/scripted-app.ts';
import { shopTree } from '../support/shop-data.ts';
import { liveFleet, SHOP } from '../support/shop-fleet.ts';
import { snapshotOf } from '../support/tree-data.ts';

const folder = fileURLToPath(new URL('../../.cache/gallery/export', import.meta.url));
let app: ScriptedApp;

beforeAll(async () => {
  mkdirSync(folder, { recursive: true });
  app = await startScriptedApp();
});
afterAll(async () => {
  await app?.close();
  await closeDisplay();
});

/** What the person answers when they are asked where; null: they do not say. */
const answerWith = (file: string | null) =>
  app.electron.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = (async () => ({
      canceled: filePath === null,
      filePath: filePath ?? '',
    })) as never;
  }, file);
const choose = (id: string) => app.push({ kind: 'menu', item: id });

test('the drawing and the icicle are saved as SVG and PNG, the outline as CSV, where the person says', async () => {
  const { page } = app;
  await app.setFleet(liveFleet());
  await page.getByRole('treeitem', { name: /^shop-fra/ }).click();
  await app.push({ kind: 'tree', instance: SHOP, event: { snapshot: snapshotOf(shopTree({ jobs: 40 })) } });
  await rowNamed(page, 'cache').first().click();
  const said = page.getByRole('status').filter({ hasText: /^Saved/ });

  const csv = path.join(folder, 'shop.csv');
  await answerWith(csv);
  await choose('save-csv');
  await said.filter({ hasText: 'shop.csv' }).waitFor();
  expect(readFileSync(csv, 'utf8')).toMatch(/^lineage,name,.*\r\n[\s\S]*app\/cache,cache,/);

  await page.keyboard.press('d');
  await page.locator('.drawing').waitFor();
  for (const theme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: theme });
    for (const kind of ['svg', 'png'] as const) {
      await answerWith(path.join(folder, `drawing-${theme}.${kind}`));
      await choose(`save-${kind}`);
      await said.filter({ hasText: `drawing-${theme}.${kind}` }).waitFor();
    }
  }
  const svg = readFileSync(path.join(folder, 'drawing-light.svg'), 'utf8');
  expect(svg).toMatch(/^<svg xmlns[\s\S]*>cache<[\s\S]*<\/svg>\n$/);
  expect(svg).not.toMatch(/var\(|light-dark|class=/);
  expect(readFileSync(path.join(folder, 'drawing-dark.png')).subarray(1, 4).toString()).toBe('PNG');

  await page.keyboard.press('i');
  await page.locator('.icicle canvas, canvas').first().waitFor();
  for (const kind of ['svg', 'png'] as const) {
    await answerWith(path.join(folder, `icicle-dark.${kind}`));
    await choose(`save-${kind}`);
    await said.filter({ hasText: `icicle-dark.${kind}` }).waitFor();
  }
  expect(readFileSync(path.join(folder, 'icicle-dark.svg'), 'utf8')).toMatch(/>app<|>main</);

  // Nowhere: nothing happens. Where it cannot be: it is said.
  const before = readdirSync(folder).length;
  await answerWith(null);
  await choose('save-png');
  await answerWith('/proc/nowhere.png');
  await choose('save-png');
  await page.getByRole('alert').filter({ hasText: 'Cannot write /proc/nowhere.png' }).waitFor();
  expect(readdirSync(folder)).toHaveLength(before);
  expect(app.complaints).toEqual([]);
});
