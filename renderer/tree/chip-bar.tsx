import { Check, ChevronDown, X } from 'lucide-react';
import { memo, useSyncExternalStore } from 'react';
import { Button, Menu, MenuItem, MenuTrigger, Popover, ToggleButton, Toolbar } from 'react-aria-components';
import type { TreeStore } from '../store/tree-store.ts';
import { useValue, type Value } from '../store/value.ts';
import { IconButton } from '../ui/button.tsx';
import { ColumnsButton } from '../ui/columns-button.tsx';
import { CHIPS, type Chip, type ChipCounts, type ChipId } from './chips.ts';
import { chooseOutline, useOutlineChoice } from './choose.ts';
import { withChip, withoutChips } from './outline-choice.ts';
import { useChipCounts } from './use-chip-counts.ts';

const STATES = CHIPS.filter(({ group }) => group === 'status');
const MENUS = [
  { group: 'kind', title: 'Kind' },
  { group: 'host', title: 'Host' },
] as const;

interface ChipBarProps {
  tree: TreeStore;
  /** Opens the choice of columns below a point; null where there are none. */
  onColumns: ((at: { x: number; y: number }) => void) | null;
}

/** Filters beside the search, each with how many it would let through. The arrows go from one to the next. */
export const ChipBar = memo(function ChipBar({ tree, onColumns }: ChipBarProps) {
  const { chips } = useOutlineChoice();
  const counts = useChipCounts(tree);
  const press = (id: ChipId) => chooseOutline((from) => withChip(from, id));
  return (
    <Toolbar className="chip-bar" aria-label="Filters">
      {STATES.map((chip) => (
        <StateChip
          key={chip.id}
          chip={chip}
          counts={counts}
          isPressed={chips.includes(chip.id)}
          onPress={() => press(chip.id)}
        />
      ))}
      {MENUS.map(({ group, title }) => (
        <ChipMenu
          key={group}
          title={title}
          of={CHIPS.filter((each) => each.group === group)}
          counts={counts}
          pressed={chips}
          onPress={press}
        />
      ))}
      {chips.length > 0 && (
        <IconButton label="Clear the filters" icon={X} onPress={() => chooseOutline(withoutChips)} />
      )}
      <span className="spread" />
      {onColumns && <ColumnsButton onPress={onColumns} />}
    </Toolbar>
  );
});

type Counts = Value<ChipCounts | null>;

interface StateChipProps {
  chip: Chip;
  counts: Counts;
  isPressed: boolean;
  onPress: () => void;
}

/** With its figure, which changes by itself. */
function StateChip({ chip: { id, title }, counts, isPressed, onPress }: StateChipProps) {
  const isNone = useSyncExternalStore(counts.subscribe, () => !counts.get()?.[id]);
  return (
    <ToggleButton
      className={`chip${isNone ? ' is-none' : ` is-${id.slice('status:'.length)}`}`}
      isSelected={isPressed}
      onChange={onPress}
    >
      {title} <Count counts={counts} id={id} />
    </ToggleButton>
  );
}

function Count({ counts, id }: { counts: Counts; id: ChipId }) {
  return <span className="chip-count">{useValue(counts)?.[id].toLocaleString('en') ?? ''}</span>;
}

interface ChipMenuProps {
  title: string;
  of: readonly Chip[];
  counts: Counts;
  pressed: readonly ChipId[];
  onPress: (id: ChipId) => void;
}

function ChipMenu({ title, of, counts, pressed, onPress }: ChipMenuProps) {
  const on = of.filter(({ id }) => pressed.includes(id));
  const words = on.map((each) => each.title).join(', ');
  return (
    <MenuTrigger>
      <Button className={`chip${on.length > 0 ? ' is-on' : ''}`}>
        {title}
        {on.length > 0 && `: ${words}`}
        <ChevronDown size={12} aria-hidden />
      </Button>
      <Popover className="popover" placement="bottom start" offset={2}>
        <Menu
          className="menu"
          selectionMode="multiple"
          selectedKeys={on.map(({ id }) => id)}
          onSelectionChange={(keys) => {
            for (const { id } of of) {
              const isWanted = keys === 'all' || keys.has(id);
              if (isWanted !== pressed.includes(id)) onPress(id);
            }
          }}
        >
          {of.map((each) => (
            <MenuItem key={each.id} id={each.id} className="menu-item is-choice" textValue={each.title}>
              {({ isSelected }) => (
                <>
                  <span className="menu-check">{isSelected && <Check size={13} aria-hidden />}</span>
                  <span>{each.title}</span>
                  <Count counts={counts} id={each.id} />
                </>
              )}
            </MenuItem>
          ))}
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}
