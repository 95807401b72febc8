import { Check } from 'lucide-react';
import { useRef } from 'react';
import { Header, Menu, MenuItem, MenuSection, Popover, Separator } from 'react-aria-components';

export interface MenuEntry {
  text: string;
  /** As on key caps. */
  keys?: string;
  run: () => void;
}

interface ColumnMenuProps<Id extends string> {
  /** A point of the window; null: closed. */
  at: { x: number; y: number } | null;
  /** The column that it is the menu of, and what can be done with it; null: of none, only which ones there are. */
  column: { words: string; entries: readonly MenuEntry[] } | null;
  columns: readonly { id: Id; words: string }[];
  chosen: readonly Id[];
  /** Those that have room at the moment. */
  shown: readonly string[];
  /** What can be done with all of them. */
  entries: readonly MenuEntry[];
  onChoose: (chosen: Id[]) => void;
  onClose: () => void;
}

/** What can be done with a column, and which columns there are. */
export function ColumnMenu<Id extends string>(props: ColumnMenuProps<Id>) {
  const { at, column, columns, chosen, shown, entries, onChoose, onClose } = props;
  const anchor = useRef<HTMLSpanElement>(null);
  const all = [...(column?.entries ?? []), ...entries];
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
          aria-label={column === null ? 'Columns' : `Column ${column.words}`}
          onAction={(key) => all.find(({ text }) => text === key)?.run()}
          onClose={onClose}
          autoFocus="first"
        >
          {column && (
            <MenuSection className="menu-section" aria-label="This column">
              {column.entries.map(item)}
            </MenuSection>
          )}
          {column && <Separator className="menu-line" />}
          <MenuSection
            className="menu-section"
            selectionMode="multiple"
            selectedKeys={chosen}
            onSelectionChange={(keys) =>
              onChoose(columns.map(({ id }) => id).filter((id) => keys === 'all' || keys.has(id)))
            }
          >
            <Header className="menu-header">Columns</Header>
            {columns.map(({ id, words }) => (
              <MenuItem key={id} id={id} className="menu-item is-choice" textValue={words}>
                {({ isSelected }) => (
                  <>
                    <span className="menu-check">{isSelected && <Check size={13} aria-hidden />}</span>
                    <span>{words}</span>
                    {isSelected && !shown.includes(id) && <span className="faint">no room</span>}
                  </>
                )}
              </MenuItem>
            ))}
          </MenuSection>
          <Separator className="menu-line" />
          {entries.map(item)}
        </Menu>
      </Popover>
    </>
  );
}

function item({ text, keys }: MenuEntry) {
  return (
    <MenuItem key={text} id={text} className="menu-item" textValue={text}>
      <span>{text}</span>
      {keys && <kbd>{keys}</kbd>}
    </MenuItem>
  );
}
