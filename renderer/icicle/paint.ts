import type { Ink } from './ink.ts';
import type { Blocks } from './layout.ts';
import type { Levels } from './levels.ts';
import type { Frame } from './sight.ts';
import { TROUBLE } from './trouble.ts';

/** What is painted on, and in which pixels: `scale` of the device's to one of the page's. */
export interface Canvas {
  context: Brush;
  /** In pixels of the device. */
  width: number;
  height: number;
  scale: number;
  ink: Ink;
}

/** All of a canvas that is needed: another kind of picture can be made with the same. */
export type Brush = Pick<
  CanvasRenderingContext2D,
  'fillStyle' | 'fillRect' | 'fillText' | 'font' | 'textBaseline' | 'measureText'
>;

export interface Picture {
  levels: Levels;
  blocks: Blocks;
  frame: Frame;
  /** Positions; -1: none. */
  selected: number;
  hovered: number;
  /** What the search found within a range of positions; null: nothing is searched. */
  isFound: ((from: number, until: number) => boolean) | null;
  nameOf: (position: number) => string;
}

/** From this height on a block has a gap to the next one, and a name. In pixels of the page. */
const GAP_FROM = 4;
const NAME_FROM = 13.5;
const LINE = 2;
const FONT = "px 'Inter Variable', system-ui, sans-serif";

/** Paints the blocks, calm ones first, so that nothing lies over trouble; then names, then what is chosen. */
export function paint(canvas: Canvas, picture: Picture): void {
  const { context, width, height, ink } = canvas;
  context.fillStyle = ink.ground;
  context.fillRect(0, 0, width, height);
  for (let trouble: number = TROUBLE.none; trouble <= TROUBLE.bad; trouble++) {
    fillAll(canvas, picture, trouble);
  }
  nameAll(canvas, picture);
  if (picture.hovered !== -1) frameIn(canvas, picture, picture.hovered, ink.hovered, 1);
  if (picture.selected !== -1) frameIn(canvas, picture, picture.selected, ink.selected, 2);
}

function fillAll(canvas: Canvas, picture: Picture, trouble: number): void {
  const { context, scale, ink } = canvas;
  const { blocks, levels, isFound } = picture;
  const gap = Math.max(1, Math.round(scale));
  for (let at = 0; at < blocks.length; at++) {
    if (blocks.worst[at] !== trouble) continue;
    const { left, width } = edges(canvas, picture.frame, blocks.level[at]!);
    if (width <= 0) continue;
    // What is less than a line would be missed where it is trouble.
    const least = trouble >= TROUBLE.warn ? Math.round(LINE * scale) : 1;
    const high = Math.max(least, blocks.bottom[at]! - blocks.top[at]!);
    const top = Math.min(blocks.top[at]!, canvas.height - least);
    const position = blocks.position[at]!;
    const isOne = blocks.until[at]! - position === 1;
    const isOwn = !isOne || levels.own[position] === trouble;
    const isFaded = isFound !== null && !isFound(position, blocks.until[at]!);
    context.fillStyle = isFaded ? ink.faded : groundOf(ink, trouble, isOwn, isOne);
    context.fillRect(left, top, width - gap, isOne && high >= GAP_FROM * scale ? high - gap : high);
    if (!isOwn && trouble >= TROUBLE.warn && !isFaded) {
      const thick = Math.min(3 * gap, width - gap);
      context.fillStyle = trouble === TROUBLE.bad ? ink.bad : ink.warn;
      context.fillRect(left + width - gap - thick, top, thick, Math.max(1, high - gap));
    }
  }
}

function groundOf(ink: Ink, trouble: number, isOwn: boolean, isOne: boolean): string {
  switch (trouble) {
    case TROUBLE.bad:
      return isOwn ? ink.bad : ink['bad-below'];
    case TROUBLE.warn:
      return isOwn ? ink.warn : ink['warn-below'];
    case TROUBLE.ended:
      return isOwn && isOne ? ink.ended : ink.block;
    default:
      return isOne ? ink.block : ink.many;
  }
}

function nameAll(canvas: Canvas, picture: Picture): void {
  const { context, scale, ink, height } = canvas;
  const { blocks, levels, frame, isFound } = picture;
  context.textBaseline = 'middle';
  const size = 12 * scale;
  context.font = `${size}${FONT}`;
  const leaf = height / (frame.until - frame.from);
  for (let at = 0; at < blocks.length; at++) {
    const top = Math.max(0, blocks.top[at]!);
    const bottom = Math.min(height, blocks.bottom[at]!);
    const position = blocks.position[at]!;
    if (blocks.until[at]! - position !== 1) continue;
    // By what it really is: rounded, of equal neighbours some would have a name and some none.
    if (levels.leaves[position]! * leaf < NAME_FROM * scale || bottom - top < (NAME_FROM - 1) * scale)
      continue;
    const { left, width } = edges(canvas, frame, blocks.level[at]!);
    const start = Math.max(left, 0) + 7 * scale;
    const room = left + width - start - 10 * scale;
    if (room < 20 * scale) continue;
    const trouble = blocks.worst[at]!;
    const isOwn = levels.own[position] === trouble;
    const isFaded = isFound !== null && !isFound(position, position + 1);
    const line = (top + bottom) / 2;
    const name = cut(context, picture.nameOf(position), room, scale);
    context.fillStyle = isFaded ? ink.soft : inkOn(ink, trouble, isOwn);
    context.fillText(name, start, line);
    const below = levels.below[position]!;
    const after = measured(context, name, scale) + 7 * scale;
    const count = below.toLocaleString('en');
    if (below === 0 || after + measured(context, count, scale) > room) continue;
    if (!isFaded && trouble < TROUBLE.warn) context.fillStyle = ink.soft;
    context.fillText(count, start + after, line);
  }
}

function inkOn(ink: Ink, trouble: number, isOwn: boolean): string {
  if (trouble === TROUBLE.bad) return isOwn ? ink['bad-text'] : ink['bad-below-text'];
  if (trouble === TROUBLE.warn && isOwn) return ink['warn-text'];
  if (trouble === TROUBLE.ended && isOwn) return ink.soft;
  return ink.text;
}

/** A line inside the block's edge; what is too small for it is marked as a line of its own. */
function frameIn(canvas: Canvas, picture: Picture, position: number, colour: string, thick: number): void {
  const { context, scale, height } = canvas;
  const { levels, frame } = picture;
  const { left, width } = edges(canvas, frame, levels.level[position]!);
  const perLeaf = height / (frame.until - frame.from);
  const line = Math.max(1, Math.round(thick * scale));
  const top = Math.round(Math.max(-2 * line, (levels.start[position]! - frame.from) * perLeaf));
  const end = (levels.start[position]! + levels.leaves[position]! - frame.from) * perLeaf;
  const bottom = Math.round(Math.min(height + 2 * line, end));
  if (width <= 0 || bottom < 0 || top > height) return;
  context.fillStyle = colour;
  const wide = width - Math.max(1, Math.round(scale));
  if (bottom - top < 3 * line) {
    context.fillRect(left, Math.round((top + bottom) / 2 - line), wide, 2 * line);
    return;
  }
  const high = bottom - top - Math.max(1, Math.round(scale));
  context.fillRect(left, top, wide, line);
  context.fillRect(left, top + high - line, wide, line);
  context.fillRect(left, top, line, high);
  context.fillRect(left + wide - line, top, line, high);
}

/** A level's left edge and width in pixels of the device; 0 wide where it is out of sight. */
export function edges(canvas: Pick<Canvas, 'width' | 'scale'>, frame: Frame, level: number) {
  const left = Math.round(((level - frame.level) * frame.column - frame.left) * canvas.scale);
  const right = Math.round(((level + 1 - frame.level) * frame.column - frame.left) * canvas.scale);
  return { left, width: right <= 0 || left >= canvas.width ? 0 : right - left };
}

const widths = new Map<string, number>();

/** The width of a text at this scale; figures and names come again with every frame. */
function measured(context: Brush, text: string, scale: number): number {
  const known = widths.get(text);
  if (known !== undefined) return known * scale;
  const { width } = context.measureText(text);
  // Before the face is loaded a width would be another face's.
  if (!document.fonts.check(context.font)) return width;
  if (widths.size > 20_000) widths.clear();
  widths.set(text, width / scale);
  return width;
}

function cut(context: Brush, text: string, room: number, scale: number): string {
  const width = measured(context, text, scale);
  if (width <= room) return text;
  let length = Math.floor((text.length * room) / width);
  while (length > 1 && measured(context, `${text.slice(0, length)}…`, scale) > room) length -= 1;
  return `${text.slice(0, length)}…`;
}
