import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TreeChange, TreeNode } from '../../protocol/tree.ts';
import { closeDisplay } from '../support/app.ts';
import { axeViolations } from '../support/axe.ts';
import { nodeCells, rowNamed, rowOf } from '../support/outline.ts';
import { type ScriptedApp, startScriptedApp } from '../support/scripted-app.ts';
import { liveFleet, SHOP } from '../support/shop-fleet.ts';
import { aNode, gameTree, snapshotOf } from '../support/tree-data.ts';
import { until } from '../support/until.ts';

/** The tree by its outline and its drawing, by keys where there are keys, over a desk that says what is there. */
let app: ScriptedApp;
let nodes: TreeNode[];
let revision = 1;

beforeAll(async () => {
  app = await startScriptedApp();
  await app.page.emulateMedia({ reducedMotion: 'reduce' });
  nodes = gameTree(40).map((node, index) => ({
    ...node,
    ...(index === 10 && { status: 'blocked' as const, blockedMs: 4200 }),
    metrics: { ...node.metrics, cpuPercent: index },
  }));
  // What is pushed before the page listens is not seen by it.
  await app.page.getByRole('contentinfo').waitFor();
  await app.setFleet(liveFleet());
  await app.page.getByRole('treeitem', { name: /^shop-fra/ }).click();
  await app.push({ kind: 'tree', instance: SHOP, event: { snapshot: snapshotOf(nodes) } });
  await app.page.getByRole('treegrid').waitFor();
});

afterAll(async () => {
  await app?.close();
  await closeDisplay();
});

async function change(...changes: TreeChange[]): Promise<void> {
  const from = revision++;
  await app.push({
    kind: 'tree',
    instance: SHOP,
    event: { delta: { from, revision, at: Date.now(), changes } },
  });
}

const names = () =>
  app.page.locator('.outline-row[aria-level="5"] .is-name').evaluateAll((cells) =>
    cells
      .map((cell) => ({ top: cell.getBoundingClientRect().top, text: cell.textContent ?? '' }))
      .sort((a, b) => a.top - b.top)
      .map(({ text }) => text),
  );

test('the heads sort within siblings by keys, say so, and give the start order back', async () => {
  const { page } = app;
  const start = await names();
  await page.getByRole('treegrid').focus();
  await page.keyboard.press('Tab');
  // From the name over incarnation, status and restarts.
  for (let step = 0; step < 4; step++) await page.keyboard.press('ArrowRight');
  const head = page.getByRole('columnheader', { name: 'CPU' });
  await page.keyboard.press('Enter');
  expect(await head.getAttribute('aria-sort')).toBe('descending');
  expect((await names())[0]).toBe(nodes.at(-1)!.name);
  await page.keyboard.press('Enter');
  expect(await head.getAttribute('aria-sort')).toBe('ascending');
  await page.keyboard.press('Enter');
  expect(await head.getAttribute('aria-sort')).toBe('none');
  expect(await names()).toEqual(start);
});

test('columns are chosen and made wider by keys', async () => {
  const { page } = app;
  const head = page.getByRole('columnheader', { name: 'CPU' });
  const width = async () => (await head.boundingBox())!.width;
  const before = await width();
  await head.getByRole('button').focus();
  await page.keyboard.press('Alt+ArrowRight');
  await until(width).toBe(before + 12);
  await page.keyboard.press('Shift+F10');
  await page.getByRole('menu', { name: 'Column CPU' }).waitFor();
  await page.getByRole('menuitemcheckbox', { name: 'Process id' }).focus();
  await page.keyboard.press('Space');
  await page.getByRole('menuitemcheckbox', { name: 'Backlog' }).focus();
  await page.keyboard.press('Space');
  expect(await axeViolations(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await page.getByRole('menu').waitFor({ state: 'detached' });
  const cells = await nodeCells(rowNamed(page, 'games'));
  expect(cells.pid).toBe('4121');
  expect(cells).not.toHaveProperty('backlog');
});

test('filters say how many they let through, and work together with each other and the search', async () => {
  const { page } = app;
  const filters = page.getByRole('toolbar', { name: 'Filters' });
  await filters.getByRole('button', { name: 'Blocked 1' }).press('Enter');
  await until(names).toEqual([nodes[10]!.name]);
  await filters.getByRole('button', { name: 'Blocked 1' }).press('Enter');
  await filters.getByRole('button', { name: 'Kind' }).press('Enter');
  await page.getByRole('menuitemcheckbox', { name: 'worker' }).press('Enter');
  await page.keyboard.press('Escape');
  const search = page.getByRole('searchbox', { name: 'Search the tree' });
  await page.getByText('40 matches').waitFor();
  await search.fill(nodes[10]!.name);
  await until(names).toEqual([nodes[10]!.name]);
  await search.fill('main');
  await page.getByText('Nothing here matches “main”.').waitFor();
  await page.getByRole('button', { name: 'Clear the filters' }).last().click();
  await until(() => page.locator('.outline-row').count()).toBe(2);
  await search.fill('');
});

test('in the drawing a successor stands where the one before it stood, and nothing else moves', async () => {
  const { page } = app;
  const killed = nodes[6]!;
  await rowNamed(page, killed.name).click();
  await page.keyboard.press('d');
  const drawing = page.getByRole('tree', { name: 'Drawing of the tree' });
  await drawing.waitFor();
  const places = () =>
    drawing.locator('.drawn').evaluateAll((boxes) =>
      boxes.map((box) => {
        const { left, top } = box.querySelector('rect')!.getBoundingClientRect();
        return `${(box.querySelector('.drawn-name')?.firstChild?.textContent ?? '').trim()} ${left} ${top}`;
      }),
    );
  const before = await places();
  expect(before.length).toBeGreaterThan(12);
  const at = Date.now();
  await change(['~', killed.id, { status: 'exited', endedAt: at, exitReason: 'killed' }]);
  await until(() => drawing.getByRole('treeitem', { name: `${killed.name} #1 worker, exited` }).count()).toBe(
    1,
  );
  expect(await places()).toEqual(before);
  await change([
    '+',
    aNode({ ...killed, id: '4121.0.500', incarnation: 2, restarts: 1, startedAt: at, exitReason: 'killed' }),
  ]);
  const successor = drawing.getByRole('treeitem', { name: `${killed.name} #2 worker, running` });
  await successor.waitFor();
  expect(await places()).toEqual(before);
  expect(await successor.getAttribute('aria-selected')).toBe('true');
  expect(await successor.getAttribute('class')).toContain('has-arrived');
  expect(await drawing.locator('.has-arrived').count()).toBe(1);
  // The mark moves for whom motion is welcome, and for nobody else.
  const animations = () => page.evaluate(() => document.getAnimations().length);
  expect(await animations()).toBe(0);
  await page.emulateMedia({ reducedMotion: 'no-preference' });
  expect(await animations()).toBeGreaterThan(0);
  await page.emulateMedia({ reducedMotion: 'reduce' });
});

test('however it is pushed and made smaller the canvas is never empty, and the selection is the outline’s', async () => {
  const { page } = app;
  const drawing = page.getByRole('tree', { name: 'Drawing of the tree' });
  const box = (await drawing.boundingBox())!;
  await page.mouse.move(box.x + 40, box.y + 40);
  for (const [x, y] of [
    [5000, 5000],
    [-9000, 3000],
    [5000, -9000],
  ] as const) {
    await page.mouse.wheel(x, y);
    await until(() =>
      drawing.locator('.drawn rect').evaluateAll((boxes, frame) => {
        const isIn = (rect: DOMRect) =>
          rect.right > frame.x &&
          rect.left < frame.x + frame.width &&
          rect.bottom > frame.y &&
          rect.top < frame.y + frame.height;
        return boxes.some((each) => isIn(each.getBoundingClientRect()));
      }, box),
    ).toBe(true);
  }
  await drawing.focus();
  await page.keyboard.press('0');
  await page.keyboard.press('ArrowDown');
  const chosen = await drawing.locator('.is-selected .drawn-name').textContent();
  expect(await axeViolations(page)).toEqual([]);
  await page.keyboard.press('o');
  await until(() => page.locator('.outline-row.is-selected .is-name').textContent()).toBe(
    chosen!.replace(/#\d+$/, '').trim(),
  );
});

test('from an incarnation one steps to its ghost and back', async () => {
  const { page } = app;
  const { name } = nodes[6]!;
  await rowOf(page, name, '#2').click();
  await page.getByRole('button', { name: 'To incarnation 1' }).click();
  await until(() => rowOf(page, name, '#1').getAttribute('aria-selected')).toBe('true');
  await page.getByRole('button', { name: 'To incarnation 2' }).click();
  await until(() => rowOf(page, name, '#2').getAttribute('aria-selected')).toBe('true');
  expect(app.complaints).toEqual([]);
});
