import type { TreeNode } from '../../protocol/tree.ts';
import type { Row } from './rows.ts';
import { type Span, Spans } from './spans.ts';
import { TOP, type TreeColumns } from './tree-columns.ts';
import type { Commit } from './tree-model.ts';

export interface LinesOptions {
  hasGhosts: boolean;
  /** What is looked for, shown with what is above it, all of it open; null: all, as far as it is open. */
  isMatch: ((node: TreeNode) => boolean) | null;
  /** What nobody opened or closed is open with so many children. */
  openUpTo: number;
  /** Another order of siblings; null: as they are. */
  order: LineOrder | null;
}

/** Of a commit what changes lines. */
export type Changes = Pick<Commit, 'isReset' | 'born' | 'slots' | 'attached' | 'detached' | 'arranged'>;

export interface LineOrder {
  /** It is measured again all the time, and looked at again with each `tick`. */
  isLive: boolean;
  of(slot: number, children: readonly number[]): readonly number[];
  /** Both give whose children may stand in another order now. */
  update(commit: Changes): Iterable<number>;
  tick(): readonly number[];
  /** Calls back when what is under a slot was put in order. */
  onSorted(listener: (slot: number) => void): () => void;
}

/** What it is made from (TreeStore). */
export interface LineTree {
  columns(): TreeColumns;
  keyAt(slot: number): string;
  /** All incarnations, shown or not. */
  slotsAt(key: string): Iterable<number>;
}

/**
 * The lines of an outline without their being made: of each node it is known how many are below it, so that a line is
 * found from the top down, and a birth or an opening changes what is above it and nothing else. Those under one that is
 * closed are counted too: to open it costs no more.
 */
export class Lines {
  /** Changes when a line came, went, moved, opened or closed. */
  version = 0;
  readonly #listeners = new Set<() => void>();
  readonly #tree: LineTree;
  readonly #columns: TreeColumns;
  readonly options: LinesOptions;
  /** Opened and closed by hand, by key. */
  #byHand: ReadonlyMap<string, boolean> = new Map();
  readonly #spans: Spans;
  /** By slot: lines it takes itself and with what is open below; none while it is not shown. As counted above it. */
  #widths: number[] = [];
  /** By slot: how many match at or below it. As counted above it. */
  #hits: number[] = [];
  /** By slot: the sums of both over its children, and how many of them are shown. */
  #linesBelow: number[] = [];
  #hitsBelow: number[] = [];
  #kept: number[] = [];
  /** By slot: whether it matches itself. */
  #isHit: boolean[] = [];
  #isHidden: boolean[] = [];
  #isOpen: boolean[] = [];
  #isBuilt = false;
  /** Of the columns, when they were looked at last. */
  #seen = -1;
  /** Rows that were asked for last: one that says the same is the same. */
  readonly #rows = new Map<number, Row>();

  constructor(tree: LineTree, options: LinesOptions) {
    const columns = tree.columns();
    this.#tree = tree;
    this.#columns = columns;
    this.options = options;
    this.#spans = new Spans(
      (slot) => options.order?.of(slot, columns.childrenOf(slot)) ?? columns.childrenOf(slot),
      (slot) => this.#widths[slot]!,
      // Where each child has its one line, a place says it all.
      (slot, children) => this.#kept[slot] === children && this.#linesBelow[slot] === children,
    );
  }

  /** Calls back when a commit or an order changed lines. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }

  /** It says what the tree is: it was built, and missed nothing since. */
  get isCurrent(): boolean {
    return this.#isBuilt && this.#seen === this.#columns.version;
  }

  get isBuilt(): boolean {
    return this.#isBuilt;
  }

  get length(): number {
    return Math.max(0, (this.#widths[TOP] ?? 1) - 1);
  }

  /** How many match. */
  get matches(): number {
    return this.#hits[TOP] ?? 0;
  }

  /** Goes through all nodes, one a step: to look whether they match takes longer than a frame has. */
  *build(): Generator<void> {
    this.#isBuilt = false;
    for (let slot = TOP; slot < this.#columns.end; slot++) {
      this.#look(slot);
      yield;
    }
    const slots = this.#childrenFirst();
    for (const slot of slots) this.#begin(slot);
    for (const slot of slots) this.#sum(slot);
    this.#isBuilt = true;
    this.#seen = this.#columns.version;
    this.version++;
  }

  /** Takes in what a commit changed; false: no line came, went or moved. */
  update(commit: Changes): boolean {
    const reordered = [...(this.options.order?.update(commit) ?? [])];
    if (reordered.length > 0) this.reordered(reordered);
    return this.#take(commit) || reordered.length > 0;
  }

  #take({ isReset, born, slots, attached, detached, arranged }: Changes): boolean {
    if (isReset) {
      if (this.#isBuilt) for (const _ of this.build());
      return true;
    }
    this.#seen = this.#columns.version;
    if (!this.#isBuilt) {
      for (const slot of slots) this.#look(slot);
      return false;
    }
    const changed = new Set<number>(arranged);
    for (let at = 0; at < detached.length; at += 2) {
      const [slot, parent] = [detached[at]!, detached[at + 1]!];
      this.#count(parent, -this.#widths[slot]!, -this.#hits[slot]!, -Number(this.#widths[slot]! > 0));
      this.#widths[slot] = 0;
      this.#hits[slot] = 0;
      changed.add(parent);
    }
    for (const slot of born) this.#begin(slot);
    if (this.options.isMatch === null && this.options.hasGhosts) for (const slot of born) this.#look(slot);
    else for (const slot of slots) if (this.#look(slot)) changed.add(slot);
    // Above them nothing of them is counted yet.
    for (const slot of attached) {
      this.#widths[slot] = 0;
      this.#hits[slot] = 0;
      changed.add(slot);
    }
    return this.#sumAgain(changed);
  }

  /** What a person opened and closed by now. */
  open(byHand: ReadonlyMap<string, boolean>): void {
    const before = this.#byHand;
    this.#byHand = byHand;
    if (before === byHand || !this.#isBuilt) return;
    const keys = new Set([...before.keys(), ...byHand.keys()]);
    const changed = [...keys].filter((key) => before.get(key) !== byHand.get(key));
    this.#sumAgain(changed.flatMap((key) => [...this.#tree.slotsAt(key)]));
  }

  /** The order of siblings is another now, under these or under all. */
  reordered(slots?: Iterable<number>): void {
    this.#spans.forget(slots);
    this.version++;
  }

  at(index: number): Row | undefined {
    if (!(index >= 0 && index < this.length)) return undefined;
    let rest = index;
    let parent = TOP;
    for (let level = 1; ; level++) {
      const span = this.#spans.of(parent);
      const place = span.placeOf(rest);
      const slot = span.children[place]!;
      rest -= span.startOf(place);
      if (rest === 0) return this.#row(slot, level, span.ordinalOf(place), span.kept);
      rest -= 1;
      parent = slot;
    }
  }

  /** -1: it has no line. */
  indexOf(id: string): number {
    const { parent } = this.#columns;
    let index = -1;
    for (let at = this.#columns.slotOf(id); at !== TOP; at = parent[at]!) {
      if (at === -1 || !this.#isOpen[parent[at]!] || !this.#widths[at]) return -1;
      const span = this.#spans.of(parent[at]!);
      index += 1 + span.startOf(span.children.indexOf(at));
    }
    return index;
  }

  /** How the lines right below a slot are shared out; null: it is closed, or has none. */
  spanAt(slot: number): Span | null {
    return this.#isOpen[slot] ? this.#spans.of(slot) : null;
  }

  /** So many lines a slot takes, with what is open below it. */
  linesAt(slot: number): number {
    return this.#widths[slot]!;
  }

  *[Symbol.iterator](): Generator<Row> {
    for (let index = 0; index < this.length; index++) yield this.at(index)!;
  }

  /** The line it hangs from; -1: none. */
  above(index: number): number {
    const row = this.at(index);
    if (!row || row.level === 1) return -1;
    return this.indexOf(this.#columns.idAt(this.#columns.parent[this.#columns.slotOf(row.id)]!));
  }

  /** All that match, in no order. */
  *matching(): Generator<string> {
    for (let slot = 1; slot < this.#columns.end; slot++) {
      const id = this.#isHit[slot] ? this.#columns.idAt(slot) : '';
      if (this.#columns.slotOf(id) !== -1) yield id;
    }
  }

  /** The first that matches, top down. */
  firstMatch(): string | null {
    let at = TOP;
    while (at === TOP || !this.#isHit[at]) {
      const next = this.#spans
        .of(at)
        .children.find((slot) => this.#widths[slot]! > 0 && this.#hits[slot]! > 0);
      if (next === undefined) return null;
      at = next;
    }
    return this.#columns.idAt(at);
  }

  /**
   * The first lines right below one, none where it is closed, and how many others there are; below null the roots.
   * Those on the way to `goal` are always among them. Of what has ended `isLeftOut` is asked: it counts for nothing.
   */
  below(
    parent: Row | null,
    most: number,
    goal: string | null,
    isLeftOut: (id: string) => boolean,
  ): { rows: Row[]; more: number } {
    const rows: Row[] = [];
    const slot = parent === null ? TOP : this.#columns.slotOf(parent.id);
    if (slot === -1 || !this.#isOpen[slot]) return { rows, more: 0 };
    const way = goal === null ? -1 : this.#wayTo(goal, slot);
    const { alive } = this.#columns;
    const span = this.#spans.of(slot);
    let more = 0;
    for (let place = 0; place < span.children.length; place++) {
      const child = span.children[place]!;
      if (this.#widths[child] === 0) continue;
      if (alive[child] === 0 && isLeftOut(this.#columns.idAt(child))) continue;
      if (rows.length >= most && child !== way) more++;
      else rows.push(this.#row(child, 1 + (parent?.level ?? 0), span.ordinalOf(place), span.kept));
    }
    return { rows, more };
  }

  /** The child of `above` that `id` is, or hangs from; -1: none. */
  #wayTo(id: string, above: number): number {
    const { parent } = this.#columns;
    for (let at = this.#columns.slotOf(id); at > TOP; at = parent[at]!) if (parent[at] === above) return at;
    return -1;
  }

  /** False: it is as it was when it was looked at last. */
  #look(slot: number): boolean {
    const node = this.#columns.nodeAt(slot);
    const isHidden = node !== null && !this.options.hasGhosts && this.#columns.alive[slot] === 0;
    const isHit = node !== null && !isHidden && this.options.isMatch?.(node) === true;
    if (isHidden === this.#isHidden[slot] && isHit === this.#isHit[slot]) return false;
    this.#isHidden[slot] = isHidden;
    this.#isHit[slot] = isHit;
    return true;
  }

  #begin(slot: number): void {
    this.#widths[slot] = 0;
    this.#hits[slot] = 0;
    this.#linesBelow[slot] = 0;
    this.#hitsBelow[slot] = 0;
    this.#kept[slot] = 0;
  }

  /** What it takes now, and has it counted above it; true: that is another number there. */
  #sum(slot: number): boolean {
    const { isMatch } = this.options;
    const isHidden = this.#isHidden[slot]!;
    const kept = this.#kept[slot]!;
    const found = this.#hitsBelow[slot]! + Number(this.#isHit[slot]);
    const opens = slot === TOP || (kept > 0 && (isMatch !== null || this.#opens(slot, kept)));
    const isShown = !isHidden && (isMatch === null || found > 0 || slot === TOP);
    const hits = isHidden ? 0 : found;
    const width = isShown ? 1 + (opens ? this.#linesBelow[slot]! : 0) : 0;
    const [byHits, byWidth] = [hits - this.#hits[slot]!, width - this.#widths[slot]!];
    const byKept = Number(width > 0) - Number(this.#widths[slot]! > 0);
    this.#isOpen[slot] = opens;
    this.#hits[slot] = hits;
    this.#widths[slot] = width;
    this.#spans.forget([slot]);
    const above = this.#columns.parent[slot]!;
    if (above === -1 || (byHits === 0 && byWidth === 0)) return false;
    this.#count(above, byWidth, byHits, byKept);
    return true;
  }

  #count(slot: number, lines: number, hits: number, kept: number): void {
    this.#linesBelow[slot]! += lines;
    this.#hitsBelow[slot]! += hits;
    this.#kept[slot]! += kept;
  }

  #opens(slot: number, children: number): boolean {
    // There is a key for each node that is held; one that has just gone has none.
    const byHand = this.#byHand.size === 0 ? undefined : this.#byHand.get(this.#tree.keyAt(slot));
    return byHand ?? children <= this.options.openUpTo;
  }

  /** And all above them for which that makes a difference. */
  #sumAgain(slots: Iterable<number>): boolean {
    const byDepth: Set<number>[] = [];
    const add = (slot: number, depth: number) => {
      byDepth[depth] ??= new Set();
      byDepth[depth].add(slot);
    };
    for (const slot of slots) add(slot, this.#depth(slot));
    if (byDepth.length === 0) return false;
    this.version++;
    for (let depth = byDepth.length - 1; depth >= 0; depth--) {
      for (const slot of byDepth[depth] ?? []) {
        const [width, hits] = [this.#widths[slot], this.#hits[slot]];
        this.#sum(slot);
        const above = this.#columns.parent[slot]!;
        if (above !== -1 && (width !== this.#widths[slot] || hits !== this.#hits[slot]))
          add(above, depth - 1);
      }
    }
    return true;
  }

  #depth(slot: number): number {
    let depth = -1;
    for (let at = slot; at !== -1; at = this.#columns.parent[at]!) depth++;
    return depth;
  }

  /** All, those that are not attached too: they may be at any time. */
  #childrenFirst(): number[] {
    const found: number[] = [TOP];
    for (let slot = 1; slot < this.#columns.end; slot++) {
      if (this.#columns.parent[slot] === -1) found.push(slot);
    }
    for (let index = 0; index < found.length; index++) {
      for (const child of this.#columns.childrenOf(found[index]!)) found.push(child);
    }
    return found.reverse();
  }

  #row(slot: number, level: number, position: number, siblings: number): Row {
    const known = this.#rows.get(slot);
    const id = this.#columns.idAt(slot);
    const isOpen = this.#isOpen[slot]!;
    const hasChildren = this.#kept[slot]! > 0;
    if (
      known?.id === id &&
      known.level === level &&
      known.isOpen === isOpen &&
      known.hasChildren === hasChildren
    ) {
      known.position = position;
      known.siblings = siblings;
      return known;
    }
    if (this.#rows.size >= MOST_ROWS) this.#rows.clear();
    const row = { id, level, isOpen, hasChildren, position, siblings };
    this.#rows.set(slot, row);
    return row;
  }
}

/** More than any screen shows at once. */
const MOST_ROWS = 1000;
