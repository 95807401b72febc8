import {
  type CSSProperties,
  type KeyboardEvent,
  type MouseEvent,
  memo,
  type ReactNode,
  type RefObject,
  useCallback,
  useEffect,
  useId,
  useLayoutEffect,
  useMemo,
  useRef,
} from 'react';
import type { TreeNode } from '../../protocol/tree.ts';
import { nameOf, useOffered } from '../export/offered.ts';
import { now } from '../store/clock.ts';
import type { Lines } from '../store/lines.ts';
import type { Place } from '../store/place.ts';
import type { Row } from '../store/rows.ts';
import type { TreeStore } from '../store/tree-store.ts';
import { useLineCount, useLinesBetween } from '../store/use-lines.ts';
import { useFixedRows } from '../ui/use-fixed-rows.ts';
import { useKeptInSight } from '../ui/use-kept-in-sight.ts';
import { useSize } from '../ui/use-size.ts';
import { useOutlineChoice } from './choose.ts';
import { ColumnMenu } from './column-menu.tsx';
import type { ColumnId } from './columns.ts';
import { fitting, templateOf } from './fitting.ts';
import { nextStep } from './keys.ts';
import { outlineCsv } from './outline-csv.ts';
import { OutlineHead } from './outline-head.tsx';
import { OutlineRow } from './outline-row.tsx';
import { Ruler } from './ruler.tsx';
import { select, setOpen } from './use-outline.ts';

const ROW_PX = 24;

interface OutlineProps {
  instance: string;
  tree: TreeStore;
  rows: Lines;
  place: Place;
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
export const Outline = memo(function Outline(props: OutlineProps) {
  const { instance, tree, rows, place, onMenu, columnMenu, onColumnMenu } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const base = useId();
  const choice = useOutlineChoice();
  // Where nothing is laid out all of them are there.
  const width = useSize(scroller).width || Number.POSITIVE_INFINITY;
  const shown = useMemo(() => fitting(choice, width), [choice, width]);
  const selected = place.selected?.id ?? null;
  const arrived = place.arrived?.id;
  const { query } = place;
  const { from, end, bringIn, sight } = useFixedRows(scroller, ROW_PX);
  const drawn = useLinesBetween(rows, from, end);
  const isDrawn = drawn.some(({ id }) => id === selected);
  const indexOfSelected = () => (selected === null ? -1 : rows.indexOf(selected));
  useSteadyScroll(scroller, { rows, drawn, from, sight }, tree, selected);
  useKeptInSight(scroller, indexOfSelected, ROW_PX);
  usePlacesSaid(scroller, base, rows, drawn);
  const { isMatch } = rows.options;
  // What is looked for begins with its first answer, however far down one was.
  useLayoutEffect(() => {
    const first = isMatch && rows.firstMatch();
    if (first) bringIn(rows.indexOf(first));
  }, [isMatch]);
  useEffect(() => {
    const at = place.revealAt === null ? -1 : indexOfSelected();
    if (at !== -1) bringIn(at);
  }, [place.revealAt]);

  const go = (index: number) => {
    const row = rows.at(index);
    if (!row) return;
    select(instance, tree, row.id);
    bringIn(index);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const at = indexOfSelected();
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
    else setOpen(instance, tree, rows.at(at)!.id, step.isOpen);
  };

  const onSelect = useCallback((row: Row) => select(instance, tree, row.id), [instance, tree]);
  const onToggle = useCallback((row: Row) => setOpen(instance, tree, row.id, !row.isOpen), [instance, tree]);
  const onContextMenu = useCallback(
    (event: MouseEvent, row: Row) => {
      event.preventDefault();
      select(instance, tree, row.id);
      onMenu({ x: event.clientX, y: event.clientY });
    },
    [instance, tree, onMenu],
  );
  const onHeadMenu = useCallback(
    (id: ColumnId, at: { x: number; y: number }) => onColumnMenu({ ...at, id }),
    [onColumnMenu],
  );
  const closeColumnMenu = useCallback(() => onColumnMenu(null), [onColumnMenu]);
  const focusLines = useCallback(() => scroller.current?.focus(), []);
  const csv = useCallback(
    () => outlineCsv(nodesOf(rows, tree), choice.columns),
    [rows, tree, choice.columns],
  );
  // Below these many more come and go: then nothing of them is looked at.
  const lines = useMemo(
    () =>
      drawn.map((row, place) => (
        <OutlineRow
          key={row.id}
          id={`${base}-${row.id}`}
          instance={instance}
          tree={tree}
          row={row}
          shown={shown}
          index={from + place + 2}
          top={(from + place) * ROW_PX}
          isSelected={row.id === selected}
          hasArrived={arrived === row.id}
          query={query}
          onSelect={onSelect}
          onToggle={onToggle}
          onMenu={onContextMenu}
        />
      )),
    [drawn, from, base, instance, tree, shown, selected, arrived, query, onSelect, onToggle, onContextMenu],
  );

  useOffered('table', () => ({ name: nameOf(instance), csv }));

  return (
    <div className="outline-frame">
      <div
        ref={scroller}
        className="outline"
        role="treegrid"
        aria-label="Tree"
        aria-rowcount={rows.length + 1}
        aria-colcount={shown.length + 1}
        aria-activedescendant={isDrawn ? `${base}-${selected}` : undefined}
        tabIndex={0}
        style={{ '--outline-columns': templateOf(choice, shown) } as CSSProperties}
        onKeyDown={onKeyDown}
      >
        <OutlineHead shown={shown} onMenu={onHeadMenu} onLeave={focusLines} />
        <Body rows={rows}>{lines}</Body>
        <ColumnMenu at={columnMenu} shown={shown} csv={csv} onClose={closeColumnMenu} />
      </div>
      <Ruler
        scroller={scroller}
        sight={sight}
        tree={tree}
        rows={rows}
        opened={place.open}
        rowPx={ROW_PX}
        selected={selected}
      />
    </div>
  );
});

/** As high as all lines are: with each that comes or goes it is another height, while what is drawn is the same. */
function Body({ rows, children }: { rows: Lines; children: ReactNode }) {
  return (
    <div className="outline-body" role="rowgroup" style={{ height: useLineCount(rows) * ROW_PX }}>
      {children}
    </div>
  );
}

function* nodesOf(rows: Iterable<Row>, tree: TreeStore): Iterable<TreeNode> {
  for (const { id } of rows) {
    const node = tree.node(id);
    if (node) yield node;
  }
}

/** How many lines there are, and places among siblings, are said anew once a second: each that comes or goes changes them for all. */
function usePlacesSaid(
  scroller: RefObject<HTMLDivElement | null>,
  base: string,
  rows: Lines,
  drawn: readonly Row[],
): void {
  useEffect(
    () =>
      now.subscribe(() => {
        scroller.current?.setAttribute('aria-rowcount', `${rows.length + 1}`);
        for (const { id, position, siblings } of drawn) {
          const element = document.getElementById(`${base}-${id}`);
          if (element?.ariaSetSize !== `${siblings}`) element?.setAttribute('aria-setsize', `${siblings}`);
          if (element?.ariaPosInSet !== `${position}`) element?.setAttribute('aria-posinset', `${position}`);
        }
      }),
    [scroller, base, rows, drawn],
  );
}

interface InSight {
  rows: Lines;
  drawn: readonly Row[];
  from: number;
  sight: RefObject<{ top: number; height: number }>;
}

/**
 * Keeps what is looked at where it is when lines come or go above it: the selected row while it is in sight,
 * else the first row in sight. A row whose incarnation was replaced is found again by its key.
 */
function useSteadyScroll(
  scroller: RefObject<HTMLDivElement | null>,
  { rows, drawn, from, sight }: InSight,
  tree: TreeStore,
  selected: string | null,
): void {
  const held = useRef<{ rows: Lines | null; version: number; from: number; drawn: Held[] }>({
    rows: null,
    version: 0,
    from: 0,
    drawn: [],
  });
  useLayoutEffect(() => {
    const element = scroller.current;
    const before = held.current;
    if (element && (before.rows !== rows || before.version !== rows.version) && before.drawn.length > 0) {
      const { top, height } = sight.current;
      const first = Math.ceil(top / ROW_PX);
      const last = Math.floor((top + height) / ROW_PX) - 2;
      const selectedBefore = before.from + before.drawn.findIndex(({ id }) => id === selected);
      const anchor = selectedBefore >= first && selectedBefore <= last ? selectedBefore : first;
      const after = indexNow(rows, tree, before.drawn[anchor - before.from]);
      if (top > 0 && after !== -1 && after !== anchor) element.scrollTop += (after - anchor) * ROW_PX;
    }
    const { version } = rows;
    held.current = { rows, version, from, drawn: drawn.map(({ id }) => ({ id, key: tree.keyOf(id) })) };
  }, [rows, drawn, from, sight, scroller, tree, selected]);
}

interface Held {
  id: string;
  key: string | null;
}

/** Where a row is by now, or who stands at its place; -1: nowhere. */
function indexNow(rows: Lines, tree: TreeStore, held: Held | undefined): number {
  if (!held) return -1;
  const newest = held.key === null ? null : tree.newestAt(held.key);
  const at = newest ? rows.indexOf(newest.id) : -1;
  return at === -1 ? rows.indexOf(held.id) : at;
}
