import { isDescendingUnlessTold } from '../../protocol/node-list.ts';
import { ColumnMenu, type MenuEntry } from '../ui/column-menu.tsx';
import { START_NODES, withNodeColumns } from './choice.ts';
import { chooseNodes, useNodesChoice } from './choose.ts';
import { CHOOSABLE, type NodesColumn } from './columns.ts';

export interface NodesMenuAt {
  x: number;
  y: number;
  /** Null: of no column, only which ones there are. */
  column: NodesColumn | null;
}

interface NodesColumnsProps {
  at: NodesMenuAt | null;
  /** Those that have room at the moment. */
  shown: readonly NodesColumn[];
  onCopy: () => void;
  onClose: () => void;
}

/** The columns of the list: its order, and which there are. */
export function NodesColumns({ at, shown, onCopy, onClose }: NodesColumnsProps) {
  const { columns } = useNodesChoice();
  const column = at?.column ?? null;
  return (
    <ColumnMenu
      at={at}
      column={column && { words: column.words, entries: entriesOf(column) }}
      columns={CHOOSABLE}
      chosen={columns}
      shown={shown.map(({ id }) => id)}
      entries={[
        {
          text: 'As at first',
          run: () => chooseNodes((from) => withNodeColumns(from, START_NODES.columns)),
        },
        { text: 'Copy the lines as CSV', run: onCopy },
      ]}
      onChoose={(wanted) => chooseNodes((from) => withNodeColumns(from, wanted))}
      onClose={onClose}
    />
  );
}

function entriesOf({ id, sort }: NodesColumn): MenuEntry[] {
  const entries: MenuEntry[] = [];
  if (sort !== null) {
    const isDown = isDescendingUnlessTold(sort);
    const by = (isDescending: boolean) => () => chooseNodes((from) => ({ ...from, sort, isDescending }));
    entries.push(
      { text: isDown ? 'Sort, most first' : 'Sort, A first', run: by(isDown) },
      { text: isDown ? 'Sort, least first' : 'Sort, Z first', run: by(!isDown) },
    );
  }
  if (id === 'name' || id === 'instance') return entries;
  const hide = () =>
    chooseNodes((from) =>
      withNodeColumns(
        from,
        from.columns.filter((each) => each !== id),
      ),
    );
  return [...entries, { text: 'Hide', run: hide }];
}
