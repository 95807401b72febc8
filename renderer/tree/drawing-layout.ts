import { hierarchy, tree as tidyTree } from 'd3-hierarchy';
import type { Row } from '../store/rows.ts';

/** One box of the drawing: a node, or what stands for siblings that are not drawn. */
export interface Drawn {
  key: string;
  /** Null: siblings folded into one. */
  id: string | null;
  /** How many are folded, and under whom. */
  folded: { count: number; under: string } | null;
  row: Row | null;
  /** The box it hangs from; null for roots. */
  parentKey: string | null;
  x: number;
  y: number;
  width: number;
}

export interface DrawingLayout {
  nodes: Drawn[];
  links: { key: string; from: Drawn; to: Drawn }[];
  width: number;
  height: number;
}

interface Datum {
  row: Row | null;
  folded: Drawn['folded'];
  children: Datum[];
}

const LINE_PX = 28;
const GAP_PX = 32;

/**
 * The open lines as a tree from left to right (d3-hierarchy's tidy tree). A column is as wide as its widest box.
 * Of many siblings `capOf` says how many are drawn; the selected one always is.
 */
export function layOut(
  rows: readonly Row[],
  widthOf: (id: string) => number,
  capOf: (parent: string) => number,
  selected: string | null,
): DrawingLayout {
  const root: Datum = { row: null, folded: null, children: branches(rows, capOf, selected) };
  const laid = tidyTree<Datum>()
    .nodeSize([LINE_PX, 1])
    .separation(() => 1)(hierarchy(root, ({ children }) => children));
  // The root that holds several roots together is not drawn.
  const drawn = laid.descendants().filter(({ depth }) => depth > 0);
  const widths = new Map<number, number>();
  const widthOfDatum = ({ row }: Datum) => (row ? widthOf(row.id) : FOLDED_PX);
  for (const { depth, data } of drawn) {
    widths.set(depth, Math.max(widths.get(depth) ?? 0, widthOfDatum(data)));
  }
  const left = new Map<number, number>();
  let x = 0;
  for (let depth = 1; widths.has(depth); depth++) {
    left.set(depth, x);
    x += widths.get(depth)! + GAP_PX;
  }
  const top = Math.min(0, ...drawn.map((each) => each.x));
  const boxes = new Map(
    drawn.map((each) => [
      each,
      {
        key: each.data.row?.id ?? `more ${each.data.folded!.under}`,
        id: each.data.row?.id ?? null,
        folded: each.data.folded,
        row: each.data.row,
        parentKey: each.parent!.data.row?.id ?? null,
        x: left.get(each.depth)!,
        y: each.x - top + LINE_PX / 2,
        width: widthOfDatum(each.data),
      },
    ]),
  );
  const links = drawn
    .filter((each) => boxes.has(each.parent!))
    .map((each) => ({ key: boxes.get(each)!.key, from: boxes.get(each.parent!)!, to: boxes.get(each)! }));
  const bottom = Math.max(0, ...[...boxes.values()].map(({ y }) => y));
  return {
    nodes: [...boxes.values()],
    links,
    width: Math.max(1, x - GAP_PX),
    height: bottom + LINE_PX / 2,
  };
}

const FOLDED_PX = 76;

function branches(rows: readonly Row[], capOf: (parent: string) => number, selected: string | null): Datum[] {
  const roots: Datum[] = [];
  const above: Datum[] = [];
  for (const row of rows) {
    const datum: Datum = { row, folded: null, children: [] };
    above.length = row.level - 1;
    (above.at(-1)?.children ?? roots).push(datum);
    above.push(datum);
  }
  for (const root of roots) fold(root, capOf, selected);
  return roots;
}

function fold(datum: Datum, capOf: (parent: string) => number, selected: string | null): void {
  const { children, row } = datum;
  for (const child of children) fold(child, capOf, selected);
  if (!row) return;
  const cap = capOf(row.id);
  if (children.length <= cap + 1) return;
  const kept = children.filter((child, index) => index < cap || holds(child, selected));
  const count = children.length - kept.length;
  if (count > 0) kept.push({ row: null, folded: { count, under: row.id }, children: [] });
  datum.children = kept;
}

function holds(datum: Datum, id: string | null): boolean {
  return id !== null && (datum.row?.id === id || datum.children.some((child) => holds(child, id)));
}
