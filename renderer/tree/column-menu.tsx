import { memo } from 'react';
import { ask } from '../bridge.ts';
import { ColumnMenu as Menu, type MenuEntry } from '../ui/column-menu.tsx';
import { chooseOutline, useOutlineChoice } from './choose.ts';
import { COLUMNS, type Column, type ColumnId, columnOf } from './columns.ts';
import { type Sort, START_CHOICE, widened, withColumns } from './outline-choice.ts';

interface ColumnMenuProps {
  /** A point of the window; null: closed. `id` null: of no column, only which ones there are. */
  at: { x: number; y: number; id: ColumnId | null } | null;
  /** Those that have room at the moment. */
  shown: readonly ColumnId[];
  /** The lines as CSV. */
  csv: () => string;
  onClose: () => void;
}

const WIDER_PX = 24;

const ORDER_WORDS: Record<Column['sortsAs'], { down: string; up: string }> = {
  words: { down: 'Z first', up: 'A first' },
  amount: { down: 'most first', up: 'least first' },
  rank: { down: 'worst first', up: 'worst last' },
  time: { down: 'latest first', up: 'earliest first' },
};

/** The columns of the outline: their order, widths, and which there are. */
export const ColumnMenu = memo(function ColumnMenu({ at, shown, csv, onClose }: ColumnMenuProps) {
  const { columns } = useOutlineChoice();
  const id = at?.id ?? null;
  return (
    <Menu
      at={at}
      column={id === null ? null : { words: columnOf(id).words, entries: entriesOf(id) }}
      columns={COLUMNS}
      chosen={columns}
      shown={shown}
      entries={[
        {
          text: 'As at first',
          run: () => chooseOutline((from) => ({ ...withColumns(from, START_CHOICE.columns), widths: {} })),
        },
        { text: 'Copy the lines as CSV', run: () => void ask('copy', { text: csv() }) },
      ]}
      onChoose={(wanted) => chooseOutline((from) => withColumns(from, wanted))}
      onClose={onClose}
    />
  );
});

function entriesOf(id: ColumnId): MenuEntry[] {
  const order = ORDER_WORDS[columnOf(id).sortsAs];
  const sort = (to: Sort | null) => () => chooseOutline((from) => ({ ...from, sort: to }));
  const widen = (by: number) => () => chooseOutline((from) => widened(from, id, by));
  const hide = () =>
    chooseOutline((from) =>
      withColumns(
        from,
        from.columns.filter((each) => each !== id),
      ),
    );
  const entries: MenuEntry[] = [
    { text: `Sort, ${order.down}`, run: sort({ by: id, isDown: true }) },
    { text: `Sort, ${order.up}`, run: sort({ by: id, isDown: false }) },
    { text: 'In start order', run: sort(null) },
  ];
  if (id === 'name') return entries;
  return [
    ...entries,
    { text: 'Wider', keys: 'Alt →', run: widen(WIDER_PX) },
    { text: 'Narrower', keys: 'Alt ←', run: widen(-WIDER_PX) },
    { text: 'Hide', run: hide },
  ];
}
