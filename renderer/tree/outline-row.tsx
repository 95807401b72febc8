import { ChevronRight } from 'lucide-react';
import { type MouseEvent, memo } from 'react';
import type { TreeNode } from '../../protocol/tree.ts';
import { isAlive } from '../store/row-keys.ts';
import type { Row } from '../store/rows.ts';
import type { TreeStore } from '../store/tree-store.ts';
import { useNode } from '../store/use-tree.ts';
import { Marked } from '../ui/marked.tsx';
import { type ColumnId, columnOf } from './columns.ts';
import { LiveStatus } from './live-status.tsx';
import { NodeIcon } from './node-icon.tsx';
import { dotOf, severityOf } from './words.ts';

interface OutlineRowProps {
  id: string;
  instance: string;
  tree: TreeStore;
  row: Row;
  shown: readonly ColumnId[];
  /** 1-based, the head being the first. */
  index: number;
  top: number;
  isSelected: boolean;
  hasArrived: boolean;
  query: string;
  onSelect: (row: Row) => void;
  onToggle: (row: Row) => void;
  onMenu: (event: MouseEvent, row: Row) => void;
}

/** Drawn again when its own node, its place or its selection changes: lines come and go around it all the time. */
export const OutlineRow = memo(function OutlineRow(props: OutlineRowProps) {
  const { id, tree, row, index, top, isSelected, hasArrived, onSelect, onToggle, onMenu } = props;
  const node = useNode(tree, row.id);
  if (!node) return null;
  const classes = [
    'outline-row outline-grid',
    isSelected && 'is-selected',
    hasArrived && 'has-arrived',
    !isAlive(node) && 'is-ghost',
  ];
  return (
    <div
      id={id}
      className={classes.filter(Boolean).join(' ')}
      role="row"
      aria-rowindex={index}
      aria-level={row.level}
      aria-posinset={row.position}
      aria-setsize={row.siblings}
      aria-selected={isSelected}
      aria-expanded={row.hasChildren ? row.isOpen : undefined}
      style={{ transform: `translateY(${top}px)` }}
      onClick={() => onSelect(row)}
      onDoubleClick={row.hasChildren ? () => onToggle(row) : undefined}
      onContextMenu={(event) => onMenu(event, row)}
    >
      <span role="gridcell" className="is-name" style={{ paddingLeft: 6 + (row.level - 1) * 14 }}>
        <span
          className={`twisty${row.isOpen ? ' is-open' : ''}`}
          onClick={(event) => {
            event.stopPropagation();
            if (row.hasChildren) onToggle(row);
          }}
        >
          {row.hasChildren && <ChevronRight size={13} strokeWidth={2} aria-hidden />}
        </span>
        <NodeIcon node={node} />
        <span className="cut">
          <Marked text={node.name} query={props.query} />
        </span>
      </span>
      <Cells instance={props.instance} node={node} shown={props.shown} />
    </div>
  );
});

interface CellsProps {
  instance: string;
  node: TreeNode;
  shown: readonly ColumnId[];
}

const Cells = memo(function Cells({ instance, node, shown }: CellsProps) {
  const severity = severityOf(node);
  return shown.map(columnOf).map(({ id, text, isFigure }) => (
    <span key={id} role="gridcell" className={`cut is-${id}${isFigure ? ' is-figure' : ''}`}>
      {id === 'status' && <span className={dotOf(node)} />}
      {id === 'status' ? (
        <span className={`cut${severity === 'bad' || severity === 'warn' ? ` ${severity}` : ''}`}>
          <LiveStatus instance={instance} node={node} />
        </span>
      ) : (
        text(node)
      )}
    </span>
  ));
});
