import type { TreeEvent } from '../../protocol/calls.ts';
import type { TreeNode } from '../../protocol/tree.ts';
import { isAlive } from './row-keys.ts';
import { TOP, type TreeColumns } from './tree-columns.ts';
import { type Commit, TreeModel } from './tree-model.ts';

/** The tree's form: who hangs under whom, in the order shown. Another object each time it changed; it tells of now. */
export interface Shape {
  readonly epoch: string;
  /** Ids by parent id; roots under null. */
  readonly children: { get(parent: string | null): readonly string[] | undefined };
}

type Listener = () => void;

/** Nodes that may change within a second and have the form told of with each of them. */
const FEW_CHANGES = 200;

/**
 * The tree of one instance as the screen holds it. Events are gathered and applied at most once a frame; a row
 * is told of its own node only, and of the form only who draws the form.
 */
export class TreeStore {
  readonly #model = new TreeModel();
  readonly #nodeListeners = new Map<string, Set<Listener>>();
  readonly #shapeListeners = new Set<Listener>();
  readonly #commitListeners = new Set<(commit: Commit) => void>();
  readonly #schedule: (commit: Listener) => void;
  readonly #askSnapshot: Listener;
  #queue: TreeEvent[] = [];
  /** Nodes that changed since the last `tick`, and whether the form did without its listeners being told. */
  #changes = 0;
  #isBehind = false;
  #isScheduled = false;
  /** How far the agent's clock is ahead of this one's. What comes late seems less: the largest seen is the truest. */
  #aheadMs = Number.NEGATIVE_INFINITY;
  #shape: Shape = this.#shapeNow();
  #shapeTold = this.#shape;

  /** `askSnapshot` is called when a revision was missed. */
  constructor(askSnapshot: Listener, schedule: (commit: Listener) => void = onceAFrame) {
    this.#askSnapshot = askSnapshot;
    this.#schedule = schedule;
  }

  receive(event: TreeEvent): void {
    const isSnapshot = 'snapshot' in event;
    // What comes before a snapshot no longer matters.
    if (isSnapshot) this.#queue = [];
    this.#queue.push(event);
    const { at } = isSnapshot ? event.snapshot : event.delta;
    this.#aheadMs = Math.max(isSnapshot ? Number.NEGATIVE_INFINITY : this.#aheadMs, at - Date.now());
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#schedule(() => this.commit());
  }

  /** Applies what was gathered, then tells who has to draw again. */
  commit(): void {
    this.#isScheduled = false;
    const events = this.#queue;
    this.#queue = [];
    const commit = this.#model.apply(events);
    if (commit.isMissed) this.#askSnapshot();
    if (commit.isReshaped) this.#shape = this.#shapeNow();
    // Who derives something from all of it is told first: rows and screens read it.
    for (const listener of [...this.#commitListeners]) listener(commit);
    const hasLost = this.#tellNodes(commit);
    if (!commit.isReshaped) return;
    this.#changes = commit.isReset ? 0 : this.#changes + commit.ids.size;
    // Nobody reads figures that change faster; but who looks at a node that is gone looks for its successor at once.
    if (commit.isReset || hasLost || this.#changes <= FEW_CHANGES) this.#tellShape();
    else this.#isBehind = true;
  }

  /** To be called once a second: tells of a form that changed too often to be told of each time. */
  tick(): void {
    this.#changes = 0;
    if (this.#isBehind) this.#tellShape();
  }

  get epoch(): string {
    return this.#model.epoch;
  }

  get size(): number {
    return this.#model.columns.count;
  }

  /** The agent's time of day, milliseconds since 1970. */
  agentNow(): number {
    return Date.now() + (Number.isFinite(this.#aheadMs) ? this.#aheadMs : 0);
  }

  node(id: string | null): TreeNode | null {
    return id === null ? null : this.#model.columns.nodeAt(this.#model.columns.find(id));
  }

  nodes(): Iterable<TreeNode> {
    return this.#model.columns.nodes();
  }

  shape(): Shape {
    return this.#shape;
  }

  /** The form that listeners were told of last. */
  shapeTold(): Shape {
    return this.#shapeTold;
  }

  columns(): TreeColumns {
    return this.#model.columns;
  }

  keyOf(id: string): string | null {
    const slot = this.#model.columns.find(id);
    return slot === -1 ? null : this.#model.keys.key(slot);
  }

  keyAt(slot: number): string {
    return this.#model.keys.key(slot);
  }

  /** Where it stands among its siblings, while nothing else orders them. */
  rankAt(slot: number): number {
    const { keys } = this.#model;
    return keys.rank(keys.placeOf(slot));
  }

  /** Where the incarnations at the place with this key are held, shown or not. */
  *slotsAt(key: string): Iterable<number> {
    const { keys } = this.#model;
    for (let at = keys.newestAt(key); at !== -1; at = keys.older(at)) yield at;
  }

  /** The newest incarnation at the place with this key. */
  newestAt(key: string): TreeNode | null {
    return this.#model.columns.nodeAt(this.#model.keys.newestAt(key));
  }

  /** The incarnations at the place with this key that the tree still has, oldest first. */
  livesAt(key: string): TreeNode[] {
    return [...this.slotsAt(key)].map((slot) => this.#model.columns.nodeAt(slot)!).reverse();
  }

  /** Calls back when this node changes or goes. */
  onNode(id: string, listener: Listener): () => void {
    const listeners = this.#nodeListeners.get(id) ?? new Set();
    this.#nodeListeners.set(id, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.#nodeListeners.delete(id);
    };
  }

  /** Calls back when the form changed: at once, where very much changes once a second. */
  onShape(listener: Listener): () => void {
    this.#shapeListeners.add(listener);
    return () => this.#shapeListeners.delete(listener);
  }

  /** Calls back after each commit with what it changed: for who looks at all of the tree. */
  onCommit(listener: (commit: Commit) => void): () => void {
    this.#commitListeners.add(listener);
    return () => this.#commitListeners.delete(listener);
  }

  #tellShape(): void {
    this.#isBehind = false;
    this.#shapeTold = this.#shape;
    for (const listener of [...this.#shapeListeners]) listener();
  }

  /** True: one that somebody looks at has ended, or is gone. */
  #tellNodes({ isReset, ids }: Commit): boolean {
    // Rows in sight are few; what changed may be all of it, or next to nothing.
    const isMany = isReset || ids.size > this.#nodeListeners.size;
    const seen = isMany ? [...this.#nodeListeners.keys()] : [...ids.keys()];
    let hasLost = false;
    for (const id of seen) {
      const listeners = this.#nodeListeners.get(id);
      if (!listeners || !(isReset || ids.has(id))) continue;
      const node = this.node(id);
      hasLost ||= node === null || !isAlive(node);
      for (const listener of [...listeners]) listener();
    }
    return hasLost;
  }

  #shapeNow(): Shape {
    const { columns } = this.#model;
    const get = (parent: string | null): readonly string[] | undefined => {
      const children = columns.childrenOf(parent === null ? TOP : columns.find(parent));
      return children.length === 0 ? undefined : children.map((slot) => columns.idAt(slot));
    };
    return { epoch: this.#model.epoch, children: { get } };
  }
}

/** A hidden window gets no frames; what is gathered must not grow without end there. */
function onceAFrame(commit: Listener): void {
  if (document.visibilityState === 'hidden') setTimeout(commit, 250);
  else requestAnimationFrame(commit);
}
