import { afterAll, beforeAll, expect, test } from 'vitest';
import { closeDisplay } from '../support/app.ts';
import { axeViolations } from '../support/axe.ts';
import { rowNamed } from '../support/outline.ts';
import { type ScriptedApp, startScriptedApp } from '../support/scripted-app.ts';
import { liveFleet, SHOP } from '../support/shop-fleet.ts';
import { gameTree, snapshotOf } from '../support/tree-data.ts';
import { until } from '../support/until.ts';

/** What stands beside the lines of the outline, and where the outline goes by itself. */
const GAMES = 9000;
const BLOCKED = 6000;
const nodes = gameTree(GAMES).map((node, at) => ({
  ...node,
  ...(at === BLOCKED && { status: 'blocked' as const, blockedMs: 4200 }),
}));
let app: ScriptedApp;

beforeAll(async () => {
  app = await startScriptedApp();
  await app.page.emulateMedia({ reducedMotion: 'reduce' });
  await app.page.getByRole('contentinfo').waitFor();
  await app.setFleet(liveFleet());
  await app.push({ kind: 'tree', instance: SHOP, event: { snapshot: snapshotOf(nodes) } });
  await app.page.getByRole('treeitem', { name: /^shop-fra/ }).click();
  await rowNamed(app.page, 'games').click();
  await app.page.keyboard.press('ArrowRight');
  await rowNamed(app.page, nodes[4]!.name).waitFor();
});

afterAll(async () => {
  await app?.close();
  await closeDisplay();
});

const box = (part: string) =>
  app.page
    .locator(part)
    .boundingBox()
    .then((found) => found!);
const scrollTop = () => app.page.locator('.outline').evaluate((element) => element.scrollTop);
/** Where the one mark stands, as a share of the ruler's height. */
const markAt = async () => {
  const [ruler, mark] = [await box('.ruler'), await box('.ruler-bad')];
  return (mark.y + mark.height / 2 - ruler.y) / ruler.height;
};
const isInSight = async (name: string) => {
  const row = await rowNamed(app.page, name)
    .first()
    .boundingBox()
    .catch(() => null);
  const pane = await box('.outline');
  return row !== null && row.y >= pane.y + 20 && row.y + row.height <= pane.y + pane.height + 1;
};

test('one blocked line of thousands is marked where it stands, and a press there leads to it', async () => {
  const { page } = app;
  await until(markAt).toBeCloseTo(BLOCKED / (GAMES + 4), 2);
  expect(await page.locator('.ruler-warn').getAttribute('d')).toBe('');
  const ruler = await box('.ruler');
  await page.mouse.click(ruler.x + 6, ruler.y + ruler.height * (await markAt()));
  await until(() => isInSight(nodes[BLOCKED]!.name)).toBe(true);
  const sight = await box('.ruler-sight');
  expect((sight.y + sight.height / 2 - ruler.y) / ruler.height).toBeCloseTo(BLOCKED / GAMES, 1);
});

test('the frame follows the lines and leads them; so does the wheel over it; the selected line is marked', async () => {
  const { page } = app;
  const ruler = await box('.ruler');
  await page.getByRole('treegrid').focus();
  await page.keyboard.press('End');
  const selected = await box('.ruler-selected');
  expect(selected.y + selected.height).toBeCloseTo(ruler.y + ruler.height, -1);
  const last = await box('.ruler-sight');
  expect(last.y + last.height).toBeCloseTo(ruler.y + ruler.height, -0.5);
  const before = await scrollTop();
  await page.mouse.move(last.x + 5, last.y + 8);
  await page.mouse.down();
  await page.mouse.move(last.x + 5, last.y + 8 - ruler.height / 2, { steps: 3 });
  await page.mouse.up();
  await until(async () => (await scrollTop()) / before).toBeCloseTo(0.5, 1);
  const at = await scrollTop();
  await page.mouse.wheel(0, 240);
  await until(scrollTop).toBe(at + 240);
  // It takes no focus from the lines, and needs no name: all it does the lines do for keys.
  expect(await page.getByRole('treegrid').evaluate((element) => element === document.activeElement)).toBe(
    true,
  );
  expect(await axeViolations(page)).toEqual([]);
});

test('a status that changes is marked within half a second, where the line stands', async () => {
  const { id } = nodes[1000]!;
  await app.push({
    kind: 'tree',
    instance: SHOP,
    event: {
      delta: { from: 1, revision: 2, at: Date.now(), changes: [['~', id, { status: 'stale' }]] },
    },
  });
  await until(() => app.page.locator('.ruler-warn').getAttribute('d')).not.toBe('');
  const [ruler, mark] = [await box('.ruler'), await box('.ruler-warn')];
  expect((mark.y - ruler.y) / ruler.height).toBeCloseTo(1000 / GAMES, 2);
});

test('a search begins with its first answer, however far down one was', async () => {
  const { page } = app;
  await page.getByRole('treegrid').focus();
  await page.keyboard.press('End');
  await until(scrollTop).toBeGreaterThan(100_000);
  // A thousand lines and more, so that nothing but the search takes one up.
  await page.getByRole('searchbox', { name: 'Search the tree' }).fill('a');
  const first = nodes.findIndex(({ name }, at) => at > 3 && name.includes('a'));
  await until(() => isInSight(nodes[first]!.name)).toBe(true);
  await page.getByRole('searchbox', { name: 'Search the tree' }).fill('');
});

test('the selected line stays in sight when the window gets smaller', async () => {
  const { page } = app;
  await app.resize(1440, 900);
  await page.getByRole('treegrid').focus();
  await page.keyboard.press('Home');
  const pane = await box('.outline');
  const lowest = Math.floor((pane.height - 24) / 24) - 1;
  for (let line = 0; line < lowest; line++) await page.keyboard.press('ArrowDown');
  expect(await scrollTop()).toBe(0);
  const name = nodes[lowest]!.name;
  expect(await isInSight(name)).toBe(true);
  await app.resize(1024, 640);
  await until(() => isInSight(name)).toBe(true);
  expect(app.complaints).toEqual([]);
});
