// @vitest-environment happy-dom
import { expect, test } from 'vitest';
import { brushOf } from '../../renderer/export/brush.ts';
import { DRAWING_COLOURS, drawingPicture } from '../../renderer/export/drawing-picture.ts';
import { svgOf } from '../../renderer/export/pen.ts';
import type { DrawingLayout, Drawn } from '../../renderer/tree/drawing-layout.ts';
import { aNode } from '../support/tree-data.ts';

const COLOURS = Object.fromEntries(
  DRAWING_COLOURS.map((name) => [name, `rgb(0, 0, ${name.length})`]),
) as never;
const drawn = (fields: Partial<Drawn>): Drawn => ({
  key: 'k',
  id: null,
  folded: null,
  gone: null,
  row: null,
  parentKey: null,
  x: 0,
  y: 0,
  width: 72,
  ...fields,
});

/** As a reader of XML sees it; throws where it is none. */
function read(svg: string): Document {
  const document = new DOMParser().parseFromString(svg, 'image/svg+xml');
  expect(document.querySelector('parsererror')).toBeNull();
  return document;
}

test('a drawing becomes an SVG that stands by itself: all boxes, out of sight too, their names and links', () => {
  const nodes = {
    a: aNode({ id: 'a', name: '<script>alert(1)</script>&"\u0000', kind: 'supervisor' }),
    b: aNode({ id: 'b', name: 'cache', kind: 'worker', incarnation: 4, status: 'straggler' }),
  };
  const above = drawn({ key: 'a', id: 'a', x: -5000, y: -20 });
  const below = drawn({ key: 'b', id: 'b', x: 100, y: 4000 });
  const rest = drawn({ key: 'f', x: 100, y: 4028, folded: { count: 7, under: 'a', isFull: false } as never });
  const layout: DrawingLayout = {
    nodes: [above, below, rest],
    links: [{ key: 'ab', from: above, to: below }],
    others: [{ key: 'ba', from: below, to: above, kind: 'declared-by' as never }],
    width: 0,
    height: 0,
  };
  const picture = drawingPicture(layout, (id) => nodes[id as 'a' | 'b'], COLOURS, 'b');
  const svg = svgOf(picture);
  const document = read(svg);
  expect(svg).not.toMatch(/<script|class=|style=|href|var\(|\0/);
  expect([...document.querySelectorAll('text')].map(({ textContent }) => textContent)).toEqual(
    expect.arrayContaining(['cache', '#4', expect.stringContaining('alert')]),
  );
  expect(picture.width).toBeGreaterThan(5000);
  // Everything lies within the picture.
  for (const box of document.querySelectorAll('rect')) {
    expect(Number(box.getAttribute('x'))).toBeGreaterThanOrEqual(0);
    expect(Number(box.getAttribute('y'))).toBeGreaterThanOrEqual(0);
  }
  expect(document.querySelectorAll('path').length).toBeGreaterThanOrEqual(3);
});

test('the brush of the icicle gives a pen what it paints', () => {
  const ruler = { measureText: (text: string) => ({ width: text.length * 7 }) } as CanvasRenderingContext2D;
  const svg = svgOf({
    width: 100,
    height: 40,
    paint(pen) {
      const brush = brushOf(pen, ruler);
      brush.fillStyle = 'rgb(1, 2, 3)';
      brush.fillRect(0, 0, 100, 40);
      brush.font = "11.5px 'Inter Variable'";
      brush.textBaseline = 'middle';
      brush.fillText('main', 7, 20);
    },
  });
  const [text] = read(svg).querySelectorAll('text');
  expect(text!.getAttribute('font-size')).toBe('11.5');
  expect(text!.getAttribute('textLength')).toBe('28');
  expect(Number(text!.getAttribute('y'))).toBeGreaterThan(20);
  expect(svg).toContain('<rect x="0" y="0" width="100" height="40" fill="rgb(1, 2, 3)"/>');
});
