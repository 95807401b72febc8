import { Check } from 'lucide-react';
import { useRef } from 'react';
import { Header, Menu, MenuItem, MenuSection, Popover, Separator } from 'react-aria-components';
import { ask } from '../bridge.ts';
import { chooseOutline, useOutlineChoice } from './choose.ts';
import { COLUMNS, type Column, type ColumnId, columnOf } from './columns.ts';
import { START_CHOICE, widened, withColumns } from './outline-choice.ts';

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

/** What can be done with a column, and which columns there are. */
export function ColumnMenu({ at, shown, csv, onClose }: ColumnMenuProps) {
  const anchor = useRef<HTMLSpanElement>(null);
  const choice = useOutlineChoice();
  const id = at?.id ?? null;
  const onAction = (key: string | number) => {
    if (key === 'as-before') {
      chooseOutline((from) => ({ ...withColumns(from, START_CHOICE.columns), widths: {} }));
    } else if (key === 'copy') void ask('copy', { text: csv() });
    else if (key === 'unsorted') chooseOutline((from) => ({ ...from, sort: null }));
    else if (id === null) return;
    else if (key === 'down' || key === 'up') {
      chooseOutline((from) => ({ ...from, sort: { by: id, isDown: key === 'down' } }));
    } else if (key === 'wider' || key === 'narrower') {
      const by = key === 'wider' ? WIDER_PX : -WIDER_PX;
      chooseOutline((from) => widened(from, id, by));
    } else if (key === 'hide') {
      chooseOutline((from) =>
        withColumns(
          from,
          from.columns.filter((each) => each !== id),
        ),
      );
    }
  };
  const order = id === null ? null : ORDER_WORDS[columnOf(id).sortsAs];
  return (
    <>
      <span ref={anchor} className="menu-anchor" style={at ? { left: at.x, top: at.y } : undefined} />
      <Popover
        className="popover"
        aria-label="Columns"
        triggerRef={anchor}
        isOpen={at !== null}
        onOpenChange={(isOpen) => !isOpen && onClose()}
        placement="bottom start"
        offset={2}
      >
        <Menu
          className="menu is-tall"
          aria-label={id === null ? 'Columns' : `Column ${columnOf(id).words}`}
          onAction={onAction}
          onClose={onClose}
          autoFocus="first"
        >
          {order && (
            <MenuSection className="menu-section" aria-label="This column">
              <Item id="down" text={`Sort, ${order.down}`} />
              <Item id="up" text={`Sort, ${order.up}`} />
              <Item id="unsorted" text="In start order" />
              {id !== 'name' && <Item id="wider" text="Wider" keys="Alt →" />}
              {id !== 'name' && <Item id="narrower" text="Narrower" keys="Alt ←" />}
              {id !== 'name' && <Item id="hide" text="Hide" />}
            </MenuSection>
          )}
          {order && <Separator className="menu-line" />}
          <MenuSection
            className="menu-section"
            selectionMode="multiple"
            selectedKeys={choice.columns}
            onSelectionChange={(keys) => {
              const wanted = keys === 'all' ? COLUMNS.map((column) => column.id) : [...keys];
              chooseOutline((from) => withColumns(from, wanted as ColumnId[]));
            }}
          >
            <Header className="menu-header">Columns</Header>
            {COLUMNS.map((column) => (
              <MenuItem
                key={column.id}
                id={column.id}
                className="menu-item is-choice"
                textValue={column.words}
              >
                {({ isSelected }) => (
                  <>
                    <span className="menu-check">{isSelected && <Check size={13} aria-hidden />}</span>
                    <span>{column.words}</span>
                    {isSelected && !shown.includes(column.id) && <span className="faint">no room</span>}
                  </>
                )}
              </MenuItem>
            ))}
          </MenuSection>
          <Separator className="menu-line" />
          <Item id="as-before" text="As at first" />
          <Item id="copy" text="Copy the lines as CSV" />
        </Menu>
      </Popover>
    </>
  );
}

function Item({ id, text, keys }: { id: string; text: string; keys?: string }) {
  return (
    <MenuItem id={id} className="menu-item" textValue={text}>
      <span>{text}</span>
      {keys && <kbd>{keys}</kbd>}
    </MenuItem>
  );
}
