import { ArrowDown, ArrowUp } from 'lucide-react';
import { type KeyboardEvent, memo, type PointerEvent, useRef, useState } from 'react';
import { chooseOutline, useOutlineChoice } from './choose.ts';
import { type Column, type ColumnId, columnOf, NAME } from './columns.ts';
import { pressed, widened, widthOf, withWidth } from './outline-choice.ts';

interface OutlineHeadProps {
  shown: readonly ColumnId[];
  /** Opens the menu of a column, at a point of the window. */
  onMenu: (id: ColumnId, at: { x: number; y: number }) => void;
  /** The keys leave the heads for the lines. */
  onLeave: () => void;
}

const STEP_PX = 12;

/** The heads of the columns: a press sorts. One of them is in the tab order, the arrows go to the others. */
export const OutlineHead = memo(function OutlineHead({ shown, onMenu, onLeave }: OutlineHeadProps) {
  const choice = useOutlineChoice();
  const row = useRef<HTMLDivElement>(null);
  const columns = [NAME, ...shown.map(columnOf)];
  const [active, setActive] = useState<ColumnId>('name');
  const reached = columns.some(({ id }) => id === active) ? active : 'name';

  const go = (index: number) => {
    row.current?.querySelectorAll<HTMLElement>('.head-button')[index]?.focus();
  };
  const onKeyDown = (event: KeyboardEvent<HTMLElement>, { id }: Column) => {
    // The lines have keys of their own.
    event.stopPropagation();
    const at = columns.findIndex((each) => each.id === id);
    const sideways = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey)) {
      const box = event.currentTarget.getBoundingClientRect();
      onMenu(id, { x: box.left, y: box.bottom });
    } else if (event.ctrlKey || event.metaKey) return;
    else if (sideways !== 0 && event.altKey) {
      if (id !== 'name') chooseOutline((from) => widened(from, id, sideways * STEP_PX));
    } else if (event.altKey) return;
    else if (sideways !== 0) go(Math.min(columns.length - 1, Math.max(0, at + sideways)));
    else if (event.key === 'Home') go(0);
    else if (event.key === 'End') go(columns.length - 1);
    else if (event.key === 'ArrowDown' || event.key === 'Escape') onLeave();
    else return;
    event.preventDefault();
  };

  return (
    <div className="outline-head" role="rowgroup">
      <div ref={row} className="outline-grid" role="row" aria-rowindex={1}>
        {columns.map((column) => {
          const { id, title, words, isFigure } = column;
          const sort = choice.sort?.by === id ? (choice.sort.isDown ? 'descending' : 'ascending') : 'none';
          const Arrow = sort === 'descending' ? ArrowDown : ArrowUp;
          return (
            <span
              key={id}
              role="columnheader"
              aria-sort={sort}
              className={`is-${id}${isFigure ? ' is-figure' : ''}`}
              onContextMenu={(event) => {
                event.preventDefault();
                onMenu(id, { x: event.clientX, y: event.clientY });
              }}
            >
              <button
                type="button"
                className="head-button"
                title={words}
                aria-label={id === 'incarnation' ? words : undefined}
                tabIndex={id === reached ? 0 : -1}
                onFocus={() => setActive(id)}
                onClick={() => chooseOutline((from) => pressed(from, id))}
                onKeyDown={(event) => onKeyDown(event, column)}
              >
                <span className="cut">{title}</span>
                {sort !== 'none' && <Arrow size={11} strokeWidth={2.25} aria-hidden />}
              </button>
              {id !== 'name' && <Grip id={id} />}
            </span>
          );
        })}
      </div>
    </div>
  );
});

/** Its left edge: pulled it makes the column wider or narrower; by keys that is Alt with an arrow. */
function Grip({ id }: { id: ColumnId }) {
  const from = useRef<{ x: number; px: number } | null>(null);
  const choice = useOutlineChoice();
  const onDown = (event: PointerEvent<HTMLElement>) => {
    if (event.button !== 0) return;
    event.preventDefault();
    event.currentTarget.setPointerCapture(event.pointerId);
    from.current = { x: event.clientX, px: widthOf(choice, id) };
  };
  const onMove = (event: PointerEvent<HTMLElement>) => {
    const start = from.current;
    // The names take what is left, so that the left edge is what moves.
    if (start) chooseOutline((before) => withWidth(before, id, start.px + start.x - event.clientX));
  };
  const onUp = () => {
    from.current = null;
  };
  return (
    <span
      className="grip"
      aria-hidden
      onPointerDown={onDown}
      onPointerMove={onMove}
      onPointerUp={onUp}
      onPointerCancel={onUp}
    />
  );
}
