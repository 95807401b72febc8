import { type RefObject, useCallback, useLayoutEffect, useRef, useState } from 'react';

/** Beyond what is in sight, so that a scroll finds them there. */
const SPARE_ROWS = 12;
/** Rows are made so many at a time: few in each frame, rather than many in some. */
const STEP_ROWS = 2;

interface FixedRows {
  /** Of the rows that are to be drawn, as far as there are so many; `end` is not one of them. */
  from: number;
  end: number;
  /** Scrolls no further than it must. */
  bringIn(index: number): void;
  /** How far it is scrolled, and its height, in pixels: known without having the page laid out for it. */
  sight: RefObject<{ top: number; height: number }>;
}

/**
 * Which rows of a list are in sight, where all are of one height: whatever their number, nothing is kept of those that are
 * not. A head of the height of a row may stand above them.
 */
export function useFixedRows(scroller: RefObject<HTMLElement | null>, rowPx: number): FixedRows {
  const [{ first, rows }, setSight] = useState({ first: 0, rows: 0 });
  const sight = useRef({ top: 0, height: 0 });
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const look = () => {
      const { scrollTop: top, clientHeight: height } = element;
      sight.current = { top, height };
      const first = Math.floor(top / rowPx / STEP_ROWS) * STEP_ROWS;
      const rows = Math.ceil(height / rowPx) + STEP_ROWS;
      setSight((before) => (before.first === first && before.rows === rows ? before : { first, rows }));
    };
    look();
    const observer = new ResizeObserver(look);
    observer.observe(element);
    element.addEventListener('scroll', look, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', look);
    };
  }, [scroller, rowPx]);

  const bringIn = useCallback(
    (index: number) => {
      const element = scroller.current;
      if (!element) return;
      const top = index * rowPx;
      // The head covers what is behind it.
      const lowest = top + 2 * rowPx - element.clientHeight;
      if (element.scrollTop > top) element.scrollTop = top;
      else if (element.scrollTop < lowest) element.scrollTop = lowest;
    },
    [scroller, rowPx],
  );
  return {
    from: Math.max(0, first - SPARE_ROWS),
    end: first + rows + SPARE_ROWS,
    bringIn,
    sight,
  };
}
