import type { TreeNode } from '../../protocol/tree.ts';
import { BOX_PX, type DrawingLayout, type Drawn } from '../tree/drawing-layout.ts';
import { otherPath, parentagePath } from '../tree/drawing-paths.ts';
import { foldedName, lifeOf, shortened } from '../tree/drawn-node.tsx';
import { textWidth } from '../tree/text-width.ts';
import { severityOf } from '../tree/words.ts';
import type { Look, Pen, Picture } from './pen.ts';

/** Tokens that the drawing wears (tree.css). */
export const DRAWING_COLOURS = [
  'ground',
  'ground-selected',
  'line-strong',
  'accent',
  'text',
  'text-soft',
  'text-faint',
  'dot',
  'bad',
  'bad-ground',
  'warn',
  'warn-ground',
] as const;
type Colours = Record<(typeof DRAWING_COLOURS)[number], string>;

const AROUND_PX = 24;
const SIZE_PX = 12.5;

/** All of the drawing, what is out of sight too, as it looks in this theme. */
export function drawingPicture(
  layout: DrawingLayout,
  nodeOf: (id: string) => TreeNode | null,
  colours: Colours,
  selected: string | null,
): Picture {
  const { nodes, links, others } = layout;
  const left = Math.min(...nodes.map(({ x }) => x)) - AROUND_PX;
  const top = Math.min(...nodes.map(({ y }) => y)) - BOX_PX / 2 - AROUND_PX;
  const right = Math.max(...nodes.map(({ x, width }) => x + width)) + AROUND_PX;
  const bottom = Math.max(...nodes.map(({ y }) => y)) + BOX_PX / 2 + AROUND_PX;
  const width = right - left;
  const height = bottom - top;
  return {
    width,
    height,
    paint(pen) {
      pen.rect(0, 0, width, height, 0, { fill: colours.ground });
      for (const link of links) {
        pen.path(-left, -top, parentagePath(link), { stroke: colours['line-strong'] });
      }
      for (const link of others) {
        pen.path(-left, -top, otherPath(link), { stroke: colours['line-strong'], dash: [3, 3] });
      }
      for (const drawn of nodes) {
        const node = drawn.id === null ? null : nodeOf(drawn.id);
        box(pen, { ...drawn, x: drawn.x - left, y: drawn.y - top }, node, colours, drawn.id === selected);
      }
    },
  };
}

function box(pen: Pen, drawn: Drawn, node: TreeNode | null, colours: Colours, isSelected: boolean): void {
  const { x, y, width, folded, gone, row } = drawn;
  const severity = node ? severityOf(node) : gone ? 'ended' : 'ok';
  const look = { ...boxLook(severity, colours), ...(isSelected && CHOSEN(colours)) };
  pen.rect(x, y - BOX_PX / 2, width, BOX_PX, 5, look);
  const isFaint = severity === 'ended' || folded !== null;
  const write = (words: string, at: number, fill: string): void =>
    pen.text(x + at, y + 4, words, { fill, size: SIZE_PX, widthPx: textWidth(words) });
  const name = node ? shortened(node.name) : folded ? foldedName(folded.count) : shortened(gone?.name ?? '');
  const at = folded ? 12 : 20;
  write(name, at, isFaint ? colours['text-faint'] : colours.text);
  if (!node) return;
  mark(pen, x, y, node, severity, colours);
  const life = lifeOf(node);
  if (life !== '') {
    write(life, at + textWidth(name) + 6, isFaint ? colours['text-faint'] : colours['text-soft']);
  }
  if (row?.hasChildren && !row.isOpen) {
    pen.path(x + width, y, circle(4), { fill: colours.ground, stroke: colours['text-faint'] });
  }
}

function boxLook(severity: string, colours: Colours): Look {
  if (severity === 'bad') return { fill: colours['bad-ground'], stroke: colours.bad };
  if (severity === 'warn') return { fill: colours['warn-ground'], stroke: colours.warn };
  const usual = { fill: colours.ground, stroke: colours['line-strong'] };
  return severity === 'ended' ? { ...usual, dash: [3, 2] } : usual;
}

const CHOSEN = (colours: Colours): Look => ({ fill: colours['ground-selected'], stroke: colours.accent });

/** Kinds differ in form, trouble in colour, as on the screen (tree/drawn-node.tsx). */
function mark(pen: Pen, x: number, y: number, node: TreeNode, severity: string, colours: Colours): void {
  if (node.status === 'suspended') {
    pen.path(x, y, 'M8 -4h2.5v8h-2.5ZM12.5 -4h2.5v8h-2.5Z', { fill: colours.warn });
    return;
  }
  const colour = severity === 'bad' ? colours.bad : colours.dot;
  const filled: Look = severity === 'ended' ? { stroke: colour } : { fill: colour };
  switch (node.kind) {
    case 'process':
      return pen.rect(x + 7, y - 4, 8, 8, 1, filled);
    case 'thread':
      return pen.path(x, y, 'M7 -4h8M7 0h8M7 4h8', { stroke: colour, width: 1.8 });
    case 'supervisor':
      return pen.path(x, y, 'M11 -5L16 4H6Z', filled);
    case 'worker':
      return pen.path(x + 11, y, circle(4), filled);
    case 'component':
      return pen.path(x, y, 'M11 -5L16 0L11 5L6 0Z', filled);
    default:
      return node.kind satisfies never;
  }
}

function circle(radius: number): string {
  return `M${-radius} 0a${radius} ${radius} 0 1 0 ${2 * radius} 0a${radius} ${radius} 0 1 0 ${-2 * radius} 0Z`;
}
