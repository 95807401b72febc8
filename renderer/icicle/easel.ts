import { brushOf } from '../export/brush.ts';
import type { Picture as SavedPicture } from '../export/pen.ts';
import { Value } from '../store/value.ts';
import { type Ink, inkOf } from './ink.ts';
import { Blocks, layOut, type Window } from './layout.ts';
import { type Levels, lastLevel } from './levels.ts';
import { edges, paint } from './paint.ts';
import {
  between,
  type Frame,
  frameOf,
  holding,
  leastShare,
  moved,
  type Sight,
  type Size,
  WHOLE,
  zoomed,
} from './sight.ts';

/** Below so many pixels of the page neighbours become one block. */
const LEAST = 2.5;
const MOVE_MS = 180;

/** Columns of a picture of the whole may be as narrow as that. */
const LEAST_LEVEL = 3;

/** What is shown; positions are those of `levels`. */
export interface Subject {
  levels: Levels;
  focus: number;
  /** The same while the focus is on the same place of the tree. */
  focusKey: string | null;
  selected: number;
  isFound: ((from: number, until: number) => boolean) | null;
  nameOf: (position: number) => string;
}

/** A canvas, and what is painted on it: once a frame at most, and only when something changed. */
export class Easel {
  /** What was painted last; null: nothing yet. */
  readonly seen = new Value<Frame | null>(null);
  readonly #canvas: HTMLCanvasElement;
  readonly #pots: HTMLElement;
  readonly #context: CanvasRenderingContext2D;
  readonly #observer: ResizeObserver;
  readonly #blocks = new Blocks();
  readonly #leastColumn: number | undefined;
  readonly #theme = matchMedia('(prefers-color-scheme: dark)');
  readonly #again = (): void => this.#anew();
  /** Read when somebody may have changed it, and not with every frame. */
  #ink: Ink | null = null;
  #isClosed = false;
  #subject: Subject;
  #sight: Sight = WHOLE;
  #left = 0;
  #size: Size = { width: 0, height: 0 };
  #scale = 1;
  #hovered = -1;
  /** What is on the canvas, and from where it moves to the next; null: it stands. */
  #frame: Frame | null = null;
  #moving: { from: Frame; since: number } | null = null;
  #asked: number | null = null;

  /** `pots` hold the colours (ink.ts). `isMap`: a small picture of the whole, without names. */
  constructor(canvas: HTMLCanvasElement, pots: HTMLElement, subject: Subject, { isMap = false } = {}) {
    this.#leastColumn = isMap ? LEAST_LEVEL : undefined;
    this.#canvas = canvas;
    this.#pots = pots;
    this.#subject = subject;
    this.#context = canvas.getContext('2d', { alpha: false })!;
    this.#observer = new ResizeObserver(([entry]) => this.#resize(entry!));
    this.#observer.observe(canvas, { box: 'device-pixel-content-box' });
    this.#theme.addEventListener('change', this.#again);
    // Names were measured in another face before.
    void document.fonts.ready.then(this.#again);
  }

  close(): void {
    this.#observer.disconnect();
    this.#theme.removeEventListener('change', this.#again);
    this.#isClosed = true;
    if (this.#asked !== null) cancelAnimationFrame(this.#asked);
  }

  /** `isCalm`: nothing glides there. */
  show(subject: Subject, isCalm: boolean): void {
    const before = this.#subject;
    const isOther = before.focusKey !== subject.focusKey;
    this.#subject = subject;
    this.#ink = null;
    if (isOther) this.#go(WHOLE, 0, isCalm);
    else this.repaint();
  }

  #anew(): void {
    this.#ink = null;
    this.repaint();
  }

  repaint(): void {
    if (this.#isClosed) return;
    this.#asked ??= requestAnimationFrame((now) => {
      this.#asked = null;
      this.#paint(now);
    });
  }

  get isWhole(): boolean {
    return this.#sight.until - this.#sight.from > 0.999;
  }

  /** What is in sight as lines and words, in pixels of the page; null before it was painted. */
  picture(): SavedPicture | null {
    const frame = this.#frame;
    if (!frame) return null;
    const { width, height } = this.#size;
    return {
      width,
      height,
      paint: (pen) => {
        const blocks = new Blocks();
        const canvas = {
          width,
          height,
          scale: 1,
          ink: inkOf(this.#pots),
          context: brushOf(pen, this.#context),
        };
        layOut(this.#subject.levels, this.#window(frame, height, 1), blocks);
        paint(canvas, { ...this.#subject, blocks, frame, hovered: -1 });
      },
    };
  }

  /** Zooms around a point, `at` from 0 (top) to 1, or around what is selected. */
  zoom(factor: number, at: number = this.#middle()): void {
    const { levels, focus } = this.#subject;
    this.#sight = zoomed(this.#sight, factor, at, leastShare(levels, focus, this.#size.height));
    this.#stop();
  }

  /** By pixels of the page. */
  pan(right: number, down: number): void {
    this.#sight = moved(this.#sight, down / this.#size.height);
    this.#left = this.#target().left + right;
    this.#stop();
  }

  fit(isCalm: boolean): void {
    this.#go(WHOLE, 0, isCalm);
  }

  /** Shows these positions over the whole height. */
  fill(from: number, until: number, isCalm: boolean): void {
    const { start, end, share } = this.#shares(from, until);
    const least = Math.max(share, leastShare(this.#subject.levels, this.#subject.focus, this.#size.height));
    const middle = (start + end) / 2;
    const top = Math.max(0, Math.min(1 - least, middle - least / 2));
    this.#go({ from: top, until: Math.min(1, top + least) }, this.#left, isCalm);
  }

  /** Moves no more than is needed for this position to be in sight. */
  bringIn(position: number, isCalm: boolean): void {
    const { start, end } = this.#shares(position, position + 1);
    const frame = this.#target();
    const before = (this.#subject.levels.level[position]! - frame.level) * frame.column;
    const left = Math.min(before, Math.max(frame.left, before + frame.column - this.#size.width));
    const sight = holding(this.#sight, Math.max(0, start), Math.min(1, end));
    if (sight === this.#sight && left === frame.left) this.repaint();
    else this.#go(sight, left, isCalm);
  }

  /** Moves what is in sight so that this leaf is in its middle, as far as the focus goes. */
  centre(leaf: number): void {
    const { levels, focus } = this.#subject;
    const at = (leaf - levels.start[focus]!) / levels.leaves[focus]!;
    const { from, until } = this.#sight;
    this.#sight = moved(this.#sight, (at - (from + until) / 2) / (until - from));
    this.#stop();
  }

  /** By so many heights of the pane. */
  turn(pages: number): void {
    this.pan(0, pages * this.#size.height);
  }

  /** Something lies over so many pixels at its right; what is under them can be moved out. */
  cover(px: number): void {
    this.#size = { ...this.#size, covered: px };
    this.#left = this.#target().left;
    this.repaint();
  }

  /** Which leaf is at a height, in pixels of the page from the canvas's corner. */
  leafAt(y: number): number {
    const { from, until } = this.#target();
    const { leaves } = this.#subject.levels;
    return Math.min(leaves[0]! - 1, Math.max(0, from + (y / this.#size.height) * (until - from)));
  }

  /** What of all is in sight: leaves from the first to below the last. */
  get part(): { from: number; until: number; of: number } {
    const { from, until } = this.#target();
    return { from, until, of: this.#subject.levels.leaves[0]! };
  }

  /** Where the part that another picture shows is in this one, in pixels of the page; null: it shows nothing yet. */
  placeOfPart(other: Easel): { top: number; left: number; width: number; height: number } | null {
    const part = other.seen.get();
    if (!part) return null;
    const { from, until, column } = this.#target();
    const perLeaf = this.#size.height / (until - from);
    const level = part.level - 1 + part.left / part.column;
    const left = Math.min(this.#size.width - column, level * column);
    const right = Math.min(this.#size.width, (level + other.#size.width / part.column) * column);
    const top = (part.from - from) * perLeaf;
    return { top, left, width: right - left, height: (part.until - part.from) * perLeaf };
  }

  hover(position: number): void {
    if (position === this.#hovered) return;
    this.#hovered = position;
    this.repaint();
  }

  /** What is at a point, in pixels of the page from the canvas's corner: positions from the first to below the last. */
  at(x: number, y: number): { from: number; until: number } | null {
    const frame = this.#frame;
    if (!frame) return null;
    const level = Math.floor((x + frame.left) / frame.column + frame.level);
    const found = this.#blocks.find(level, y * this.#scale);
    if (found === -1) return null;
    return { from: this.#blocks.position[found]!, until: this.#blocks.until[found]! };
  }

  /** Where a position stands, in pixels of the page from the canvas's corner. */
  placeOf(position: number): { x: number; y: number } {
    const frame = this.#target();
    const { levels } = this.#subject;
    const middle = levels.start[position]! + levels.leaves[position]! / 2;
    const { left } = edges({ width: this.#canvas.width, scale: 1 }, frame, levels.level[position]!);
    const y = ((middle - frame.from) / (frame.until - frame.from)) * this.#size.height;
    return { x: Math.max(0, left) + 16, y: Math.min(this.#size.height, Math.max(0, y)) };
  }

  #shares(from: number, until: number): { start: number; end: number; share: number } {
    const { levels, focus } = this.#subject;
    const leaves = levels.leaves[focus]!;
    const first = levels.start[focus]!;
    const start = (levels.start[from]! - first) / leaves;
    const end = (levels.start[until - 1]! + levels.leaves[until - 1]! - first) / leaves;
    return { start, end, share: end - start };
  }

  /** Zooms by keys are around what is selected, where that is in sight. */
  #middle(): number {
    const { selected } = this.#subject;
    if (selected < 1) return 0.5;
    const { start, end } = this.#shares(selected, selected + 1);
    const at = ((start + end) / 2 - this.#sight.from) / (this.#sight.until - this.#sight.from);
    return at >= 0 && at <= 1 ? at : 0.5;
  }

  #target(): Frame {
    const { levels, focus } = this.#subject;
    return frameOf(levels, focus, this.#sight, this.#left, this.#size, this.#leastColumn);
  }

  #go(sight: Sight, left: number, isCalm: boolean): void {
    this.#sight = sight;
    this.#left = left;
    if (isCalm || !this.#frame) this.#moving = null;
    else this.#moving = { from: this.#frame, since: performance.now() };
    this.repaint();
  }

  #stop(): void {
    this.#moving = null;
    this.repaint();
  }

  #paint(now: number): void {
    if (this.#size.width === 0 || this.#size.height === 0) return;
    const { levels } = this.#subject;
    const target = this.#target();
    const part = this.#moving ? Math.min(1, Math.max(0, now - this.#moving.since) / MOVE_MS) : 1;
    const frame = this.#moving ? between(this.#moving.from, target, 1 - (1 - part) ** 3) : target;
    this.#frame = frame;
    this.seen.set(frame);
    const { width, height } = this.#canvas;
    layOut(levels, this.#window(frame, height, this.#scale), this.#blocks);
    this.#ink ??= inkOf(this.#pots);
    paint(
      { context: this.#context, width, height, scale: this.#scale, ink: this.#ink },
      { ...this.#subject, blocks: this.#blocks, frame, hovered: this.#hovered },
    );
    if (part < 1) this.repaint();
    else this.#moving = null;
  }

  /** What is in sight of a picture that is so high. */
  #window(frame: Frame, height: number, scale: number): Window {
    const firstLevel = Math.max(1, Math.floor(frame.level + frame.left / frame.column));
    const seen = Math.ceil(frame.level + (frame.left + this.#size.width) / frame.column);
    return {
      from: frame.from,
      until: frame.until,
      height,
      firstLevel,
      lastLevel: Math.min(seen, lastLevel(this.#subject.levels)),
      least: LEAST * scale,
    };
  }

  #resize(entry: ResizeObserverEntry): void {
    const { inlineSize, blockSize } = entry.contentBoxSize[0]!;
    const device = entry.devicePixelContentBoxSize?.[0];
    const scale = window.devicePixelRatio;
    this.#size = { ...this.#size, width: inlineSize, height: blockSize };
    this.#canvas.width = device?.inlineSize ?? Math.round(inlineSize * scale);
    this.#canvas.height = device?.blockSize ?? Math.round(blockSize * scale);
    this.#scale = inlineSize > 0 ? this.#canvas.width / inlineSize : scale;
    this.#left = this.#target().left;
    // At once: a canvas of another size is empty, and one frame of that would be seen.
    this.#moving = null;
    this.#paint(performance.now());
  }
}
