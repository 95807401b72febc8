import { type PointerEvent, type RefObject, useCallback, useEffect, useLayoutEffect, useState } from 'react';

/** Where the drawing stands in its window: screen = drawing × scale + (x, y). */
export interface Viewport {
  x: number;
  y: number;
  scale: number;
}

interface Size {
  width: number;
  height: number;
}

const MIN_SCALE = 0.25;
const MAX_SCALE = 2;
/** Below this nobody can read a name; a drawing that would have to be smaller is cut instead of shrunk. */
const READABLE = 0.6;
const MARGIN_PX = 20;
/** The buttons in the corner need it below what is fitted. */
const TOOLS_PX = 28;
/** So much of the drawing stays in sight however far it is pushed. */
const KEEP_PX = 80;

/** As large as it fits, never above its own size, never too small to read; then its beginning is shown. */
export function fitted(drawing: Size, window: Size): Viewport {
  const across = (window.width - 2 * MARGIN_PX) / drawing.width;
  const down = (window.height - 2 * MARGIN_PX - TOOLS_PX) / drawing.height;
  const scale = Math.min(1, Math.max(READABLE, Math.min(across, down)));
  const free = (size: number, room: number) => Math.max(MARGIN_PX, (room - size * scale) / 2);
  return { x: free(drawing.width, window.width), y: free(drawing.height, window.height - TOOLS_PX), scale };
}

/** The same viewport moved as little as needed, so that the window is never empty. */
export function kept(viewport: Viewport, drawing: Size, window: Size): Viewport {
  const clamp = (at: number, size: number, room: number) =>
    Math.min(
      room - Math.min(KEEP_PX, room / 2),
      Math.max(Math.min(KEEP_PX, room / 2) - size * viewport.scale, at),
    );
  return {
    ...viewport,
    x: clamp(viewport.x, drawing.width, window.width),
    y: clamp(viewport.y, drawing.height, window.height),
  };
}

/** Zooms by `factor` around a point of the window. */
export function zoomed(viewport: Viewport, factor: number, at: { x: number; y: number }): Viewport {
  const scale = Math.min(MAX_SCALE, Math.max(MIN_SCALE, viewport.scale * factor));
  const ratio = scale / viewport.scale;
  return { scale, x: at.x - (at.x - viewport.x) * ratio, y: at.y - (at.y - viewport.y) * ratio };
}

/** Pan by dragging and wheel, zoom with Ctrl and wheel; follows the drawing's size until a person moves it. */
export function useViewport(frame: RefObject<HTMLElement | null>, drawing: Size) {
  const [window, setWindow] = useState<Size>({ width: 0, height: 0 });
  const [held, setHeld] = useState<Viewport | null>(null);
  useLayoutEffect(() => {
    const element = frame.current;
    if (!element) return;
    const observer = new ResizeObserver(() =>
      setWindow({ width: element.clientWidth, height: element.clientHeight }),
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [frame]);

  const viewport = held ? kept(held, drawing, window) : fitted(drawing, window);
  const change = useCallback(
    (next: (viewport: Viewport) => Viewport) =>
      setHeld((before) => kept(next(before ?? fitted(drawing, window)), drawing, window)),
    [drawing, window],
  );

  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const onWheel = (event: WheelEvent) => {
      event.preventDefault();
      const box = element.getBoundingClientRect();
      const at = { x: event.clientX - box.left, y: event.clientY - box.top };
      if (event.ctrlKey || event.metaKey) change((from) => zoomed(from, Math.exp(-event.deltaY / 300), at));
      else change((from) => ({ ...from, x: from.x - event.deltaX, y: from.y - event.deltaY }));
    };
    // React's own wheel listeners are passive and cannot keep the page from zooming.
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
  }, [frame, change]);

  const onPointerDown = (event: PointerEvent<HTMLElement>) => {
    if (event.button !== 0 || (event.target as Element).closest('.drawn')) return;
    const start = { x: event.clientX - viewport.x, y: event.clientY - viewport.y };
    const element = event.currentTarget;
    element.setPointerCapture(event.pointerId);
    const onMove = (move: globalThis.PointerEvent) =>
      change((from) => ({ ...from, x: move.clientX - start.x, y: move.clientY - start.y }));
    const onUp = () => {
      element.removeEventListener('pointermove', onMove);
      element.removeEventListener('pointerup', onUp);
    };
    element.addEventListener('pointermove', onMove);
    element.addEventListener('pointerup', onUp);
  };

  return {
    viewport,
    window,
    isReady: window.width > 0,
    onPointerDown,
    fit: () => setHeld(null),
    zoom: (factor: number) =>
      change((from) => zoomed(from, factor, { x: window.width / 2, y: window.height / 2 })),
    /** Moves as little as needed to bring a box into sight. */
    bringIn: (box: { x: number; y: number; width: number }) =>
      setHeld((before) => {
        const from = before ?? fitted(drawing, window);
        const next = { ...from, ...into(from, box, window) };
        // Seen already: a drawing that follows its size goes on doing so.
        return next.x === from.x && next.y === from.y ? before : next;
      }),
  };
}

function into(
  from: Viewport,
  box: { x: number; y: number; width: number },
  window: Size,
): { x: number; y: number } {
  const shift = (start: number, size: number, room: number) => {
    if (start < MARGIN_PX) return MARGIN_PX - start;
    const over = start + size - (room - MARGIN_PX);
    return over > 0 ? -Math.min(over, start - MARGIN_PX) : 0;
  };
  const left = box.x * from.scale + from.x;
  const top = box.y * from.scale + from.y - 14;
  return {
    x: from.x + shift(left, box.width * from.scale, window.width),
    y: from.y + shift(top, 28, window.height),
  };
}
