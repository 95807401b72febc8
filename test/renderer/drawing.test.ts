import { describe, expect, test } from 'vitest';
import type { Row } from '../../renderer/store/rows.ts';
import { neighbour } from '../../renderer/tree/drawing.tsx';
import { layOut } from '../../renderer/tree/drawing-layout.ts';
import { fitted, kept, zoomed } from '../../renderer/tree/use-viewport.ts';

function rows(children: number): Row[] {
  const row = (id: string, level: number): Row => ({
    id,
    level,
    isOpen: true,
    hasChildren: level < 2,
    position: 1,
    siblings: 1,
  });
  return [row('root', 1), ...Array.from({ length: children }, (_, index) => row(`c${index}`, 2))];
}

const plain = (count: number, cap = 12, selected: string | null = null) =>
  layOut(
    rows(count),
    () => 50,
    () => cap,
    selected,
  );

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
    const { nodes, links } = layOut(
      two,
      () => 50,
      () => 12,
      null,
    );
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

  test('the window is never empty, however far it is pushed', () => {
    const drawing = { width: 300, height: 200 };
    for (const far of [-1e6, 1e6]) {
      const { x, y, scale } = kept({ x: far, y: far, scale: 1 }, drawing, frame);
      expect(x).toBeLessThan(frame.width - 50);
      expect(x + drawing.width * scale).toBeGreaterThan(50);
      expect(y).toBeLessThan(frame.height - 50);
      expect(y + drawing.height * scale).toBeGreaterThan(50);
    }
  });

  test('zooming keeps the point under the hand', () => {
    const from = { x: 10, y: 20, scale: 1 };
    const to = zoomed(from, 1.5, { x: 400, y: 300 });
    expect((400 - to.x) / to.scale).toBeCloseTo((400 - from.x) / from.scale);
    expect(zoomed(from, 1000, { x: 0, y: 0 }).scale).toBe(2);
  });
});
