import {
  memo,
  type PointerEvent,
  type RefObject,
  useCallback,
  useEffect,
  useLayoutEffect,
  useRef,
  useSyncExternalStore,
  type WheelEvent,
} from 'react';
import { TROUBLE } from '../icicle/trouble.ts';
import type { Lines } from '../store/lines.ts';
import type { TreeStore } from '../store/tree-store.ts';
import { useSize } from '../ui/use-size.ts';
import { endsOf, worstAlong } from './worst-along.ts';

interface RulerProps {
  /** What scrolls: it has a head as high as a line above the lines. */
  scroller: RefObject<HTMLDivElement | null>;
  /** How far it is scrolled. */
  sight: RefObject<{ top: number }>;
  tree: TreeStore;
  rows: Lines;
  /** What was opened and closed by hand: `rows` tells nobody of that. */
  opened: ReadonlyMap<string, boolean>;
  rowPx: number;
  /** The id of the selected line. */
  selected: string | null;
}

/** One mark is so high. */
const MARK_PX = 2;
/** Less would not be seen, nor be caught by a hand. */
const LEAST_SIGHT_PX = 16;
/** A press so near to trouble means it. */
const NEAR_MARKS = 2;
const REST_MS = 500;

/**
 * All lines as they stand, in the height of the pane: in colour where there is trouble, what is selected marked, what is in
 * sight framed. It is the outline's scroll bar: a press goes there, the frame is dragged. For keys and for those who do not
 * see it the outline itself does the same.
 */
export const Ruler = memo(function Ruler(props: RulerProps) {
  const { scroller, sight: sightNow, tree, rows, opened, rowPx, selected } = props;
  const version = useVersionNowAndThen(rows);
  const track = useRef<HTMLDivElement>(null);
  const frame = useRef<HTMLDivElement>(null);
  const again = useRef(() => {});
  const warn = useRef<SVGPathElement>(null);
  const bad = useRef<SVGPathElement>(null);
  const trackPx = useSize(track).height;
  const contentPx = rows.length * rowPx;
  const scale = contentPx <= trackPx ? 1 : trackPx / contentPx;

  useEffect(() => {
    let into = new Uint8Array(0);
    const look = (): void => {
      const { length } = rows;
      const heightPx = Math.min(length * rowPx, trackPx);
      const marks = Math.round(heightPx / MARK_PX);
      if (into.length !== marks) into = new Uint8Array(marks);
      if (length > 0 && marks > 0) {
        worstAlong(rows, tree.columns(), endsOf(tree), { from: 0, until: length, into });
      }
      warn.current?.setAttribute('d', pathOf(into, TROUBLE.warn));
      bad.current?.setAttribute('d', pathOf(into, TROUBLE.bad));
    };
    const { later, stop } = nowAndThen(look);
    look();
    again.current = later;
    const stopTelling = tree.onCommit(later);
    return () => {
      stopTelling();
      stop();
    };
  }, [tree, rows, rowPx, trackPx]);
  // Lines come and go by opening and closing, too.
  useEffect(() => again.current(), [version, opened]);

  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const place = (scrollTop: number): void => {
      const { top, height } = sightOf(scrollTop, trackPx, scale);
      const { style } = frame.current!;
      style.transform = `translateY(${top}px)`;
      style.height = `${height}px`;
    };
    // To ask the page for it here would have it laid out once more.
    place(sightNow.current.top);
    const onScroll = (): void => place(element.scrollTop);
    element.addEventListener('scroll', onScroll, { passive: true });
    return () => element.removeEventListener('scroll', onScroll);
  }, [scroller, sightNow, trackPx, scale, version]);

  /** In the middle of the pane, as far as it goes. */
  const scrollTo = (contentY: number): void => {
    if (scroller.current) scroller.current.scrollTop = contentY - trackPx / 2;
  };

  const goTo = (y: number): void => {
    const line = troubleNear(y) ?? Math.floor(y / scale / rowPx);
    scrollTo((line + 0.5) * rowPx);
  };

  /** The first of the worst lines under a point, or right beside it; null: none of them is in trouble. */
  const troubleNear = (y: number): number | null => {
    const { length } = rows;
    const perMark = length / Math.round(Math.min(contentPx, trackPx) / MARK_PX);
    const worst = (from: number, until: number): number | null => {
      const into = new Uint8Array(until - from);
      worstAlong(rows, tree.columns(), endsOf(tree), { from, until, into });
      const most = into.reduce((one, two) => Math.max(one, two));
      return most < TROUBLE.warn ? null : from + into.indexOf(most);
    };
    const mark = Math.floor(y / MARK_PX);
    const at = (marks: number) => Math.min(length, Math.max(0, Math.floor(marks * perMark)));
    for (const [from, until] of [
      [at(mark), at(mark + 1)],
      [at(mark - NEAR_MARKS), at(mark + 1 + NEAR_MARKS)],
    ] as const) {
      const found = from < until ? worst(from, until) : null;
      if (found !== null) return found;
    }
    return null;
  };

  const onPointerDown = (event: PointerEvent<HTMLDivElement>): void => {
    const element = scroller.current;
    if (event.button !== 0 || !element || scale === 1) return;
    // The focus stays where it is.
    event.preventDefault();
    const target = event.currentTarget;
    const y = event.clientY - target.getBoundingClientRect().top;
    const { top, height } = sightOf(element.scrollTop, trackPx, scale);
    if (y < top || y > top + height) goTo(y);
    const start = { y: event.clientY, scrollTop: element.scrollTop };
    const onMove = (move: globalThis.PointerEvent): void => {
      element.scrollTop = start.scrollTop + (move.clientY - start.y) / scale;
    };
    const onUp = (): void => {
      target.removeEventListener('pointermove', onMove);
      for (const end of ['pointerup', 'pointercancel'] as const) target.removeEventListener(end, onUp);
    };
    target.setPointerCapture(event.pointerId);
    target.addEventListener('pointermove', onMove);
    for (const end of ['pointerup', 'pointercancel'] as const) target.addEventListener(end, onUp);
  };

  const onWheel = ({ deltaY }: WheelEvent): void => {
    if (scroller.current) scroller.current.scrollTop += deltaY;
  };

  const at = selected === null ? -1 : rows.indexOf(selected);
  const selectedTop = Math.min(trackPx - MARK_PX, Math.round((at + 0.5) * rowPx * scale) - MARK_PX / 2);
  return (
    <div ref={track} className="ruler" aria-hidden onPointerDown={onPointerDown} onWheel={onWheel}>
      <svg aria-hidden>
        <path ref={warn} className="ruler-warn" />
        <path ref={bad} className="ruler-bad" />
      </svg>
      <div ref={frame} className="ruler-sight" hidden={scale === 1} />
      {at !== -1 && <div className="ruler-selected" style={{ top: selectedTop }} />}
    </div>
  );
});

/** Where the part in sight is on the ruler, in pixels from its top: at least so high that a hand catches it. */
function sightOf(scrollTop: number, trackPx: number, scale: number): { top: number; height: number } {
  const seen = trackPx * scale;
  const height = Math.max(LEAST_SIGHT_PX, seen);
  const middle = scrollTop * scale + seen / 2;
  return { top: Math.max(0, Math.min(trackPx - height, middle - height / 2)), height };
}

/** Marks of one trouble, those that touch as one. */
function pathOf(marks: Uint8Array, trouble: number): string {
  let path = '';
  for (let at = 0; at < marks.length; at++) {
    if (marks[at] !== trouble) continue;
    const from = at;
    while (marks[at + 1] === trouble) at++;
    path += `M4 ${from * MARK_PX}h5v${(at + 1 - from) * MARK_PX}h-5z`;
  }
  return path;
}

function useVersionNowAndThen(rows: Lines): number {
  const subscribe = useCallback(
    (listener: () => void) => {
      const { later, stop } = nowAndThen(listener);
      const stopTelling = rows.subscribe(later);
      return () => {
        stopTelling();
        stop();
      };
    },
    [rows],
  );
  return useSyncExternalStore(subscribe, () => rows.version);
}

/** At once when it was long ago, else when it is time again; and not while nobody sees the window. */
function nowAndThen(run: () => void): { later: () => void; stop: () => void } {
  let timer: ReturnType<typeof setTimeout> | null = null;
  let asked = 0;
  let ranAt = performance.now();
  const later = (): void => {
    timer ??= setTimeout(
      () => {
        asked = requestAnimationFrame(() => {
          timer = null;
          ranAt = performance.now();
          run();
        });
      },
      Math.max(0, ranAt + REST_MS - performance.now()),
    );
  };
  const stop = (): void => {
    if (timer !== null) clearTimeout(timer);
    cancelAnimationFrame(asked);
  };
  return { later, stop };
}
