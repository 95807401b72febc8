import { hierarchy, tree as tidyTree } from 'd3-hierarchy';
import type { Link } from '../../protocol/tree.ts';
import type { Row } from '../store/rows.ts';
import type { Branch } from './drawing-branches.ts';

/** One box of the drawing: a node, or what stands for siblings that are not drawn, or for what has just gone. */
export interface Drawn {
  key: string;
  /** Null: folded siblings, or what has just gone. */
  id: string | null;
  folded: Branch['folded'];
  gone: Branch['gone'];
  row: Row | null;
  /** The box it hangs from; null for roots. */
  parentKey: string | null;
  x: number;
  y: number;
  width: number;
}

export interface DrawnLink {
  key: string;
  from: Drawn;
  to: Drawn;
}

export interface DrawingLayout {
  nodes: Drawn[];
  /** Parentage. */
  links: DrawnLink[];
  /** What else belongs together: who declared it, whose pool it is in. */
  others: (DrawnLink & { kind: Link['kind'] })[];
  width: number;
  height: number;
}

export const LINE_PX = 28;
export const BOX_PX = 22;
const GAP_PX = 32;
/** Columns are as wide as their widest box in steps of so much: one more digit in a name moves nothing. */
const STEP_PX = 24;

interface Measures {
  widthOf(id: string): number;
  /** Of what has gone only the name is known. */
  widthOfGone(name: string): number;
  widthOfFolded(count: number): number;
  linksOf(id: string): readonly Link[];
}

/** Branches as a tree from left to right (d3-hierarchy's tidy tree), in columns. */
export function layOut(
  branches: readonly Branch[],
  { widthOf, widthOfGone, widthOfFolded, linksOf }: Measures,
): DrawingLayout {
  const root: Branch = { key: '', row: null, more: 0, folded: null, gone: null, children: [...branches] };
  const laid = tidyTree<Branch>()
    .nodeSize([LINE_PX, 1])
    .separation(() => 1)(hierarchy(root, ({ children }) => children));
  // The root that holds several roots together is not drawn.
  const drawn = laid.descendants().filter(({ depth }) => depth > 0);
  const widthOfBranch = ({ row, gone, folded }: Branch) =>
    row ? widthOf(row.id) : gone ? widthOfGone(gone.name) : widthOfFolded(folded!.count);
  const widths = new Map<number, number>();
  for (const { depth, data } of drawn) {
    const step = Math.ceil(widthOfBranch(data) / STEP_PX) * STEP_PX;
    widths.set(depth, Math.max(widths.get(depth) ?? 0, step));
  }
  const left = new Map<number, number>();
  let x = 0;
  for (let depth = 1; widths.has(depth); depth++) {
    left.set(depth, x);
    x += widths.get(depth)! + GAP_PX;
  }
  const top = drawn.reduce((least, each) => Math.min(least, each.x), 0);
  const boxes = new Map(
    drawn.map((each): [typeof each, Drawn] => [
      each,
      {
        key: each.data.key,
        id: each.data.row?.id ?? null,
        folded: each.data.folded,
        gone: each.data.gone,
        row: each.data.row,
        parentKey: each.depth > 1 ? each.parent!.data.key : null,
        x: left.get(each.depth)!,
        y: each.x - top + LINE_PX / 2,
        width: widthOfBranch(each.data),
      },
    ]),
  );
  const nodes = [...boxes.values()];
  const links = drawn
    .filter((each) => boxes.has(each.parent!))
    .map((each) => ({ key: boxes.get(each)!.key, from: boxes.get(each.parent!)!, to: boxes.get(each)! }));
  const bottom = nodes.reduce((most, { y }) => Math.max(most, y), 0);
  return {
    nodes,
    links,
    others: otherLinks(nodes, linksOf),
    width: Math.max(1, x - GAP_PX),
    height: bottom + LINE_PX / 2,
  };
}

/** Between what is drawn; not where one hangs from the other anyway. */
function otherLinks(nodes: readonly Drawn[], linksOf: Measures['linksOf']): DrawingLayout['others'] {
  const byId = new Map(nodes.map((drawn) => [drawn.id, drawn]));
  const byKey = new Map(nodes.map((drawn) => [drawn.key, drawn]));
  const hangsFrom = (below: Drawn, above: Drawn) => {
    for (let at: Drawn | undefined = below; at; at = byKey.get(at.parentKey ?? '')) {
      if (at === above) return true;
    }
    return false;
  };
  return nodes.flatMap((from) =>
    (from.id === null ? [] : linksOf(from.id)).flatMap(({ to: id, kind }) => {
      const to = byId.get(id);
      if (!to || hangsFrom(from, to) || hangsFrom(to, from)) return [];
      return [{ key: `${kind} ${from.key} ${to.key}`, from, to, kind }];
    }),
  );
}
