import type { Lines } from '../store/lines.ts';
import type { Row } from '../store/rows.ts';

export interface FewLines {
  /** Top down. */
  rows: Row[];
  /** How many more are right below a node, by its id. */
  more: ReadonlyMap<string, number>;
}

interface Bounds {
  /** How many are wanted below one. */
  capOf(id: string): number;
  /** How many are wanted at all: those near the roots before the others. */
  most: number;
  /** It is there in any case, and so is what it hangs from: `way`, with itself. */
  selected: string | null;
  way: ReadonlySet<string>;
  /** Asked of what has ended. */
  isLeftOut(id: string): boolean;
}

/** As many of the open lines as a drawing has room for; of the others it is known how many they are. */
export function fewLines(
  lines: Pick<Lines, 'below'>,
  { capOf, most, selected, way, isLeftOut }: Bounds,
): FewLines {
  const below = new Map<string | null, Row[]>();
  const more = new Map<string, number>();
  let room = most;
  const queue: (Row | null)[] = [null];
  for (const parent of queue) {
    const cap = parent === null ? room : capOf(parent.id);
    // One more than the cap is not worth a box that says so.
    const found = lines.below(parent, Math.min(room, cap + 1), selected, isLeftOut);
    const all = found.rows.length + found.more;
    const taken = room < Math.min(all, cap) ? room : all <= cap + 1 ? all : cap;
    const kept = found.rows.filter((row, index) => index < taken || way.has(row.id));
    below.set(parent?.id ?? null, kept);
    if (parent && all > kept.length) more.set(parent.id, all - kept.length);
    room = Math.max(0, room - kept.length);
    for (const row of kept) if (row.isOpen) queue.push(row);
  }
  const rows: Row[] = [];
  const visit = (parent: string | null): void => {
    for (const row of below.get(parent) ?? []) {
      rows.push(row);
      visit(row.id);
    }
  };
  visit(null);
  return { rows, more };
}
