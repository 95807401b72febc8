import type { Paint } from './paint.ts';
import { pad, padStart, widthOf } from './plain.ts';

/**
 * Rows in aligned columns, two spaces apart; the last column is not padded. Columns of figures are `toTheRight`, by
 * their place.
 */
export function table(
  rows: readonly (readonly string[])[],
  toTheRight: (column: number) => boolean = () => false,
): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, widthOf(cell));
    });
  }
  return rows.map((row) =>
    row
      .map((cell, column) => (toTheRight(column) ? padStart : pad)(cell, widths[column]!))
      .join('  ')
      .trimEnd(),
  );
}

/** Names and values below each other; rows without a value are left out. */
export function list(paint: Paint, rows: readonly (readonly [string, string | null])[]): string[] {
  return table(rows.flatMap(([name, value]) => (value === null ? [] : [[paint.faint(name), value]])));
}
