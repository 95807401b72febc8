import { ArrowDown, ArrowUp } from 'lucide-react';
import { type KeyboardEvent, useRef, useState } from 'react';
import { sortedBy } from './choice.ts';
import { chooseNodes, useNodesChoice } from './choose.ts';
import { NAME, type NodesColumn } from './columns.ts';

interface NodesHeadProps {
  columns: readonly NodesColumn[];
  /** Opens the menu of a column, at a point of the window. */
  onMenu: (column: NodesColumn, at: { x: number; y: number }) => void;
  /** The keys leave the heads for the lines. */
  onLeave: () => void;
}

/** The heads: a press sorts, at the agents. One of them is in the tab order, the arrows go to the others. */
export function NodesHead({ columns, onMenu, onLeave }: NodesHeadProps) {
  const { sort, isDescending } = useNodesChoice();
  const row = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState(NAME.id);
  const all = [NAME, ...columns];
  const sortable = all.filter((column) => column.sort !== null);
  const reached = sortable.some(({ id }) => id === active) ? active : NAME.id;

  const onKeyDown = (event: KeyboardEvent<HTMLElement>, column: NodesColumn) => {
    const { id } = column;
    // The lines have keys of their own.
    event.stopPropagation();
    if (event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey)) {
      const box = event.currentTarget.getBoundingClientRect();
      event.preventDefault();
      onMenu(column, { x: box.left, y: box.bottom });
      return;
    }
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const at = sortable.findIndex((each) => each.id === id);
    const last = sortable.length - 1;
    const go = (index: number) =>
      row.current?.querySelectorAll<HTMLElement>('.head-button')[Math.min(last, Math.max(0, index))]?.focus();
    if (event.key === 'ArrowRight') go(at + 1);
    else if (event.key === 'ArrowLeft') go(at - 1);
    else if (event.key === 'Home') go(0);
    else if (event.key === 'End') go(last);
    else if (event.key === 'ArrowDown' || event.key === 'Escape') onLeave();
    else return;
    event.preventDefault();
  };

  return (
    <div className="outline-head" role="rowgroup">
      <div ref={row} className="nodes-grid" role="row" aria-rowindex={1}>
        {all.map((column) => {
          const { id, title, words, isFigure } = column;
          const order = column.sort !== sort ? 'none' : isDescending ? 'descending' : 'ascending';
          const Arrow = order === 'descending' ? ArrowDown : ArrowUp;
          return (
            <span
              key={id}
              role="columnheader"
              aria-sort={column.sort === null ? undefined : order}
              className={`is-${id}${isFigure ? ' is-figure' : ''}`}
              onContextMenu={(event) => {
                event.preventDefault();
                onMenu(column, { x: event.clientX, y: event.clientY });
              }}
            >
              {column.sort === null ? (
                <span className="cut">{title}</span>
              ) : (
                <button
                  type="button"
                  className="head-button"
                  title={words}
                  tabIndex={id === reached ? 0 : -1}
                  onFocus={() => setActive(id)}
                  onClick={() => chooseNodes((from) => sortedBy(from, column.sort!))}
                  onKeyDown={(event) => onKeyDown(event, column)}
                >
                  <span className="cut">{title}</span>
                  {order !== 'none' && <Arrow size={11} strokeWidth={2.25} aria-hidden />}
                </button>
              )}
            </span>
          );
        })}
      </div>
    </div>
  );
}
