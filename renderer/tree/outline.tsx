import { useVirtualizer } from '@tanstack/react-virtual';
import {
  type CSSProperties,
  type KeyboardEvent,
  type MouseEvent,
  useEffect,
  useId,
  useLayoutEffect,
  useMemo,
  useRef,
} from 'react';
import type { TreeNode } from '../../protocol/tree.ts';
import type { Row } from '../store/rows.ts';
import type { TreeStore } from '../store/tree-store.ts';
import { useSize } from '../ui/use-size.ts';
import { useOutlineChoice } from './choose.ts';
import { ColumnMenu } from './column-menu.tsx';
import type { ColumnId } from './columns.ts';
import { fitting, templateOf } from './fitting.ts';
import { nextStep } from './keys.ts';
import { outlineCsv } from './outline-csv.ts';
import { OutlineHead } from './outline-head.tsx';
import { OutlineRow } from './outline-row.tsx';
import { type Outline as OutlineModel, select, setOpen } from './use-outline.ts';

const ROW_PX = 24;

interface OutlineProps {
  instance: string;
  tree: TreeStore;
  outline: OutlineModel;
  /** Opens the menu of the selected node, at a point of the window. */
  onMenu: (at: { x: number; y: number }) => void;
  /** The menu of a column, or of all of them: where it is open. */
  columnMenu: ColumnMenuAt | null;
  onColumnMenu: (at: ColumnMenuAt | null) => void;
}

export interface ColumnMenuAt {
  x: number;
  y: number;
  id: ColumnId | null;
}

/**
 * The tree as lines: virtual, an ARIA treegrid, driven by keys. The focus stays on the grid and the active row
 * is named by aria-activedescendant, so that rows can come and go without taking the focus with them.
 */
export function Outline({ instance, tree, outline, onMenu, columnMenu, onColumnMenu }: OutlineProps) {
  const { rows, place } = outline;
  const scroller = useRef<HTMLDivElement>(null);
  const base = useId();
  const choice = useOutlineChoice();
  // Where nothing is laid out all of them are there.
  const width = useSize(scroller).width || Number.POSITIVE_INFINITY;
  const shown = useMemo(() => fitting(choice, width), [choice, width]);
  const selected = place.selected?.id ?? null;
  const at = selected === null ? -1 : rows.findIndex(({ id }) => id === selected);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    getItemKey: (index) => rows[index]!.id,
    overscan: 12,
    scrollPaddingStart: ROW_PX,
  });
  useSteadyScroll(scroller, rows, tree, selected);
  useEffect(() => {
    if (place.revealAt !== null && at !== -1) virtual.scrollToIndex(at, { align: 'auto' });
  }, [place.revealAt]);

  const go = (index: number) => {
    const row = rows[index];
    if (!row) return;
    select(instance, tree, row.id);
    virtual.scrollToIndex(index, { align: 'auto' });
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey)) {
      if (at === -1) return;
      event.preventDefault();
      const box = document.getElementById(`${base}-${selected}`)?.getBoundingClientRect();
      if (box) onMenu({ x: box.left + 80, y: box.bottom });
      return;
    }
    const pageRows = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / ROW_PX) - 2);
    const step = nextStep(event, rows, at, pageRows);
    if (!step) return;
    event.preventDefault();
    if (step.kind === 'go') go(step.index);
    else setOpen(instance, tree, rows[at]!.id, step.isOpen);
  };

  const onContextMenu = (event: MouseEvent, row: Row) => {
    event.preventDefault();
    select(instance, tree, row.id);
    onMenu({ x: event.clientX, y: event.clientY });
  };

  return (
    <div
      ref={scroller}
      className="outline"
      role="treegrid"
      aria-label="Tree"
      aria-rowcount={rows.length + 1}
      aria-colcount={shown.length + 1}
      aria-activedescendant={
        virtual.getVirtualItems().some(({ index }) => index === at) ? `${base}-${selected}` : undefined
      }
      tabIndex={0}
      style={{ '--outline-columns': templateOf(choice, shown) } as CSSProperties}
      onKeyDown={onKeyDown}
    >
      <OutlineHead
        shown={shown}
        onMenu={(id, at) => onColumnMenu({ ...at, id })}
        onLeave={() => scroller.current?.focus()}
      />
      <div className="outline-body" role="rowgroup" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((item) => {
          const row = rows[item.index]!;
          return (
            <OutlineRow
              key={row.id}
              id={`${base}-${row.id}`}
              instance={instance}
              tree={tree}
              row={row}
              shown={shown}
              index={item.index + 2}
              top={item.start}
              isSelected={row.id === selected}
              hasArrived={place.arrived?.id === row.id}
              query={place.query}
              onSelect={() => select(instance, tree, row.id)}
              onToggle={() => setOpen(instance, tree, row.id, !row.isOpen)}
              onMenu={(event) => onContextMenu(event, row)}
            />
          );
        })}
      </div>
      <ColumnMenu
        at={columnMenu}
        shown={shown}
        csv={() => outlineCsv(nodesOf(rows, tree), choice.columns)}
        onClose={() => onColumnMenu(null)}
      />
    </div>
  );
}

function* nodesOf(rows: readonly Row[], tree: TreeStore): Iterable<TreeNode> {
  for (const { id } of rows) {
    const node = tree.node(id);
    if (node) yield node;
  }
}

/**
 * Keeps what is looked at where it is when lines come or go above it: the selected row while it is in sight,
 * else the first row in sight. A row whose incarnation was replaced is found again by its key.
 */
function useSteadyScroll(
  scroller: { current: HTMLDivElement | null },
  rows: readonly Row[],
  tree: TreeStore,
  selected: string | null,
): void {
  const held = useRef<{ rows: readonly Row[]; keys: Map<number, string | null> }>({
    rows: [],
    keys: new Map(),
  });
  useLayoutEffect(() => {
    const element = scroller.current;
    const before = held.current.rows;
    if (element && before !== rows && before.length > 0) {
      const first = Math.ceil(element.scrollTop / ROW_PX);
      const last = Math.floor((element.scrollTop + element.clientHeight) / ROW_PX) - 2;
      const selectedBefore = before.findIndex(({ id }) => id === selected);
      const anchor = selectedBefore >= first && selectedBefore <= last ? selectedBefore : first;
      const key = held.current.keys.get(anchor);
      const after = key === undefined ? -1 : rows.findIndex(({ id }) => tree.keyOf(id) === key);
      if (element.scrollTop > 0 && after !== -1 && after !== anchor) {
        element.scrollTop += (after - anchor) * ROW_PX;
      }
    }
    held.current = { rows, keys: new Map(rows.map(({ id }, index) => [index, tree.keyOf(id)])) };
  }, [rows, scroller, tree, selected]);
}
