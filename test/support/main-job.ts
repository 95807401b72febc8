import type { Locator, Page } from 'playwright-core';
import { nodeCells, rowNamed, rowOf } from './outline.ts';
import { until } from './until.ts';

/** Steps of the main job in the app, taken by keys. */

/** Searches for a name that only one node has, selects it, and puts the search away again. */
export async function findByKeys(page: Page, name: string): Promise<void> {
  const row = rowNamed(page, name).first();
  await row.waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type(name);
  await page.getByText(/^1\smatch$/).waitFor();
  await page.keyboard.press('Enter');
  await until(() => row.getAttribute('aria-selected')).toBe('true');
  await page.keyboard.press('/');
  await page.keyboard.press('Escape');
  await rowNamed(page, 'lobby').waitFor();
}

/** Opens the state of the game that is selected; gives its tree once it was read. */
export async function openState(page: Page, name: string): Promise<Locator> {
  await page.keyboard.press('2');
  const state = page.getByRole('tree', { name: `State of ${name}` });
  await state.getByRole('treeitem', { name: /turn/ }).waitFor();
  await page.getByText(/read in [\d.]+\s(µs|ms) · \d+\sB/).waitFor();
  return state;
}

/** Asks to kill what is selected, the first incarnation of `lineage`; gives the question. */
export async function askToKill(page: Page, lineage: string): Promise<Locator> {
  await page.keyboard.press('k');
  const dialog = page.getByRole('dialog', { name: `Kill ${lineage} #1?` });
  await dialog.waitFor();
  return dialog;
}

/** Gives the reason, and waits until the successor is there, selected, with what came between told. */
export async function killBecause(page: Page, dialog: Locator, lineage: string, reason: string) {
  const name = lineage.split('/').at(-1)!;
  await page.keyboard.type(reason);
  await page.keyboard.press('Enter');
  await dialog.waitFor({ state: 'detached' });
  const card = page.getByRole('region', { name: `Kill ${lineage}` });
  await card.getByText(/^Restarted\./).waitFor();
  for (const phase of ['accepted', 'exited', 'decided', 'started', 'ready']) {
    await card
      .getByRole('listitem')
      .filter({ hasText: phase })
      .filter({ hasText: /[\d.]+\sms$/ })
      .waitFor();
  }
  const successor = rowOf(page, name, '#2');
  await until(() => successor.getAttribute('aria-selected')).toBe('true');
  await until(async () => (await nodeCells(rowOf(page, name, '#1'))).status).toBe('exited');
  await page.getByRole('heading', { name: lineage, exact: true }).waitFor();
}

/** The newest line of the timeline that tells of a kill. */
export function killLine(page: Page): Locator {
  return page
    .getByRole('grid', { name: /What happened/ })
    .getByRole('row')
    .filter({ hasText: 'killed' })
    .first();
}

/** Names and ids of the games that live just now, in one look: a game may end at any time. */
export async function liveGames(page: Page): Promise<Map<string, string>> {
  const rows = await page
    .locator('.outline-row[aria-level="5"]:not(.is-ghost)')
    .evaluateAll((elements) =>
      elements.map((element) =>
        ['name', 'id', 'backlog'].map((part) => element.querySelector(`.is-${part}`)?.textContent ?? ''),
      ),
    );
  return new Map(
    rows.filter(([, , backlog]) => backlog!.includes('mailbox')).map(([name, id]) => [name!, id!]),
  );
}
