import { describe, expect, test } from 'vitest';
import type { Link } from '../../protocol/tree.ts';
import type { Row } from '../../renderer/store/rows.ts';
import {
  type Branch,
  branchesOf,
  endOfLingering,
  folded,
  LINGER_MS,
  lingering,
  type Places,
} from '../../renderer/tree/drawing-branches.ts';
import { neighbour } from '../../renderer/tree/drawing-keys.ts';
import { layOut } from '../../renderer/tree/drawing-layout.ts';
import { otherPath } from '../../renderer/tree/drawing-paths.ts';
import { anchored, fitted, isInSight, kept, zoomed } from '../../renderer/tree/use-viewport.ts';

function aRow(id: string, level: number): Row {
  return { id, level, isOpen: true, hasChildren: level < 2, position: 1, siblings: 1 };
}

function rows(children: number): Row[] {
  return [aRow('root', 1), ...Array.from({ length: children }, (_, index) => aRow(`c${index}`, 2))];
}

/** Ids are `key` or `key#life`; `living` and `replaced` say what the tree would. */
function places({ living = [], replaced = [] }: { living?: string[]; replaced?: string[] } = {}): Places {
  return {
    keyOf: (id) => id.replace(/#.*/, ''),
    nameOf: (id) => `name of ${id}`,
    isHeld: (key) => living.includes(key),
    isReplaced: (id) => replaced.includes(id),
  };
}

const measures = {
  widthOf: () => 50,
  widthOfGone: () => 50,
  widthOfFolded: () => 50,
  linksOf: (): Link[] => [],
};

function drawn(lines: Row[], { cap = 12, selected = null as string | null, most = 2000 } = {}) {
  return layOut(
    folded(branchesOf(lines, places(), selected), () => cap, selected, most),
    measures,
  );
}

const plain = (count: number, cap = 12, selected: string | null = null) =>
  drawn(rows(count), { cap, selected });

describe('layout', () => {
  test('columns follow each other, lines do not meet, every box but the root has its link', () => {
    const { nodes, links, width, height } = plain(5);
    const columns = [...new Set(nodes.map(({ x }) => x))].map((left) => nodes.filter(({ x }) => x === left));
    expect(columns.map((column) => column.length)).toEqual([1, 5]);
    const tops = columns[1]!.map(({ y }) => y).sort((a, b) => a - b);
    const gaps = tops.slice(1).map((top, index) => top - tops[index]!);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(24);
    expect(links).toHaveLength(5);
    for (const { x, y, width: box } of nodes) {
      expect(x + box).toBeLessThanOrEqual(width);
      expect(y).toBeGreaterThan(0);
      expect(y).toBeLessThan(height);
    }
  });

  test('siblings beyond the cap are one box that counts them; one more than the cap is not worth it', () => {
    expect(plain(13).nodes).toHaveLength(14);
    const { nodes } = plain(40);
    expect(nodes).toHaveLength(14);
    expect(nodes.at(-1)).toMatchObject({ id: null, folded: { count: 28, under: 'root' } });
  });

  test('the arrow that goes down reaches what is folded, and stops where nothing is', () => {
    const { nodes } = plain(40);
    const at = (id: string) => nodes.find((each) => each.id === id)!;
    expect(neighbour(nodes, at('c10'), 'ArrowDown')).toBe(at('c11'));
    expect(neighbour(nodes, at('c11'), 'ArrowDown')).toMatchObject({ folded: { count: 28, under: 'root' } });
    const whole = plain(5).nodes;
    expect(neighbour(whole, whole.at(-1)!, 'ArrowDown')).toBeNull();
  });

  test('the selected one is drawn however many there are', () => {
    const { nodes } = plain(40, 12, 'c33');
    expect(nodes.some(({ id }) => id === 'c33')).toBe(true);
    expect(nodes.find(({ folded }) => folded)?.folded?.count).toBe(27);
  });

  test('several roots stand below each other', () => {
    const two = [...rows(1), ...rows(1).map((row) => ({ ...row, id: `other-${row.id}` }))];
    const { nodes, links } = drawn(two);
    expect(nodes).toHaveLength(4);
    expect(links).toHaveLength(2);
  });
});

describe('viewport', () => {
  const frame = { width: 800, height: 600 };

  test('what fits is shown whole, in the middle, never above its own size', () => {
    const { x, y, scale } = fitted({ width: 200, height: 100 }, frame);
    expect(scale).toBe(1);
    expect(x).toBe(300);
    expect(y).toBeGreaterThan(200);
  });

  test('what would be too small to read begins in sight', () => {
    const { x, y, scale } = fitted({ width: 300, height: 20_000 }, frame);
    expect(scale).toBeGreaterThanOrEqual(0.6);
    expect(x).toBeGreaterThan(0);
    expect(y).toBe(20);
  });

  test('the whole can be asked for, however small it is then', () => {
    const { y, scale } = fitted({ width: 300, height: 4000 }, frame, 0.1);
    expect(y + 4000 * scale).toBeLessThan(frame.height);
    expect(300 * scale).toBeLessThan(frame.width);
  });

  test('the window is never empty, however far it is pushed, and also between far boxes', () => {
    const boxes = [
      { x: 0, y: 11, width: 60 },
      { x: 5000, y: 4000, width: 60 },
    ];
    for (const x of [-1e6, -2600, 0, 1e6]) {
      for (const y of [-1e6, -1800, 0, 1e6]) {
        const viewport = kept({ x, y, scale: 1 }, boxes, frame);
        expect(boxes.some((box) => isInSight(viewport, box, frame, 15))).toBe(true);
      }
    }
    const seen = { x: 100, y: 100, scale: 1 };
    expect(kept(seen, boxes, frame)).toBe(seen);
    expect(kept(seen, [], frame)).toBe(seen);
  });

  test('what is looked at stays where it is when boxes come and go', () => {
    const before = plain(3).nodes;
    const after = plain(8).nodes;
    const viewport = { x: 30, y: 40, scale: 2 };
    const at = (nodes: typeof before, { x, y, scale }: typeof viewport) => {
      const box = nodes.find(({ key }) => key === 'c2')!;
      return [box.x * scale + x, box.y * scale + y];
    };
    expect(at(after, anchored(viewport, before, after, 'c2'))).toEqual(at(before, viewport));
    // What was looked at is gone: the first that stays.
    const { y } = anchored(viewport, before, after, 'nobody');
    expect(y + after[0]!.y * 2).toBe(viewport.y + before[0]!.y * 2);
    expect(anchored(viewport, [], after, null)).toBe(viewport);
  });

  test('zooming keeps the point under the hand', () => {
    const from = { x: 10, y: 20, scale: 1 };
    const to = zoomed(from, 1.5, { x: 400, y: 300 });
    expect((400 - to.x) / to.scale).toBeCloseTo((400 - from.x) / from.scale);
    expect(zoomed(from, 1000, { x: 0, y: 0 }).scale).toBe(2);
  });
});

describe('a successor', () => {
  const keys = (branches: readonly Branch[]): unknown =>
    branches.map(({ key, gone, children }) => [
      gone ? `(${key})` : key,
      ...(children.length > 0 ? [keys(children)] : []),
    ]);
  const at = 1_000_000;

  test('takes the place of the incarnation before it; what stands there in between keeps the place', () => {
    const lines = (...children: string[]) => [aRow('root', 1), ...children.map((id) => aRow(id, 2))];
    const living = ['root', 'a', 'c'];
    const first = branchesOf(lines('a#1', 'b#1', 'c#1'), places(), null);
    const between = lingering(first, branchesOf(lines('a#1', 'c#1'), places(), null), at, places({ living }));
    expect(keys(between)).toEqual([['root', [['a'], ['(b)'], ['c']]]]);
    expect(endOfLingering(between)).toBe(at + LINGER_MS);
    expect(layOut(between, measures).nodes.map(({ key, y }) => [key, y])).toEqual(
      layOut(first, measures).nodes.map(({ key, y }) => [key, y]),
    );
    const back = lingering(
      between,
      branchesOf(lines('a#1', 'b#2', 'c#1'), places(), null),
      at + 100,
      places({ living: [...living, 'b'] }),
    );
    expect(keys(back)).toEqual([['root', [['a'], ['b'], ['c']]]]);
    const over = lingering(
      between,
      branchesOf(lines('a#1', 'c#1'), places(), null),
      at + LINGER_MS,
      places({ living }),
    );
    expect(keys(over)).toEqual([['root', [['a'], ['c']]]]);
    expect(endOfLingering(over)).toBeNull();
  });

  test('of a supervisor brings all below it back to where it was', () => {
    const all = [aRow('sup#1', 1), aRow('x#1', 2), aRow('y#1', 2)];
    const first = branchesOf(all, places(), null);
    const between = lingering(first, [], at, places());
    expect(keys(between)).toEqual([['(sup)', [['(x)'], ['(y)']]]]);
    const again = lingering(
      between,
      branchesOf([aRow('sup#2', 1), aRow('x#2', 2)], places(), null),
      at + 50,
      places({ living: ['sup', 'x'] }),
    );
    expect(keys(again)).toEqual([['sup', [['x'], ['(y)']]]]);
  });

  test('of what was closed or filtered away nothing stays', () => {
    const first = branchesOf(rows(2), places(), null);
    const closed = lingering(
      first,
      branchesOf(rows(0), places(), null),
      at,
      places({ living: ['c0', 'c1'] }),
    );
    expect(keys(closed)).toEqual([['root']]);
  });

  test('hides its ghost, unless that one was chosen', () => {
    const lines = [aRow('root', 1), aRow('a#2', 2), aRow('a#1', 2), aRow('below', 3), aRow('b#1', 2)];
    const told = places({ replaced: ['a#1'] });
    expect(keys(branchesOf(lines, told, null))).toEqual([['root', [['a'], ['b']]]]);
    expect(keys(branchesOf(lines, told, 'a#1'))).toEqual([['root', [['a'], ['a a#1', [['below']]], ['b']]]]);
  });
});

describe('limits', () => {
  test('no more than so many boxes, those near the root first, the selected one always', () => {
    const many: Row[] = [];
    for (let parent = 0; parent < 100; parent++) {
      many.push({ ...aRow(`p${parent}`, 1), hasChildren: true });
      for (let child = 0; child < 100; child++) many.push(aRow(`p${parent}c${child}`, 2));
    }
    const { nodes } = drawn(many, { cap: 50, selected: 'p99c99', most: 500 });
    const real = nodes.filter(({ id }) => id !== null);
    expect(real.length).toBeGreaterThanOrEqual(500);
    expect(real.length).toBeLessThan(510);
    expect(real.some(({ id }) => id === 'p99c99')).toBe(true);
    expect(real.filter(({ row }) => row!.level === 1)).toHaveLength(100);
    const cut = nodes.filter(({ folded: more }) => more?.isFull);
    expect(cut.length).toBeGreaterThan(80);
    const hidden = nodes.reduce((sum, { folded: more }) => sum + (more?.count ?? 0), 0);
    expect(real.length + hidden).toBe(many.length);
  });

  test('a width that grows by a digit moves no column', () => {
    const widths = (px: number) =>
      layOut(branchesOf(rows(3), places(), null), { ...measures, widthOf: () => px }).nodes.map(({ x }) => x);
    expect(widths(50)).toEqual(widths(58));
  });
});

describe('links other than parentage', () => {
  test('are drawn between what is drawn, and not where one hangs from the other', () => {
    const links: Record<string, Link[]> = {
      c0: [
        { to: 'root', kind: 'registered-by' },
        { to: 'c2', kind: 'pool' },
        { to: 'nobody', kind: 'pool' },
      ],
    };
    const { others } = layOut(branchesOf(rows(3), places(), null), {
      ...measures,
      linksOf: (id) => links[id] ?? [],
    });
    expect(others.map(({ from, to, kind }) => [from.id, to.id, kind])).toEqual([['c0', 'c2', 'pool']]);
    // Round the outside within one column.
    const { from, to } = others[0]!;
    const outermost = Math.max(...[...otherPath({ from, to }).matchAll(/[\d.]+/g)].map(Number));
    expect(outermost).toBeGreaterThan(from.x + from.width);
  });
});
