/** How the lines below one node are shared out among its children. */
export interface Span {
  children: readonly number[];
  /** How many of them are shown. */
  kept: number;
  /** Where the lines of a child begin, counted from the first child's. */
  startOf(place: number): number;
  /** The place, among the children, of who has the line. */
  placeOf(line: number): number;
  /** As ARIA counts: from 1, over those that are shown. */
  ordinalOf(place: number): number;
}

/** More of them than a person looks at in a while are not kept. */
const MOST_SPANS = 2000;

/** Makes the spans that are looked at, and keeps them until the lines change. */
export class Spans {
  readonly #childrenOf: (slot: number) => readonly number[];
  readonly #widthOf: (slot: number) => number;
  readonly #isEven: (slot: number, children: number) => boolean;
  readonly #made = new Map<number, Span>();

  constructor(
    childrenOf: (slot: number) => readonly number[],
    widthOf: (slot: number) => number,
    isEven: (slot: number, children: number) => boolean,
  ) {
    this.#childrenOf = childrenOf;
    this.#widthOf = widthOf;
    this.#isEven = isEven;
  }

  of(slot: number): Span {
    const known = this.#made.get(slot);
    if (known) return known;
    if (this.#made.size >= MOST_SPANS) this.#made.clear();
    const children = this.#childrenOf(slot);
    const span = this.#isEven(slot, children.length) ? evenSpan(children) : spanOf(children, this.#widthOf);
    this.#made.set(slot, span);
    return span;
  }

  /** Without slots: all. */
  forget(slots?: Iterable<number>): void {
    if (!slots) this.#made.clear();
    else for (const slot of slots) this.#made.delete(slot);
  }
}

/** Each child has one line. */
function evenSpan(children: readonly number[]): Span {
  return {
    children,
    kept: children.length,
    startOf: (place) => place,
    placeOf: (line) => line,
    ordinalOf: (place) => place + 1,
  };
}

function spanOf(children: readonly number[], widthOf: (slot: number) => number): Span {
  const starts = new Int32Array(children.length);
  const ordinals = new Int32Array(children.length);
  let lines = 0;
  let kept = 0;
  for (let place = 0; place < children.length; place++) {
    const width = widthOf(children[place]!);
    starts[place] = lines;
    lines += width;
    if (width > 0) kept++;
    ordinals[place] = kept;
  }
  return {
    children,
    kept,
    startOf: (place) => starts[place]!,
    placeOf(line) {
      let [low, high] = [0, starts.length - 1];
      // The last that begins no later: those without a line begin where the next does.
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if (starts[middle]! <= line) low = middle;
        else high = middle - 1;
      }
      return low;
    },
    ordinalOf: (place) => ordinals[place]!,
  };
}
