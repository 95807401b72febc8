import { Search, X } from 'lucide-react';
import type { KeyboardEvent } from 'react';
import { Button, Input, SearchField, ToggleButton, ToggleButtonGroup, Toolbar } from 'react-aria-components';
import type { NodesView } from '../../electron/ipc.ts';
import { LIMITS } from '../../protocol/limits.ts';
import { KINDS, type NodeKind } from '../../protocol/tree.ts';
import { ColumnsButton } from '../ui/columns-button.tsx';
import { withKind } from './choice.ts';
import { chooseNodes, useNodesChoice } from './choose.ts';

const PLURAL: Record<NodeKind, string> = {
  process: 'Processes',
  thread: 'Threads',
  supervisor: 'Supervisors',
  worker: 'Workers',
  component: 'Components',
};

interface NodesBarProps {
  /** The name of the instance that is open; null: none is. */
  instance: string | null;
  live: NodesView['live'] | null;
  /** Opens the choice of columns below a point. */
  onColumns: (at: { x: number; y: number }) => void;
}

/** Of whom the list is, and what of it is let through. */
export function NodesBar({ instance, live, onColumns }: NodesBarProps) {
  const { isFleetWide, kinds, text } = useNodesChoice();
  const onKeyDown = (event: KeyboardEvent) => {
    // Enter and the arrow go to what was found, Escape clears and goes back to the list.
    if (event.key !== 'ArrowDown' && event.key !== 'Enter' && event.key !== 'Escape') return;
    event.preventDefault();
    if (event.key === 'Escape') chooseNodes((from) => ({ ...from, text: '' }));
    document.querySelector<HTMLElement>('.nodes')?.focus();
  };
  return (
    <>
      <div className="tree-bar">
        <ToggleButtonGroup
          className="switcher"
          aria-label="Of whom"
          selectionMode="single"
          disallowEmptySelection
          selectedKeys={[isFleetWide ? 'fleet' : 'instance']}
          onSelectionChange={(keys) =>
            chooseNodes((from) => ({ ...from, isFleetWide: [...keys][0] === 'fleet' }))
          }
        >
          <ToggleButton id="fleet" className="button is-bare">
            Whole fleet
          </ToggleButton>
          <ToggleButton id="instance" className="button is-bare" isDisabled={instance === null}>
            <span className="cut">{instance ?? 'One instance'}</span>
          </ToggleButton>
        </ToggleButtonGroup>
        <SearchField
          className="search"
          aria-label="Filter the nodes"
          value={text}
          maxLength={LIMITS.maxNodeTextChars}
          onChange={(next) => chooseNodes((from) => ({ ...from, text: next }))}
        >
          <Search size={14} aria-hidden />
          <Input className="input" placeholder="Lineage, name, id or pid" onKeyDown={onKeyDown} />
          <Button className="search-clear" aria-label="Clear the filter">
            <X size={13} aria-hidden />
          </Button>
        </SearchField>
      </div>
      <Toolbar className="chip-bar" aria-label="Kinds">
        {KINDS.map((kind) => (
          <ToggleButton
            key={kind}
            className={`chip${live && live[kind] === 0 ? ' is-none' : ''}`}
            isSelected={kinds.includes(kind)}
            onChange={() => chooseNodes((from) => withKind(from, kind))}
          >
            {PLURAL[kind]} <span className="chip-count">{live ? live[kind].toLocaleString('en') : ''}</span>
          </ToggleButton>
        ))}
        <span className="spread" />
        <ColumnsButton onPress={onColumns} />
      </Toolbar>
    </>
  );
}
