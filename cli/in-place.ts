import type { Output } from './output.ts';
import { cut, safeForTerminal, widthOf, withoutColour } from './text/plain.ts';

/** Overwrites what it drew before, line by line, and never more than the screen holds. */
export function inPlace(out: Output): (lines: readonly string[]) => void {
  let drawn = 0;
  return (lines) => {
    const room = out.rows - 1;
    const kept =
      lines.length > room ? [...lines.slice(0, room - 1), `… ${lines.length - room + 1} more`] : lines;
    const up = drawn > 0 ? `\x1b[${drawn}A` : '';
    out.write(`${up}\r\x1b[J${kept.map((line) => `${fit(line, out.columns)}\n`).join('')}`);
    drawn = kept.length;
  };
}

/** A line that wraps would break the count of lines. */
function fit(line: string, columns: number): string {
  const safe = safeForTerminal(line);
  return widthOf(safe) <= columns ? safe : cut(withoutColour(safe), columns);
}
