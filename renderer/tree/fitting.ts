import { type ColumnId, NAME } from './columns.ts';
import { type OutlineChoice, widthOf } from './outline-choice.ts';

/** As `column-gap` of .outline-grid. */
const GAP_PX = 10;
/** Right of the last column. */
const END_PX = 10;

/** Which of the columns shown at first give way, and in which order; what a person added stays longest. */
const GIVE_WAY: readonly ColumnId[] = [
  'figures',
  'id',
  'restarts',
  'backlog',
  'loop',
  'memory',
  'cpu',
  'incarnation',
  'status',
];

/** The chosen columns that have room beside the names; what the lines are sorted by gives way last. */
export function fitting(choice: OutlineChoice, paneWidth: number): ColumnId[] {
  const shown = [...choice.columns];
  const rank = (id: ColumnId) => {
    if (id === choice.sort?.by) return GIVE_WAY.length + 1;
    const at = GIVE_WAY.indexOf(id);
    // The last two say most: they outlive what was added.
    return at === -1 ? GIVE_WAY.length - 2.5 : at;
  };
  const needed = () =>
    NAME.widthPx + END_PX + shown.reduce((sum, id) => sum + GAP_PX + widthOf(choice, id), 0);
  while (shown.length > 0 && needed() > paneWidth) {
    const first = shown.reduce((found, id) => (rank(id) <= rank(found) ? id : found));
    shown.splice(shown.indexOf(first), 1);
  }
  return shown;
}

/** So far from their names, on a very wide screen, the figures are still read as theirs. */
const NAME_MOST_PX = 720;

/** For grid-template-columns. */
export function templateOf(choice: OutlineChoice, shown: readonly ColumnId[]): string {
  return [
    `minmax(${NAME.widthPx}px, ${NAME_MOST_PX}px)`,
    ...shown.map((id) => `${widthOf(choice, id)}px`),
  ].join(' ');
}
