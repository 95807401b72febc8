import { afterAll, beforeAll, expect, test } from 'vitest';
import { closeDisplay } from '../support/app.ts';
import { axeViolations } from '../support/axe.ts';
import { layoutFaults } from '../support/layout-faults.ts';
import { shopNodes } from '../support/list-nodes.ts';
import { type ScriptedApp, startScriptedApp } from '../support/scripted-app.ts';
import { liveFleet, SHOP } from '../support/shop-fleet.ts';
import { aNode, snapshotOf } from '../support/tree-data.ts';
import { until } from '../support/until.ts';

/** The list of nodes by keyboard, over a desk that says what is in it. */
let app: ScriptedApp;

beforeAll(async () => {
  app = await startScriptedApp();
  await app.page.emulateMedia({ reducedMotion: 'reduce' });
  await app.page.getByRole('contentinfo').waitFor();
  await app.setAnswers({ nodes: shopNodes() });
  await app.setFleet(liveFleet());
  const tree = [
    aNode({ id: '4121', kind: 'process', host: null, parent: null, name: 'shop', lineage: 'process:shop' }),
    aNode({ id: '4121.0', kind: 'thread', host: null, parent: '4121', name: 'main', lineage: 'main' }),
    aNode({ id: '4121.0.7', parent: '4121.0', name: 'oven', lineage: 'app/oven' }),
  ];
  await app.push({ kind: 'tree', instance: SHOP, event: { snapshot: snapshotOf(tree) } });
});

afterAll(async () => {
  await app?.close();
  await closeDisplay();
});

const grid = () => app.page.getByRole('grid', { name: 'Nodes' });
const firstNames = () =>
  app.page.locator('.nodes .outline-row .is-name').evaluateAll((cells) =>
    cells
      .map((cell) => ({ top: cell.getBoundingClientRect().top, text: cell.textContent ?? '' }))
      .sort((a, b) => a.top - b.top)
      .slice(0, 3)
      .map(({ text }) => text),
  );
const selected = () => app.page.locator('.nodes [aria-selected="true"]');

test('one key opens it with the focus in it; what is not known is said to be so', async () => {
  const { page } = app;
  await page.keyboard.press('l');
  await grid().waitFor();
  await until(() => grid().evaluate((element) => element === document.activeElement)).toBe(true);
  expect(await firstNames()).toEqual(['process:shop', 'thread:oven', 'app/oven']);
  const clerk = page.getByRole('row').filter({ hasText: 'app/staff/clerk' });
  expect(await clerk.locator('.is-busy').textContent()).toContain('not known');
  expect(await clerk.locator('.is-restart-rate').textContent()).toBe('1.2');
  await page.getByText('first 46 of 99,013 nodes in 2 instances').waitFor();
  expect(await axeViolations(page)).toEqual([]);
  expect(await layoutFaults(page)).toEqual([]);
});

test('the chosen line stays chosen wherever the next answer puts it, and when it is restarted', async () => {
  const { page } = app;
  for (let step = 0; step < 3; step++) await page.keyboard.press('ArrowDown');
  await until(() => selected().textContent()).toContain('app/oven');
  const next = shopNodes();
  const [oven] = next.rows.splice(2, 1);
  next.rows.unshift({ ...oven!, id: '4121.0.90', incarnation: 4, status: 'running', blockedMs: null });
  await app.setAnswers({ nodes: next });
  await until(firstNames).toEqual(['app/oven', 'process:shop', 'thread:oven']);
  await until(() => selected().textContent()).toContain('app/oven');
  expect(await selected().getAttribute('aria-rowindex')).toBe('2');
});

test('the heads sort by keys, and say so', async () => {
  const { page } = app;
  await grid().focus();
  await page.keyboard.press('Tab');
  const head = page.getByRole('columnheader', { name: 'Busy' });
  expect(await head.getAttribute('aria-sort')).toBe('descending');
  await page.keyboard.press('Enter');
  const name = page.getByRole('columnheader', { name: 'Node' });
  expect(await name.getAttribute('aria-sort')).toBe('ascending');
  expect(await head.getAttribute('aria-sort')).toBe('none');
  await page.keyboard.press('ArrowDown');
  await until(() => grid().evaluate((element) => element === document.activeElement)).toBe(true);
});

test('paused it stands still, and can be sorted and narrowed; live again with the same key', async () => {
  const { page } = app;
  await page.keyboard.press('Space');
  await page.getByRole('region', { name: 'Paused' }).waitFor();
  await app.setAnswers({ nodes: { ...shopNodes(), matching: 50_000 } });
  await page.getByRole('searchbox', { name: 'Filter the nodes' }).fill('OVEN');
  await until(firstNames).toEqual(['app/oven', 'thread:oven']);
  await page.getByText('as at').waitFor();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Space');
  await page.getByText('first 46 of 50,000 nodes').waitFor();
  await page.getByRole('button', { name: 'Clear the filter' }).click();
});

test('who did not answer is named above the others', async () => {
  const { page } = app;
  const error = {
    code: 'TIMEOUT' as const,
    message: 'nodes took over 5000 ms',
    facts: {},
    mend: 'Try again.',
  };
  await app.setAnswers({
    nodes: { ...shopNodes(), instances: 1, unanswered: [{ instance: 'production/shop-lax', error }] },
  });
  await page.getByText('shop-lax is not in this list: nodes took over 5000 ms. Try again.').waitFor();
  await app.setAnswers({
    nodes: { ...shopNodes(0), rows: [], matching: 0, instances: 0, unanswered: [{ instance: SHOP, error }] },
  });
  await page.getByText('No instance answers').waitFor();
  await app.setAnswers({ nodes: { ...shopNodes(), rows: [], matching: 0 } });
  await page.getByText('No node passes the filters.').waitFor();
  await app.setAnswers({ nodes: shopNodes() });
});

test('a line has the menu and the keys that its node has in the tree, and the list stays', async () => {
  const { page } = app;
  await grid().focus();
  await page.keyboard.press('Home');
  while (!(await selected().textContent())?.includes('app/oven')) await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Shift+F10');
  const menu = page.getByRole('menu', { name: 'Actions for oven' });
  await menu.waitFor();
  await menu.getByRole('menuitem', { name: 'Copy link' }).waitFor();
  expect(await axeViolations(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await menu.waitFor({ state: 'detached' });
  await grid().focus();
  await page.keyboard.press('k');
  await page.getByRole('dialog').getByText('oven').first().waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await grid().waitFor();
});

test('the columns are chosen by keys, and a head has a menu', async () => {
  const { page } = app;
  await grid().focus();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Shift+F10');
  await page.getByRole('menu', { name: /^Column Node/ }).waitFor();
  await page.getByRole('menuitemcheckbox', { name: 'Kind' }).focus();
  await page.keyboard.press('Space');
  expect(await axeViolations(page)).toEqual([]);
  expect(await layoutFaults(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await page.getByRole('columnheader', { name: 'Kind' }).waitFor();
  await page.getByRole('button', { name: 'Columns' }).click();
  await page.getByRole('menuitem', { name: 'As at first' }).click();
  await page.getByRole('columnheader', { name: 'Kind' }).waitFor({ state: 'detached' });
});

test('Enter leads to the node in its tree, and back leads to the list, on the same line', async () => {
  const { page } = app;
  await grid().focus();
  await page.keyboard.press('Home');
  while (!(await selected().textContent())?.includes('app/oven')) await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  const tree = page.getByRole('treegrid', { name: 'Tree' });
  await tree.waitFor();
  await until(() => tree.locator('[aria-selected="true"]').textContent()).toContain('oven');
  await page.keyboard.press('Alt+ArrowLeft');
  await grid().waitFor();
  await until(() => selected().textContent()).toContain('app/oven');
  expect(app.complaints).toEqual([]);
});
