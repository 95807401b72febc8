import { type ChipId, isChipId } from './chips.ts';
import { COLUMNS, type ColumnId, columnOf, isColumnId } from './columns.ts';

export interface Sort {
  by: ColumnId;
  isDown: boolean;
}

/** What a person chose for the outline. Plain data: it is kept beside the other settings. */
export interface OutlineChoice {
  /** Beside the name, in the order shown. */
  columns: ColumnId[];
  /** Within siblings; null: the order in which they were started. */
  sort: Sort | null;
  chips: ChipId[];
  /** Where a column was made wider or narrower by hand. */
  widths: Partial<Record<ColumnId, number>>;
}

export const START_CHOICE: OutlineChoice = {
  columns: ['incarnation', 'status', 'restarts', 'cpu', 'memory', 'loop', 'backlog', 'figures', 'id'],
  sort: null,
  chips: [],
  widths: {},
};

const NARROWEST_PX = 34;
const WIDEST_PX = 600;

/** What was kept, as far as this version knows it. */
export function readChoice(kept: unknown): OutlineChoice {
  if (typeof kept !== 'object' || kept === null) return START_CHOICE;
  const { columns, sort, chips, widths } = kept as Record<keyof OutlineChoice, unknown>;
  return {
    columns: Array.isArray(columns) ? inOrder(columns.filter(isColumnId)) : START_CHOICE.columns,
    sort: readSort(sort),
    chips: Array.isArray(chips) ? [...new Set(chips.filter(isChipId))] : [],
    widths: Object.fromEntries(
      Object.entries(typeof widths === 'object' && widths !== null ? widths : {})
        .filter(([id, px]) => isColumnId(id) && Number.isFinite(px))
        .map(([id, px]) => [id, within(px)]),
    ),
  };
}

function readSort(sort: unknown): Sort | null {
  const { by, isDown } = (sort ?? {}) as Record<keyof Sort, unknown>;
  return isColumnId(by) ? { by, isDown: isDown === true } : null;
}

/** A press on a column's head: what is most telling first, then the other way, then the start order again. */
export function pressed(choice: OutlineChoice, by: ColumnId): OutlineChoice {
  const { sort } = choice;
  const first = isDownFirst(by);
  if (sort?.by !== by) return { ...choice, sort: { by, isDown: first } };
  return { ...choice, sort: sort.isDown === first ? { by, isDown: !first } : null };
}

/** Figures begin with the largest, a status with the worst, times with the latest; words with A. */
function isDownFirst(by: ColumnId): boolean {
  return columnOf(by).sortsAs !== 'words';
}

/** Shows these columns, in the order of the menu; the name is always there. */
export function withColumns(choice: OutlineChoice, shown: Iterable<ColumnId>): OutlineChoice {
  const columns = inOrder([...shown]);
  const sort =
    choice.sort && choice.sort.by !== 'name' && !columns.includes(choice.sort.by) ? null : choice.sort;
  return { ...choice, columns, sort };
}

export function withWidth(choice: OutlineChoice, id: ColumnId, px: number): OutlineChoice {
  return { ...choice, widths: { ...choice.widths, [id]: within(px) } };
}

export function widened(choice: OutlineChoice, id: ColumnId, byPx: number): OutlineChoice {
  return withWidth(choice, id, widthOf(choice, id) + byPx);
}

export function withoutChips(choice: OutlineChoice): OutlineChoice {
  return { ...choice, chips: [] };
}

export function withChip(choice: OutlineChoice, chip: ChipId): OutlineChoice {
  const chips = choice.chips.includes(chip)
    ? choice.chips.filter((each) => each !== chip)
    : [...choice.chips, chip];
  return { ...choice, chips };
}

export function widthOf(choice: OutlineChoice, id: ColumnId): number {
  return choice.widths[id] ?? columnOf(id).widthPx;
}

function inOrder(ids: readonly ColumnId[]): ColumnId[] {
  return COLUMNS.map(({ id }) => id).filter((id) => ids.includes(id));
}

function within(px: number): number {
  return Math.round(Math.min(WIDEST_PX, Math.max(NARROWEST_PX, px)));
}
