import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, expect, test } from 'vitest';
import { type App, closeDisplay, startApp } from '../support/app.ts';
import { axeViolations } from '../support/axe.ts';
import { layoutFaults } from '../support/layout-faults.ts';
import { takeWindow } from '../support/pictures.ts';
import { type Service, startService } from '../support/service.ts';
import { until } from '../support/until.ts';

const gallery = fileURLToPath(new URL('../../.cache/gallery', import.meta.url));
let services: Service[] = [];
let app: App | undefined;

afterEach(async () => {
  await app?.close();
  for (const service of services) await service.stop();
  services = [];
});
afterAll(closeDisplay);

test('a line of the list is killed by its key in the instance that it is of, while another was open; the list stays', async () => {
  const first = await startService('supervised.js', {
    env: { PERCH_SERVICE: 'shop', PERCH_INSTANCE: 'shop-fra' },
  });
  const runtimeDir = { XDG_RUNTIME_DIR: first.runtimeDir };
  services.push(first);
  services.push(
    await startService('supervised.js', {
      env: { PERCH_SERVICE: 'shop', PERCH_INSTANCE: 'shop-lax', ...runtimeDir },
    }),
  );
  app = await startApp({ env: runtimeDir });
  const { page } = app;
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.getByRole('treeitem', { name: /shop-lax/ }).waitFor();
  await page.getByRole('treeitem', { name: /shop-fra/ }).click();
  await page.keyboard.press('l');
  const grid = page.getByRole('grid', { name: 'Nodes' });
  await page.getByRole('searchbox', { name: 'Filter the nodes' }).fill('app/games/7f3a');
  const lines = grid.locator('.outline-row');
  await until(() => lines.count()).toBe(2);
  await page.keyboard.press('Enter');
  const chosen = grid.locator('[aria-selected="true"]');
  do {
    await page.keyboard.press('ArrowDown');
    await chosen.waitFor();
  } while (!(await chosen.textContent())?.includes('shop-lax'));

  await page.keyboard.press('k');
  const dialog = page.getByRole('dialog', { name: /^Kill app\/games\/7f3a #1/ });
  await dialog.getByText('shop-lax is read-only until you arm it.').waitFor();
  await page.keyboard.type('it no longer answers');
  await page.keyboard.press('Enter');
  await dialog.waitFor({ state: 'detached' });
  const card = page.getByRole('region', { name: 'Kill app/games/7f3a' });
  await card.getByText(/^Restarted\. app\/games\/7f3a #1 → #2/).waitFor();
  // The successor stands where the line was, chosen, and counts one restart; the other instance's none.
  await until(() => chosen.locator('.is-restarts').textContent()).toBe('1');
  expect(await chosen.textContent()).toContain('shop-lax');
  expect(await lines.filter({ hasText: 'shop-fra' }).locator('.is-restarts').textContent()).toBe('0');
  expect(await layoutFaults(page)).toEqual([]);
  expect(await axeViolations(page)).toEqual([]);
  await takeWindow(app, path.join(gallery, 'nodes-act.png'));
  expect(app.complaints).toEqual([]);
});
