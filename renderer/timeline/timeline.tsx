import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { ToggleButton } from 'react-aria-components';
import { hasStory } from '../act/story.ts';
import { concerns } from '../inspect/history/concerns.ts';
import { openedRow } from '../store/card.ts';
import { observedAt } from '../store/desk.ts';
import { show, useInterface, usePlace } from '../store/interface.ts';
import type { TimelineRow } from '../store/timeline.ts';
import { useNode, useOfNode } from '../store/use-tree.ts';
import { useValue } from '../store/value.ts';
import { nextLine } from '../tree/keys.ts';
import { reveal } from '../tree/use-outline.ts';
import { clockTime, duration } from '../ui/format.ts';
import { byWhom, decisionWords, severityOfRow, whatWords } from './words.ts';

const ROW_PX = 22;

/** What happened in the instance that is open, newest first. */
export function TimelinePane({ instance }: { instance: string | null }) {
  return (
    <section className="timeline" data-pane="timeline" aria-label="Timeline">
      {instance === null ? (
        <header className="timeline-head">
          <h2 className="pane-title">Timeline</h2>
        </header>
      ) : (
        <TimelineOf key={instance} instance={instance} />
      )}
    </section>
  );
}

function TimelineOf({ instance }: { instance: string }) {
  const { timeline, tree } = observedAt(instance);
  const all = useValue(timeline);
  const isNarrow = useInterface((state) => state.isTimelineNarrow);
  const { selected } = usePlace(instance);
  const id = selected?.id ?? null;
  const hasNode = useOfNode(tree, id, (each) => each !== null);
  const node = useNode(tree, isNarrow ? id : null);
  const rows = useMemo(
    () => all.filter((row) => !isNarrow || !node || concerns(row, node)).toReversed(),
    [all, isNarrow, node],
  );
  return (
    <>
      <header className="timeline-head">
        <h2 className="pane-title">Timeline</h2>
        <ToggleButton
          className="button is-bare"
          isSelected={isNarrow}
          isDisabled={!hasNode}
          onChange={(on) => show({ isTimelineNarrow: on })}
        >
          Only the selection
        </ToggleButton>
      </header>
      {rows.length === 0 ? (
        <p className="inspect-note">
          Nothing has happened yet. What starts, exits, or is killed shows up here.
        </p>
      ) : (
        <Rows
          rows={rows}
          onOpen={(row) => {
            openedRow.set(hasStory(row) ? { instance, row: row.id } : null);
            const target = [row.successor?.id, row.node.id].find((id) => id !== undefined && tree.node(id));
            if (target) reveal(instance, tree, target);
          }}
        />
      )}
    </>
  );
}

const COLUMNS = ['Time', 'What', 'Lineage', 'Life', 'Took', 'Decision', 'By whom, why'] as const;

function Rows({ rows, onOpen }: { rows: readonly TimelineRow[]; onOpen: (row: TimelineRow) => void }) {
  const scroller = useRef<HTMLDivElement>(null);
  const base = useId();
  const [activeId, setActive] = useState<string | null>(null);
  const active = rows.findIndex(({ id }) => id === activeId);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    getItemKey: (index) => rows[index]!.id,
    overscan: 8,
    scrollPaddingStart: ROW_PX,
  });
  useSteady(scroller, rows);
  const items = virtual.getVirtualItems();

  const onKeyDown = (event: KeyboardEvent) => {
    const row = rows[active];
    if (event.key === 'Enter' && row) {
      event.preventDefault();
      onOpen(row);
      return;
    }
    const pageRows = Math.floor((scroller.current?.clientHeight ?? 0) / ROW_PX) - 1;
    const next = nextLine(event, rows.length, active, pageRows);
    if (next === null) return;
    event.preventDefault();
    setActive(rows[next]!.id);
    virtual.scrollToIndex(next);
  };

  return (
    <div
      ref={scroller}
      className="timeline-rows"
      role="grid"
      aria-label="What happened, newest first"
      aria-rowcount={rows.length + 1}
      aria-colcount={COLUMNS.length}
      tabIndex={0}
      aria-activedescendant={items.some(({ index }) => index === active) ? `${base}-${active}` : undefined}
      onKeyDown={onKeyDown}
    >
      <div role="rowgroup" className="timeline-columns">
        <div role="row" className="timeline-row" aria-rowindex={1}>
          {COLUMNS.map((title) => (
            <span key={title} role="columnheader" className={`cut${title === 'Took' ? ' is-figure' : ''}`}>
              {title}
            </span>
          ))}
        </div>
      </div>
      <div role="rowgroup" className="timeline-body" style={{ height: virtual.getTotalSize() }}>
        {items.map(({ index, start }) => {
          const row = rows[index]!;
          return (
            <div
              key={row.id}
              id={`${base}-${index}`}
              role="row"
              aria-rowindex={index + 2}
              aria-selected={index === active}
              className={`timeline-row is-placed${index === active ? ' is-active' : ''}`}
              style={{ transform: `translateY(${start}px)` }}
              onClick={() => {
                setActive(row.id);
                onOpen(row);
              }}
            >
              <Cells row={row} />
            </div>
          );
        })}
      </div>
    </div>
  );
}

/** What is told of the service as a whole, not of one incarnation of a node. */
const LIFELESS: ReadonlySet<TimelineRow['what']> = new Set(['epoch', 'previous-epoch', 'armed', 'disarmed']);

function Cells({ row }: { row: TimelineRow }) {
  const severity = severityOfRow(row);
  const why = byWhom(row) || (row.reason ?? '');
  const decision = row.isStraggler ? `straggler; ${decisionWords(row)}` : decisionWords(row);
  return (
    <>
      <span role="gridcell" className="soft">
        {clockTime(row.at)}
      </span>
      <span role="gridcell" className={`cut${severity === 'ok' ? '' : ` ${severity}`}`}>
        {whatWords(row)}
      </span>
      <span role="gridcell" className="cut" title={row.node.lineage}>
        {row.node.lineage}
      </span>
      <span role="gridcell" className="cut">
        {row.successor
          ? `#${row.node.incarnation} → #${row.successor.incarnation}`
          : LIFELESS.has(row.what)
            ? ''
            : `#${row.node.incarnation}`}
      </span>
      <span role="gridcell" className="is-figure">
        {row.tookMs === null ? '' : duration(row.tookMs)}
      </span>
      <span role="gridcell" className="cut soft" title={decision}>
        {decision}
      </span>
      <span role="gridcell" className="cut soft" title={why}>
        {why}
      </span>
    </>
  );
}

/** New rows come in above: what is being read stays where it is. */
function useSteady(scroller: { current: HTMLDivElement | null }, rows: readonly TimelineRow[]): void {
  const top = useRef<string | null>(null);
  // Known from its events: to ask for it here would have the page laid out twice.
  const scrolled = useRef(0);
  useEffect(() => {
    const element = scroller.current;
    const onScroll = () => {
      scrolled.current = element?.scrollTop ?? 0;
    };
    element?.addEventListener('scroll', onScroll, { passive: true });
    return () => element?.removeEventListener('scroll', onScroll);
  }, [scroller]);
  useLayoutEffect(() => {
    const element = scroller.current;
    const added = top.current === null ? 0 : rows.findIndex(({ id }) => id === top.current);
    if (element && scrolled.current > 0 && added > 0) element.scrollTop += added * ROW_PX;
    top.current = rows[0]?.id ?? null;
  }, [rows, scroller]);
}
