import { rowNamed } from './outline.ts';
import type { ScriptedApp } from './scripted-app.ts';
import { shopLedger, shopTree } from './shop-data.ts';
import { liveFleet, SHOP } from './shop-fleet.ts';
import { snapshotOf } from './tree-data.ts';

/** A fresh page that shows the shop; not opened where a question stands before the fleet. */
export async function showShop(
  app: ScriptedApp,
  { tree = shopTree(), ledger = shopLedger(), fleet = liveFleet() } = {},
): Promise<void> {
  const { page } = app;
  await page.reload();
  await page.getByRole('contentinfo').waitFor();
  await app.setFleet(fleet);
  if (!fleet.passphrase) await page.getByRole('treeitem', { name: /^shop-fra/ }).click();
  await app.push({ kind: 'tree', instance: SHOP, event: { snapshot: snapshotOf(tree) } });
  await app.push({ kind: 'ledger', instance: SHOP, answer: { epoch: 'e1', events: ledger, firstSeq: 1 } });
}

/** Selects the node of this name and opens a tab of the inspector. */
export async function selectNode(app: ScriptedApp, name: string, tab: string): Promise<void> {
  await rowNamed(app.page, name).first().click();
  await app.page.keyboard.press(tab);
}
