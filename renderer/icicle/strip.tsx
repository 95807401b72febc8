import {
  type KeyboardEvent,
  type PointerEvent,
  type RefObject,
  useEffect,
  useLayoutEffect,
  useRef,
} from 'react';
import { Easel, type Subject } from './easel.ts';
import { branchBeside, holderOf } from './steps.ts';

interface StripProps {
  /** The icicle that shows a part. */
  icicle: RefObject<Easel | null>;
  subject: Subject;
  pots: RefObject<HTMLElement | null>;
  /** The id of the icicle's element. */
  controls: string;
  /** Shows what is below a position alone. */
  onFocus: (position: number) => void;
  onLeave: () => void;
}

/** As wide as .icicle-strip. */
export const STRIP_PX = 44;
/** So much of what is in sight an arrow moves by; a page, with something of the one before. */
const ARROW_PAGES = 0.125;
const PAGE_PAGES = 0.875;
const LEAST_FRAME_PX = 6;

/**
 * The whole tree beside a part of it, with that part framed. Dragging the frame moves within what is in focus; a press
 * elsewhere goes there, at the same depth of the tree.
 */
export function Strip({ icicle, subject, pots, controls, onFocus, onLeave }: StripProps) {
  const strip = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const frame = useRef<HTMLDivElement>(null);
  const own = useRef<Easel | null>(null);
  const { levels, focus, selected, isFound } = subject;
  const whole: Subject = { ...subject, focus: 0, focusKey: null };

  useLayoutEffect(() => {
    const shown = icicle.current!;
    const made = new Easel(canvas.current!, pots.current!, whole, { isMap: true });
    own.current = made;
    shown.cover(STRIP_PX);
    const place = (): void => {
      const box = made.placeOfPart(shown);
      if (!box || !made.seen.get()) return;
      const height = Math.max(LEAST_FRAME_PX, box.height);
      const top = Math.max(0, box.top - (height - box.height) / 2);
      const { style } = frame.current!;
      style.transform = `translate(${box.left}px, ${top}px)`;
      style.width = `${box.width}px`;
      style.height = `${height}px`;
      say(strip.current!, shown.part);
    };
    const stops = [shown.seen.subscribe(place), made.seen.subscribe(place)];
    return () => {
      for (const stop of stops) stop();
      shown.cover(0);
      made.close();
    };
  }, [icicle, pots]);
  useEffect(() => own.current?.show(whole, true), [levels, selected, isFound]);

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const shown = icicle.current!;
    const isDown = event.key === 'ArrowDown' || event.key === 'PageDown';
    const isUp = event.key === 'ArrowUp' || event.key === 'PageUp';
    if (isDown || isUp) {
      const by = isDown ? 1 : -1;
      if (shown.isWhole) {
        const beside = branchBeside(levels, focus, by);
        if (beside !== null) onFocus(beside);
      } else shown.turn(by * (event.key.startsWith('Page') ? PAGE_PAGES : ARROW_PAGES));
    } else if (event.key === 'Home') shown.centre(0);
    else if (event.key === 'End') shown.centre(levels.leaves[0]!);
    else if (event.key === 'Enter' || event.key === 'Escape') onLeave();
    else return;
    event.preventDefault();
  };

  const onPointerDown = (event: PointerEvent<HTMLElement>): void => {
    const [shown, map, element] = [icicle.current!, own.current!, event.currentTarget];
    if (event.button !== 0) return;
    const { top } = element.getBoundingClientRect();
    const leafAt = (at: { clientY: number }) => map.leafAt(at.clientY - top);
    const leaf = leafAt(event);
    const first = levels.start[focus]!;
    if (leaf < first || leaf >= first + levels.leaves[focus]!) {
      onFocus(holderOf(levels, levels.level[focus]!, Math.floor(leaf)));
      return;
    }
    const { from, until } = shown.part;
    const isOnFrame = leaf >= from && leaf < until;
    const grip = isOnFrame ? (from + until) / 2 - leaf : 0;
    if (!isOnFrame) shown.centre(leaf);
    const onMove = (move: globalThis.PointerEvent): void => shown.centre(leafAt(move) + grip);
    const onUp = (): void => {
      element.removeEventListener('pointermove', onMove);
      for (const end of ['pointerup', 'pointercancel'] as const) element.removeEventListener(end, onUp);
    };
    element.setPointerCapture(event.pointerId);
    element.addEventListener('pointermove', onMove);
    for (const end of ['pointerup', 'pointercancel'] as const) element.addEventListener(end, onUp);
  };

  return (
    <div
      ref={strip}
      className="icicle-strip"
      role="scrollbar"
      aria-label="Part in sight"
      aria-controls={controls}
      aria-orientation="vertical"
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={0}
      tabIndex={0}
      onKeyDown={onKeyDown}
      onPointerDown={onPointerDown}
      onWheel={({ deltaY }) => icicle.current?.pan(0, deltaY)}
    >
      <canvas ref={canvas} aria-hidden />
      <div ref={frame} className="icicle-frame" />
    </div>
  );
}

/** Told as it moves, and not drawn again for it. */
function say(strip: HTMLElement, { from, until, of }: Easel['part']): void {
  const [first, last] = [Math.floor(from) + 1, Math.max(1, Math.ceil(until))];
  const moves = of - (until - from);
  strip.setAttribute('aria-valuenow', String(moves <= 0 ? 0 : Math.round((100 * from) / moves)));
  strip.setAttribute(
    'aria-valuetext',
    `leaves ${first.toLocaleString('en')} to ${last.toLocaleString('en')} of ${of.toLocaleString('en')}`,
  );
}
