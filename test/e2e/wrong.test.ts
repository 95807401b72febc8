import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, expect, test } from 'vitest';
import { type App, closeDisplay, startApp } from '../support/app.ts';
import { axeViolations } from '../support/axe.ts';
import { layoutFaults } from '../support/layout-faults.ts';
import { rowNamed } from '../support/outline.ts';
import { type Service, startService } from '../support/service.ts';
import { until } from '../support/until.ts';

/** The first page, over a real service that gets into trouble. */
const gallery = fileURLToPath(new URL('../../.cache/gallery', import.meta.url));
let service: Service;
let app: App;

afterEach(async () => {
  await app?.close();
  await service?.stop();
});

afterAll(closeDisplay);

test('by keys alone from what is wrong to the stack of a blocked loop, and back', async () => {
  service = await startService('troubled.js', { env: { PERCH_SERVICE: 'shop', PERCH_INSTANCE: 'shop-fra' } });
  app = await startApp({ env: { XDG_RUNTIME_DIR: service.runtimeDir } });
  const { page } = app;
  await page.getByRole('heading', { name: 'Nothing is wrong' }).waitFor();
  await page.getByText(/instances? (is|are) checked all the time for/).waitFor();

  const list = page.getByRole('listbox', { name: 'Findings, the worst first' });
  const ofShop = () => list.getByRole('option').filter({ hasText: 'shop-fra' }).allTextContents();
  // A loop that stands still can tell no more of what its supervisors decided.
  for (const word of ['storm', 'spend', 'break']) service.send(word);
  await until(ofShop).toHaveLength(3);
  service.send('block');
  await until(ofShop).toEqual([
    expect.stringMatching(/^failed: Loop blocked.*main.*for \d+\ss.*parseForever \(troubled\.js:\d+:\d+\)/),
    expect.stringMatching(/^failed: Gave up.*app\/brittle/),
    expect.stringMatching(/^failed: Budget nearly gone.*app\/thin/),
    expect.stringMatching(/^warning: Restart storm.*app\/shaky/),
  ]);
  await page.getByRole('button', { name: /^What is wrong\s*\d+\s*, 3 failed$/ }).waitFor();
  expect(await axeViolations(page)).toEqual([]);

  // The list has the focus by itself; chosen is still what came first, which stays under the hand.
  await page.keyboard.press('Home');
  await page.keyboard.press('Enter');
  await page.getByText(/This loop has stood still for [\d.]+\ss\./).waitFor();
  await until(() => page.getByRole('list', { name: 'Stack, innermost first' }).textContent()).toMatch(
    /parseForever.*troubled\.js:\d+:\d+/,
  );
  await until(() => rowNamed(page, 'main').first().getAttribute('aria-selected')).toBe('true');
  await until(() =>
    page.getByRole('treegrid').evaluate((grid) => grid.contains(document.activeElement)),
  ).toBe(true);

  await page.keyboard.press('w');
  await list.waitFor();
  // Who comes back goes on where they were.
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await until(() => rowNamed(page, 'thin').first().getAttribute('aria-selected')).toBe('true');
  await page.getByRole('tab', { name: 'Overview', selected: true }).waitFor();
  expect(app.complaints).toEqual([]);
});

test('an instance that ends is told as gone, and leads to what is known of it', async () => {
  service = await startService('troubled.js', { env: { PERCH_SERVICE: 'shop', PERCH_INSTANCE: 'shop-fra' } });
  app = await startApp({ env: { XDG_RUNTIME_DIR: service.runtimeDir } });
  const { page } = app;
  await page.getByRole('heading', { name: 'Nothing is wrong' }).waitFor();
  service.process.kill('SIGKILL');
  const gone = page
    .getByRole('option')
    .filter({ hasText: 'shop-fra' })
    .filter({ hasText: /^failed: Gone/ });
  await gone.waitFor();
  await page.getByText(/Could not be looked into: shop-fra\./).waitFor();
  await page.keyboard.press('1');
  await page.getByText(/Connection lost; connecting again\./).waitFor();
  expect(app.complaints).toEqual([]);
});

test('an instance that is silent, its connection whole, is told as stale with how old it is; heard again it is not', async () => {
  service = await startService('troubled.js', { env: { PERCH_SERVICE: 'shop', PERCH_INSTANCE: 'shop-fra' } });
  app = await startApp({ env: { XDG_RUNTIME_DIR: service.runtimeDir } });
  const { page } = app;
  await page.getByRole('heading', { name: 'Nothing is wrong' }).waitFor();
  service.process.kill('SIGSTOP');
  const stale = page.getByRole('option').filter({ hasText: /^warning: Stale/ });
  await stale.waitFor();
  expect(await stale.textContent()).toMatch(/shop-fra.*for [5-9]\ss.*The agent is connected and silent/);
  await page.getByRole('treeitem', { name: /^shop-fra.*silent for/ }).waitFor();
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await layoutFaults(page)).toEqual([]);
    await page.screenshot({ path: path.join(gallery, `wrong-stale-${colorScheme}.png`) });
  }
  expect(await axeViolations(page)).toEqual([]);
  await page.keyboard.press('1');
  await page.getByText(/Nothing heard\. This is as it was \d+\ss ago\./).waitFor();
  service.process.kill('SIGCONT');
  await page.getByText(/Nothing heard\./).waitFor({ state: 'detached' });
  await page.keyboard.press('w');
  await page.getByRole('heading', { name: 'Nothing is wrong' }).waitFor();
  expect(app.complaints).toEqual([]);
});
