import { afterAll, beforeAll, expect, test } from 'vitest';
import { closeDisplay } from '../support/app.ts';
import { axeViolations } from '../support/axe.ts';
import { layoutFaults } from '../support/layout-faults.ts';
import { type ScriptedApp, startScriptedApp } from '../support/scripted-app.ts';
import { liveFleet, SHOP } from '../support/shop-fleet.ts';
import { gameTree, snapshotOf } from '../support/tree-data.ts';
import { until } from '../support/until.ts';

/** The icicle by keys, by pointer and by what its canvas shows, over a desk that says what is there. */
const GAMES = 9000;
const BLOCKED = 4000;
let app: ScriptedApp;

beforeAll(async () => {
  app = await startScriptedApp();
  await app.page.emulateMedia({ reducedMotion: 'reduce', colorScheme: 'light' });
  await app.page.getByRole('contentinfo').waitFor();
  await app.setFleet(liveFleet());
  const nodes = gameTree(GAMES).map((node, index) =>
    index === BLOCKED ? { ...node, status: 'blocked' as const, blockedMs: 4200 } : node,
  );
  await app.push({ kind: 'tree', instance: SHOP, event: { snapshot: snapshotOf(nodes) } });
  await app.page.getByRole('treeitem', { name: /shop-fra/ }).click();
  await app.page.getByRole('treegrid').waitFor();
  await app.page.keyboard.press('i');
  await icicle().waitFor();
});

afterAll(async () => {
  await app?.close();
  await closeDisplay();
});

const icicle = () => app.page.getByRole('tree', { name: 'Icicle of the tree' });
const said = () => app.page.locator('.icicle-words [role="status"]').textContent();
const focus = () => app.page.getByRole('navigation', { name: 'Focus' });
const press = async (...keys: string[]) => {
  for (const key of keys) await app.page.keyboard.press(key);
};

/** Shares of the canvas's height, from the top, at which the last column is red. */
function redAt(): Promise<number[]> {
  return app.page.evaluate(
    () =>
      new Promise<number[]>((resolve) =>
        requestAnimationFrame(() => {
          const canvas = document.querySelector<HTMLCanvasElement>('.icicle > canvas')!;
          const { width, height } = canvas;
          const { data } = canvas.getContext('2d')!.getImageData(width - 20, 0, 1, height);
          const rows = [...Array(height).keys()];
          resolve(rows.filter((y) => data[4 * y]! > 150 && data[4 * y + 1]! < 100).map((y) => y / height));
        }),
      ),
  );
}

test('one blocked node of thousands is seen in the whole, where it is', async () => {
  const red = await redAt();
  expect(red.length).toBeGreaterThan(0);
  for (const at of red) expect(at).toBeCloseTo(BLOCKED / GAMES, 1);
});

test('arrows go to child, sibling and parent; the block is said with what is below it and how much of it is in trouble', async () => {
  await icicle().focus();
  await press('ArrowDown');
  expect(await said()).toMatch(/^tictactoe: process, running, 9,003.nodes below, 1 in trouble$/);
  await press('ArrowRight', 'ArrowRight', 'ArrowRight', 'ArrowRight');
  expect(await said()).toBe('7f30: worker, hosted as task, running');
  await press('ArrowDown');
  expect(await said()).toMatch(/^7f37: /);
  await press('End', 'ArrowLeft');
  expect(await said()).toMatch(/^games: supervisor, running, 9,000.nodes below, 1 in trouble$/);
  const active = await icicle().getAttribute('aria-activedescendant');
  expect(await app.page.locator(`[id="${active}"]`).getAttribute('aria-label')).toBe(await said());
});

test('Enter shows what is below alone, Escape goes back out, and the selection is the outline’s', async () => {
  await press('Enter');
  await focus().getByRole('button', { name: 'games' }).waitFor();
  await press('+', '+');
  await press('Escape');
  await focus().getByRole('button', { name: 'games' }).waitFor();
  await press('Escape');
  await focus().getByRole('button', { name: 'games' }).waitFor({ state: 'detached' });
  await press('o');
  await app.page.locator('.outline-row.is-selected').getByText('games').waitFor();
  await press('i');
  await icicle().focus();
});

test('a press on a block shows it alone; one on many chooses the worst and comes nearer', async () => {
  const box = (await icicle().boundingBox())!;
  await focus().getByRole('button', { name: 'Whole tree' }).click({ force: true });
  const [red] = await redAt();
  await app.page.mouse.click(box.x + box.width - 20, box.y + box.height * red! + 1);
  expect(await said()).toMatch(/blocked 4\.2.s/);
  await app.page.mouse.click(box.x + 20, box.y + 20);
  await focus().getByRole('button', { name: 'tictactoe' }).waitFor();
  expect(await said()).toMatch(/^tictactoe/);
  await press('Backspace');
});

const strip = () => app.page.getByRole('scrollbar', { name: 'Part in sight' });
const part = () => strip().getAttribute('aria-valuetext');
/** First and last leaf in sight, and how many there are. */
const leaves = async () => (await part())!.match(/[\d,]+/g)!.map((each) => Number(each.replace(',', '')));
const frame = async () => (await app.page.locator('.icicle-frame').boundingBox())!;

test('the whole stands beside a part of it, which keys, a drag and a press move', async () => {
  await icicle().focus();
  await press('0');
  await focus().getByRole('button', { name: 'Whole tree' }).click({ force: true });
  await until(() => strip().count()).toBe(0);
  await icicle().focus();
  await press('+', '+', '+', '+');
  await strip().waitFor();
  expect(await axeViolations(app.page)).toEqual([]);
  await press('Tab');
  expect(await strip().evaluate((element) => element === document.activeElement)).toBe(true);
  await press('Home');
  await until(async () => (await leaves())[0]).toBe(1);
  const [, shown, all] = (await leaves()) as [number, number, number];
  expect(all).toBe(GAMES);
  expect(shown).toBeGreaterThan(GAMES / 6);
  expect(shown).toBeLessThan(GAMES / 4);
  expect(await strip().getAttribute('aria-valuenow')).toBe('0');
  await press('PageDown');
  await until(async () => Math.abs((await leaves())[0]! - 0.875 * shown) < 5).toBe(true);
  await press('End');
  await until(async () => (await leaves())[1]).toBe(GAMES);
  expect(await strip().getAttribute('aria-valuenow')).toBe('100');

  // The frame stands where the part is, and is dragged; a press elsewhere goes there.
  const box = (await strip().boundingBox())!;
  const last = await frame();
  expect(last.y + last.height).toBeCloseTo(box.y + box.height, -1);
  expect(last.height / box.height).toBeCloseTo(shown / GAMES, 1);
  await app.page.mouse.move(last.x + 5, last.y + 5);
  await app.page.mouse.down();
  await app.page.mouse.move(last.x + 5, last.y + 5 - box.height / 2, { steps: 4 });
  await app.page.mouse.up();
  await until(async () => Math.abs((await leaves())[0]! - (GAMES / 2 - shown)) < GAMES / 50).toBe(true);
  await app.page.mouse.click(box.x + 10, box.y + 0.8 * box.height);
  await until(async () => {
    const [from, end] = (await leaves()) as [number, number];
    return Math.abs((from + end) / 2 / GAMES - 0.8) < 0.02;
  }).toBe(true);
  await press('Enter');
  expect(await icicle().evaluate((element) => element === document.activeElement)).toBe(true);
});

/** How often the frame stood elsewhere while a key was answered: it follows what is painted. */
async function stepsOf(key: string): Promise<number> {
  const watching = app.page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const seen = new Set<string>();
        const until = performance.now() + 700;
        const look = () => {
          const frame = document.querySelector<HTMLElement>('.icicle-frame');
          if (frame) seen.add(`${frame.style.transform} ${frame.style.height}`);
          if (performance.now() < until) requestAnimationFrame(look);
          else resolve(seen.size);
        };
        look();
      }),
  );
  await press(key);
  return watching;
}

test('who asked for less motion sees the picture at its place at once, and who did not sees it glide', async () => {
  await icicle().focus();
  const [left, right] = ['ArrowLeft', 'ArrowRight'];
  await press('0', left, left, left, left, right, right, right, 'Enter');
  await focus().getByRole('button', { name: 'games' }).waitFor();
  for (const [reducedMotion, glides] of [
    ['reduce', false],
    ['no-preference', true],
  ] as const) {
    await app.page.emulateMedia({ reducedMotion });
    await press('+', '+', '+', '+');
    // Nearer by 1.5 with each key, and all four are painted.
    await until(async () => {
      const [from, end] = (await leaves()) as [number, number];
      return (end - from) / GAMES;
    }).toBeCloseTo(1 / 1.5 ** 4, 2);
    // From one place to the other, or over some between them.
    expect((await stepsOf('0')) > 2).toBe(glides);
  }
  await app.page.emulateMedia({ reducedMotion: 'reduce' });
  await focus().getByRole('button', { name: 'Whole tree' }).click();
});

test('where only a branch is in focus the strip stays, and leads to what stands beside it', async () => {
  await press('0');
  await until(() => strip().count()).toBe(0);
  const other = gameTree(3).map((node) => ({
    ...node,
    id: node.id.replace('4121', '5000'),
    parent: node.parent?.replace('4121', '5000') ?? null,
    pid: 5000,
    name: node.name === 'tictactoe' ? 'other' : node.name,
  }));
  await app.push({
    kind: 'tree',
    instance: SHOP,
    event: { snapshot: snapshotOf([...gameTree(3), ...other], 'e1', 2) },
  });
  await until(said).toMatch(/ 3.nodes below/);
  await icicle().focus();
  await press('ArrowLeft', 'ArrowLeft', 'ArrowLeft', 'ArrowLeft', 'Home', 'Enter');
  await focus().getByRole('button', { name: 'tictactoe' }).waitFor();
  await until(part).toBe('leaves 1 to 3 of 6');
  await strip().focus();
  await press('ArrowDown');
  await focus().getByRole('button', { name: 'other' }).waitFor();
  await until(part).toBe('leaves 4 to 6 of 6');
  const box = (await strip().boundingBox())!;
  await app.page.mouse.click(box.x + 10, box.y + 10);
  await focus().getByRole('button', { name: 'tictactoe' }).waitFor();
  await focus().getByRole('button', { name: 'Whole tree' }).click();
  await until(() => strip().count()).toBe(0);
});

test('it holds in both themes, in a small window and in a large one', async () => {
  for (const colorScheme of ['dark', 'light'] as const) {
    await app.page.emulateMedia({ reducedMotion: 'reduce', colorScheme });
    await app.resize(1024, 640);
    expect(await layoutFaults(app.page)).toEqual([]);
    expect(await axeViolations(app.page)).toEqual([]);
    await app.resize(1440, 900);
    const canvas = await app.page.evaluate(() => {
      const { width, height, clientWidth, clientHeight } =
        document.querySelector<HTMLCanvasElement>('.icicle > canvas')!;
      return [width - clientWidth * devicePixelRatio, height - clientHeight * devicePixelRatio];
    });
    for (const off of canvas) expect(Math.abs(off)).toBeLessThanOrEqual(1);
  }
  expect(app.complaints).toEqual([]);
});
