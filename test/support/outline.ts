import type { Locator, Page } from 'playwright-core';

/** Rows of the outline with exactly this name; more than one where a name is used twice, or has a ghost. */
export function rowNamed(page: Page, name: string): Locator {
  return page.locator('.outline-row').filter({ has: page.getByRole('gridcell', { name: endsWith(name) }) });
}

/** The row of one incarnation. */
export function rowOf(page: Page, name: string, life: string): Locator {
  return rowNamed(page, name).filter({ has: page.getByRole('gridcell', { name: life, exact: true }) });
}

/** The texts of a row by column. */
export function nodeCells(row: Locator): Promise<Record<string, string>> {
  return row.evaluate((element) =>
    Object.fromEntries(
      [...element.querySelectorAll('[role="gridcell"]')].map((cell) => [
        /is-(?!figure)(\w+)/.exec(cell.className)?.[1] ?? '',
        cell.textContent ?? '',
      ]),
    ),
  );
}

/** A name's cell begins with the kind, which its icon says. */
function endsWith(name: string): RegExp {
  return new RegExp(`^(process|thread|supervisor|worker) ${name.replaceAll(/[.*+?^$(){}|[\]\\]/g, '\\$&')}$`);
}
