export type Cell = string | number | null;

/** RFC 4180: CRLF, quotes only where they are needed. Figures are written plainly, nothing as an empty field. */
export function toCsv(head: readonly string[], rows: Iterable<readonly Cell[]>): string {
  let text = line(head);
  for (const row of rows) text += line(row);
  return text;
}

function line(cells: readonly Cell[]): string {
  return `${cells.map(field).join(',')}\r\n`;
}

function field(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return String(cell);
  // Names come from the service: a spreadsheet must not take one for a formula.
  const text = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
