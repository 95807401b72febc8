import { type RefObject, useEffect, useRef } from 'react';

/** A row that is in sight stays so when the list gets less high. A head as high as a row stands above them. */
export function useKeptInSight(
  scroller: RefObject<HTMLElement | null>,
  /** Where it is by now; -1: none has to. */
  index: () => number,
  rowPx: number,
): void {
  const kept = useRef(index);
  kept.current = index;
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    let height = element.clientHeight;
    const observer = new ResizeObserver(() => {
      const before = height;
      height = element.clientHeight;
      const at = height >= before ? -1 : kept.current();
      if (at === -1) return;
      const { scrollTop } = element;
      const top = at * rowPx;
      const wasInSight = top >= scrollTop && top + 2 * rowPx <= scrollTop + before;
      const lowest = top + 2 * rowPx - height;
      if (wasInSight && scrollTop < lowest) element.scrollTop = lowest;
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [scroller, rowPx]);
}
