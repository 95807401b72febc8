import type { Paint } from './paint.ts';
import { pad, widthOf } from './plain.ts';

/** Rows in aligned columns, two spaces apart; the last column is not padded. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, widthOf(cell));
    });
  }
  return rows.map((row) =>
    row
      .map((cell, column) => pad(cell, widths[column]!))
      .join('  ')
      .trimEnd(),
  );
}

/** Names and values below each other; rows without a value are left out. */
export function list(paint: Paint, rows: readonly (readonly [string, string | null])[]): string[] {
  return table(rows.flatMap(([name, value]) => (value === null ? [] : [[paint.faint(name), value]])));
}
