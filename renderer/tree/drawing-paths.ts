import { linkHorizontal } from 'd3-shape';
import type { DrawnLink } from './drawing-layout.ts';

interface Point {
  x: number;
  y: number;
}

const curve = linkHorizontal<{ source: Point; target: Point }, Point>()
  .x(({ x }) => x)
  .y(({ y }) => y);

/** From the right edge of the one above to the left edge of the one below. */
export function parentagePath({ from, to }: Pick<DrawnLink, 'from' | 'to'>): string {
  return curve({ source: { x: from.x + from.width, y: from.y }, target: { x: to.x, y: to.y } }) ?? '';
}

/** So far it swings out to the right where both stand in one column. */
const SWING_PX = 26;

/** Between boxes that do not hang from each other: from edge to edge, round the outside within a column. */
export function otherPath({ from, to }: Pick<DrawnLink, 'from' | 'to'>): string {
  const right = ({ x, width }: { x: number; width: number }) => x + width;
  if (to.x >= right(from)) return parentagePath({ from, to });
  if (from.x >= right(to)) return parentagePath({ from: to, to: from });
  const out = Math.max(right(from), right(to)) + SWING_PX;
  return `M${right(from)} ${from.y}C${out} ${from.y} ${out} ${to.y} ${right(to)} ${to.y}`;
}
