import { type PointerEvent, type RefObject, useCallback, useEffect, useState } from 'react';
import { type Size, useSize } from '../ui/use-size.ts';
import { BOX_PX } from './drawing-layout.ts';

/** Where the drawing stands in its window: screen = drawing × scale + (x, y). */
export interface Viewport {
  x: number;
  y: number;
  scale: number;
}

/** What a fit may come to; by hand it goes as far. */
const MIN_SCALE = 0.1;
const MAX_SCALE = 2;
/** Below this nobody can read a name: at first a large drawing is rather cut than shrunk. */
const READABLE = 0.6;
const MARGIN_PX = 20;
/** The buttons in the corner need it below what is fitted. */
const TOOLS_PX = 28;

/** A box of the drawing: its left edge, and the middle of its height. */
interface Box {
  x: number;
  y: number;
  width: number;
}

/** As large as it fits, never above its own size, nor below `least`; then its beginning is shown. */
export function fitted(drawing: Size, window: Size, least = READABLE): Viewport {
  const across = (window.width - 2 * MARGIN_PX) / drawing.width;
  const down = (window.height - 2 * MARGIN_PX - TOOLS_PX) / drawing.height;
  const scale = Math.min(1, Math.max(least, Math.min(across, down)));
  const free = (size: number, room: number) => Math.max(MARGIN_PX, (room - size * scale) / 2);
  return { x: free(drawing.width, window.width), y: free(drawing.height, window.height - TOOLS_PX), scale };
}

/** The same viewport, moved as little as needed where it would show nothing but empty canvas. */
export function kept(viewport: Viewport, boxes: readonly Box[], window: Size): Viewport {
  let nearest: Box | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const box of boxes) {
    if (isInSight(viewport, box, window, MARGIN_PX)) return viewport;
    const { x, y } = shiftInto(viewport, box, window, MARGIN_PX);
    const distance = Math.abs(x) + Math.abs(y);
    if (distance < least) {
      least = distance;
      nearest = box;
    }
  }
  return nearest ? movedInto(viewport, nearest, window) : viewport;
}

/** Moves as little as needed to bring a box into sight. */
function movedInto(viewport: Viewport, box: Box, window: Size): Viewport {
  const { x, y } = shiftInto(viewport, box, window, MARGIN_PX);
  return x === 0 && y === 0 ? viewport : { ...viewport, x: viewport.x + x, y: viewport.y + y };
}

function shiftInto(viewport: Viewport, box: Box, window: Size, margin: number): { x: number; y: number } {
  const shift = (start: number, size: number, room: number) => {
    if (start < margin) return margin - start;
    const over = start + size - (room - margin);
    return over > 0 ? -Math.min(over, start - margin) : 0;
  };
  const height = BOX_PX * viewport.scale;
  return {
    x: shift(box.x * viewport.scale + viewport.x, box.width * viewport.scale, window.width),
    y: shift(box.y * viewport.scale + viewport.y - height / 2, height, window.height),
  };
}

/** The viewport after the drawing changed: one box that is in both stands where it stood. */
export function anchored(
  viewport: Viewport,
  before: readonly (Box & { key: string })[],
  after: readonly (Box & { key: string })[],
  anchor: string | null,
): Viewport {
  const was = new Map(before.map((box) => [box.key, box]));
  const box =
    after.find(({ key }) => key === anchor && was.has(key)) ?? after.find(({ key }) => was.has(key));
  const old = box && was.get(box.key);
  if (!box || !old || (box.x === old.x && box.y === old.y)) return viewport;
  return {
    ...viewport,
    x: viewport.x + (old.x - box.x) * viewport.scale,
    y: viewport.y + (old.y - box.y) * viewport.scale,
  };
}

/** Zooms by `factor` around a point of the window. */
export function zoomed(viewport: Viewport, factor: number, at: { x: number; y: number }): Viewport {
  const scale = Math.min(MAX_SCALE, Math.max(MIN_SCALE, viewport.scale * factor));
  const ratio = scale / viewport.scale;
  return { scale, x: at.x - (at.x - viewport.x) * ratio, y: at.y - (at.y - viewport.y) * ratio };
}

interface Shown extends Size {
  nodes: readonly (Box & { key: string })[];
}

/** Pan by dragging and wheel, zoom with Ctrl and wheel. Until a person moves it, a drawing that fits is fitted. */
export function useViewport(frame: RefObject<HTMLElement | null>, drawing: Shown, anchor: string | null) {
  const window = useSize(frame);
  const [state, set] = useState<State>({
    viewport: { x: 0, y: 0, scale: 1 },
    isByHand: false,
    least: READABLE,
    of: null,
  });

  // While drawing, not after: no frame shows the new boxes at the old place.
  let current = state.viewport;
  if (window.width > 0 && (state.of?.drawing !== drawing || state.of.window !== window)) {
    current = following(state, drawing, window, anchor);
    set({ ...state, viewport: current, of: { drawing, window } });
  }

  const change = useCallback(
    (next: (viewport: Viewport) => Viewport) =>
      set((before) => ({
        ...before,
        viewport: kept(next(before.viewport), drawing.nodes, window),
        isByHand: true,
      })),
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
    if (event.button !== 0 || (event.target as Element).closest('.drawn, button')) return;
    const start = { x: event.clientX - current.x, y: event.clientY - current.y };
    const element = event.currentTarget;
    element.setPointerCapture(event.pointerId);
    const onMove = (move: globalThis.PointerEvent) =>
      change((from) => ({ ...from, x: move.clientX - start.x, y: move.clientY - start.y }));
    const onUp = () => {
      for (const end of ['pointerup', 'pointercancel'] as const) element.removeEventListener(end, onUp);
      element.removeEventListener('pointermove', onMove);
    };
    element.addEventListener('pointermove', onMove);
    for (const end of ['pointerup', 'pointercancel'] as const) element.addEventListener(end, onUp);
  };

  return {
    viewport: current,
    window,
    isReady: window.width > 0,
    onPointerDown,
    /** The whole of it, however small. */
    fit: () =>
      set((before) => ({
        ...before,
        viewport: fitted(drawing, window, MIN_SCALE),
        isByHand: false,
        least: MIN_SCALE,
      })),
    zoom: (factor: number) =>
      change((from) => zoomed(from, factor, { x: window.width / 2, y: window.height / 2 })),
    bringIn: (box: Box) =>
      set((before) => ({ ...before, viewport: movedInto(before.viewport, box, window) })),
  };
}

interface State {
  viewport: Viewport;
  isByHand: boolean;
  /** The smallest scale a fit may come to: that of names that can be read until the whole was asked for. */
  least: number;
  /** What the viewport was made for; null: nothing yet. */
  of: { drawing: Shown; window: Size } | null;
}

/** Nothing that stays moves; only a drawing that was whole in sight and no longer would be is fitted anew. */
function following(state: State, drawing: Shown, window: Size, anchor: string | null): Viewport {
  const { viewport, least, of } = state;
  if (of === null) return fitted(drawing, window);
  const next = anchored(viewport, of.drawing.nodes, drawing.nodes, anchor);
  const wasWhole = !state.isByHand && isWhole(viewport, of.drawing, of.window);
  if (wasWhole && (of.window !== window || !isWhole(next, drawing, window))) {
    const whole = fitted(drawing, window, least);
    // One that has outgrown the window goes on where it was.
    if (of.window !== window || isWhole(whole, drawing, window)) return whole;
  }
  return kept(next, drawing.nodes, window);
}

function isWhole({ x, y, scale }: Viewport, drawing: Size, window: Size): boolean {
  return (
    x >= 0 &&
    y >= 0 &&
    x + drawing.width * scale <= window.width &&
    y + drawing.height * scale <= window.height
  );
}

/** Whether a box is in the window, with at least so many pixels of it. */
export function isInSight({ x, y, scale }: Viewport, box: Box, window: Size, pixels = 0): boolean {
  const left = box.x * scale + x;
  const right = left + box.width * scale;
  const middle = box.y * scale + y;
  const half = (BOX_PX / 2) * scale;
  const isBetween = (start: number, end: number, room: number) => {
    const least = Math.min(pixels, (end - start) / 2);
    return start < room - least && end > least;
  };
  return isBetween(left, right, window.width) && isBetween(middle - half, middle + half, window.height);
}
