import { type PointerEvent, type RefObject, useEffect, useRef } from 'react';
import type { Easel } from './easel.ts';
import type { Levels } from './levels.ts';

/** A press that moved less than this is a click. */
const CLICK_PX = 4;

interface Block {
  from: number;
  until: number;
}

/** Wheel and pointer over the canvas: the wheel zooms where it is, with Shift it moves; dragging moves; all else is hovering. */
export function useHand(
  canvas: RefObject<HTMLCanvasElement | null>,
  easel: RefObject<Easel | null>,
  { levels, onHover }: { levels: Levels; onHover: (block: Block | null) => void },
) {
  const dragged = useRef(false);
  const over = useRef<Block | null>(null);
  const last = useRef<{ clientX: number; clientY: number } | null>(null);
  const at = (event: { clientX: number; clientY: number }): Block | null => {
    if (dragged.current) return null;
    const box = canvas.current!.getBoundingClientRect();
    return easel.current?.at(event.clientX - box.left, event.clientY - box.top) ?? null;
  };

  useEffect(() => {
    const element = canvas.current!;
    const onWheel = (event: WheelEvent) => {
      event.preventDefault();
      const { deltaX, deltaY, shiftKey } = event;
      if (shiftKey || Math.abs(deltaX) > Math.abs(deltaY)) {
        easel.current?.pan(shiftKey ? 0 : deltaX, shiftKey ? deltaY || deltaX : 0);
        return;
      }
      const box = element.getBoundingClientRect();
      easel.current?.zoom(Math.exp(-deltaY / 300), (event.clientY - box.top) / box.height);
    };
    // React's own wheel listeners are passive and cannot keep the page from scrolling.
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
  }, [canvas, easel]);

  const hover = (block: Block | null) => {
    if (block?.from === over.current?.from && block?.until === over.current?.until) return;
    over.current = block;
    easel.current?.hover(block?.from ?? -1);
    onHover(block);
  };
  // Somebody else may stand under a pointer that rests: known once that is painted.
  useEffect(() => {
    const asked = requestAnimationFrame(() => {
      if (last.current) hover(at(last.current));
    });
    return () => cancelAnimationFrame(asked);
  }, [levels]);

  const listeners = {
    onPointerDown(event: PointerEvent<HTMLElement>) {
      dragged.current = false;
      if (event.button !== 0) return;
      const element = event.currentTarget;
      let last = { x: event.clientX, y: event.clientY };
      const start = last;
      const onMove = (move: globalThis.PointerEvent) => {
        const far = Math.abs(move.clientX - start.x) + Math.abs(move.clientY - start.y);
        if (!dragged.current && far < CLICK_PX) return;
        if (!dragged.current) element.setPointerCapture(event.pointerId);
        dragged.current = true;
        easel.current?.pan(last.x - move.clientX, last.y - move.clientY);
        last = { x: move.clientX, y: move.clientY };
      };
      const onUp = () => {
        for (const end of ['pointerup', 'pointercancel'] as const) element.removeEventListener(end, onUp);
        element.removeEventListener('pointermove', onMove);
      };
      element.addEventListener('pointermove', onMove);
      for (const end of ['pointerup', 'pointercancel'] as const) element.addEventListener(end, onUp);
    },
    onPointerMove(event: PointerEvent<HTMLElement>) {
      last.current = { clientX: event.clientX, clientY: event.clientY };
      if (event.buttons === 0) {
        dragged.current = false;
        hover(at(event));
      } else if (dragged.current) hover(null);
    },
    onPointerLeave() {
      last.current = null;
      hover(null);
    },
  };
  return { at, listeners };
}
