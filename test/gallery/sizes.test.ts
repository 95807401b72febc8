import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type App, closeDisplay, startApp } from '../support/app.ts';
import { type Home, makeHome } from '../support/demo.ts';
import { rowNamed } from '../support/outline.ts';
import { Pictures } from '../support/pictures.ts';

/** One service with 12, 2,000 and 100,000 nodes (as many as an agent shows: LIMITS.maxNodes). */
const NODES = [12, 2000, 100_000] as const;
/** The process, its thread and two supervisors. */
const ABOVE = 4;
const CHILDREN = fileURLToPath(new URL('../../bench/children.js', import.meta.url));
const pictures = new Pictures('sizes');

afterAll(closeDisplay);

const VIEWS: Record<string, (app: App, nodes: number) => Promise<void>> = {
  outline: async ({ page }, nodes) => {
    await rowNamed(page, 'games').click();
    await page.keyboard.press('1');
    await page.keyboard.press('ArrowRight');
    await rowNamed(page, '5').first().waitFor();
    await page
      .getByText(`${(nodes - ABOVE).toLocaleString('en')}`)
      .first()
      .waitFor();
  },
  search: async ({ page }) => {
    await page.getByRole('searchbox', { name: 'Search the tree' }).fill('app/games/7');
    await rowNamed(page, '7').first().waitFor();
  },
  'last line': async ({ page }, nodes) => {
    await page.getByRole('button', { name: 'Clear the search' }).click();
    // The keys go to the lines that are drawn, and those of the search are until all others stand.
    await page.locator(`[role="treegrid"][aria-rowcount="${nodes + 1}"]`).waitFor();
    await page.getByRole('treegrid').focus();
    await page.keyboard.press('End');
    await rowNamed(page, String(nodes - ABOVE - 1)).waitFor();
  },
  icicle: async ({ page }) => {
    await page.keyboard.press('i');
    await page.getByRole('tree', { name: 'Icicle of the tree' }).focus();
    await page.keyboard.press('0');
  },
  'part of the icicle': async ({ page }) => {
    for (const key of ['Enter', '+', '+']) await page.keyboard.press(key);
    await page.getByRole('scrollbar', { name: 'Part in sight' }).waitFor();
  },
  drawing: async ({ page }) => {
    await page.keyboard.press('d');
    await page.getByRole('tree', { name: 'Drawing of the tree' }).focus();
    await page.keyboard.press('0');
  },
  nodes: async ({ page }) => {
    await page.keyboard.press('l');
    await page.getByRole('grid', { name: 'Nodes' }).getByRole('row').nth(5).waitFor();
  },
};

describe.each(NODES)('%i nodes', (nodes) => {
  let home: Home;
  let service: ChildProcess;
  let app: App;

  beforeAll(async () => {
    home = makeHome();
    service = fork(CHILDREN, { env: { ...home.env, CHILDREN: String(nodes - ABOVE) }, execArgv: [] });
    await once(service, 'message');
    app = await startApp({ home: home.env.HOME, env: home.env });
    await app.page.emulateMedia({ reducedMotion: 'reduce' });
    await app.page.getByRole('treeitem', { name: /^children/ }).click();
    await rowNamed(app.page, 'games').waitFor();
  });

  afterAll(async () => {
    await app?.close();
    const ended = once(service, 'exit');
    service.kill('SIGKILL');
    await ended;
    home.remove();
  });

  test.each(Object.entries(VIEWS))('%s', async (name, open) => {
    await open(app, nodes);
    await pictures.take(app, `${nodes}-${name}`);
  });
});

test('every picture is there', () => {
  const views = NODES.flatMap((nodes) => Object.keys(VIEWS).map((view) => `${nodes}-${view}`));
  expect(pictures.difference(views)).toEqual([]);
});
