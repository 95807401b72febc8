import { useVirtualizer } from '@tanstack/react-virtual';
import { type CSSProperties, type KeyboardEvent, memo, useEffect, useId, useMemo, useRef } from 'react';
import { useOffered } from '../export/offered.ts';
import { togglePaused } from '../store/desk.ts';
import { useValue } from '../store/value.ts';
import { nextLine } from '../tree/keys.ts';
import { NodeIcon } from '../tree/node-icon.tsx';
import { dotOf, severityOf } from '../tree/words.ts';
import { Marked } from '../ui/marked.tsx';
import { useKeptInSight } from '../ui/use-kept-in-sight.ts';
import { useSize } from '../ui/use-size.ts';
import { useNodesChoice } from './choose.ts';
import { columnsWithin, type ListedNode, type NodesColumn, nodesCsv, templateOf } from './columns.ts';
import { NodesColumns, type NodesMenuAt } from './nodes-columns.tsx';
import { NodesHead } from './nodes-head.tsx';
import { indexOf, picked, pickedOf } from './picked.ts';

const ROW_PX = 24;

interface NodesTableProps {
  rows: readonly ListedNode[];
  /** When they were as they are shown. */
  at: number;
  nameOf: (instance: string) => string;
  onOpen: (row: ListedNode) => void;
  /** Opens the menu of a line, at a point of the window. */
  onMenu: (row: ListedNode, at: { x: number; y: number }) => void;
  /** The menu of a column, or of all of them: where it is open. */
  columnMenu: NodesMenuAt | null;
  onColumnMenu: (at: NodesMenuAt | null) => void;
  onCopy: () => void;
}

/** The list as lines: virtual, an ARIA grid. The focus stays on the grid, so that lines can come and go. */
export function NodesTable(props: NodesTableProps) {
  const { rows, at, nameOf, onOpen, onMenu, columnMenu, onColumnMenu, onCopy } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const base = useId();
  const { isFleetWide, sort, text, columns: chosen } = useNodesChoice();
  // Where nothing is laid out all of them are there.
  const width = useSize(scroller).width || Number.POSITIVE_INFINITY;
  const columns = useMemo(
    () => columnsWithin(width, { isFleetWide, sort, columns: chosen }),
    [width, isFleetWide, sort, chosen],
  );
  const active = indexOf(rows, useValue(picked));
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    getItemKey: (index) => `${rows[index]!.instance} ${rows[index]!.id}`,
    overscan: 12,
    scrollPaddingStart: ROW_PX,
  });
  useKeptInSight(scroller, () => active, ROW_PX);
  const items = virtual.getVirtualItems();
  useOffered('table', () => ({ name: 'nodes', csv: () => nodesCsv(rows, nameOf) }));

  useEffect(() => {
    if (document.activeElement === document.body) scroller.current?.focus();
    if (active !== -1) virtual.scrollToIndex(active, { align: 'auto' });
  }, []);

  const onKeyDown = (event: KeyboardEvent) => {
    const row = rows[active];
    if (event.key === 'Enter' && row) onOpen(row);
    else if (event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey)) {
      const box = document.getElementById(`${base}-${active}`)?.getBoundingClientRect();
      if (row && box) onMenu(row, { x: box.left + 80, y: box.bottom });
    } else if (event.key === ' ') togglePaused();
    else {
      const pageRows = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / ROW_PX) - 2);
      const next = nextLine(event, rows.length, active, pageRows);
      if (next === null) return;
      picked.set(pickedOf(rows[next]!));
      virtual.scrollToIndex(next, { align: 'auto' });
    }
    event.preventDefault();
  };

  return (
    <div
      ref={scroller}
      className="outline nodes"
      role="grid"
      aria-label="Nodes"
      aria-rowcount={rows.length + 1}
      aria-colcount={columns.length + 1}
      aria-activedescendant={items.some(({ index }) => index === active) ? `${base}-${active}` : undefined}
      tabIndex={0}
      style={{ '--nodes-columns': templateOf(columns) } as CSSProperties}
      onKeyDown={onKeyDown}
    >
      <NodesHead
        columns={columns}
        onMenu={(column, point) => onColumnMenu({ ...point, column })}
        onLeave={() => scroller.current?.focus()}
      />
      <div className="outline-body" role="rowgroup" style={{ height: virtual.getTotalSize() }}>
        {items.map(({ key, index, start }) => {
          const row = rows[index]!;
          return (
            <div
              key={key}
              id={`${base}-${index}`}
              className={`outline-row nodes-grid${index === active ? ' is-selected' : ''}`}
              role="row"
              aria-rowindex={index + 2}
              aria-selected={index === active}
              style={{ transform: `translateY(${start}px)` }}
              onClick={() => picked.set(pickedOf(row))}
              onDoubleClick={() => onOpen(row)}
              onContextMenu={(event) => {
                event.preventDefault();
                picked.set(pickedOf(row));
                onMenu(row, { x: event.clientX, y: event.clientY });
              }}
            >
              <Cells row={row} columns={columns} at={at} query={text} instance={nameOf(row.instance)} />
            </div>
          );
        })}
      </div>
      <NodesColumns at={columnMenu} shown={columns} onCopy={onCopy} onClose={() => onColumnMenu(null)} />
    </div>
  );
}

interface CellsProps {
  row: ListedNode;
  columns: readonly NodesColumn[];
  at: number;
  query: string;
  instance: string;
}

const Cells = memo(function Cells({ row, columns, at, query, instance }: CellsProps) {
  const severity = severityOf(row);
  const isTrouble = severity === 'bad' || severity === 'warn';
  return (
    <>
      <span role="gridcell" className="is-name" title={`${row.lineage} (${row.id})`}>
        <NodeIcon node={row} />
        <span className={`cut${isTrouble ? ` ${severity}` : ''}`}>
          <Marked text={row.lineage} query={query} />
        </span>
      </span>
      {columns.map((column) => (
        <span
          key={column.id}
          role="gridcell"
          className={`cut is-${column.id}${column.isFigure ? ' is-figure' : ''}`}
        >
          {column.id === 'status' && <span className={dotOf(row)} />}
          {column.id === 'instance' ? (
            instance
          ) : (
            <Figure
              text={column.text(row, at)}
              className={
                column.id === 'status' && (severity === 'bad' || severity === 'warn') ? severity : ''
              }
            />
          )}
        </span>
      ))}
    </>
  );
});

/** What is not known is a dash, and said to be so; it is never a zero. */
function Figure({ text, className }: { text: string | null; className: string }) {
  if (text === null)
    return (
      <span className="is-unknown">
        <span aria-hidden>–</span>
        <span className="unseen">not known</span>
      </span>
    );
  return <span className={`${className}${text === '0' ? ' is-nothing' : ''}`}>{text}</span>;
}
