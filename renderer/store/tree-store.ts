import type { TreeEvent } from '../../protocol/calls.ts';
import type { TreeNode } from '../../protocol/tree.ts';
import { TreeMirror } from '../../protocol/tree-mirror.ts';
import { isAlive, RowKeys } from './row-keys.ts';

/** The tree's form at one moment: who hangs under whom, in the order shown. Replaced when it changes. */
export interface Shape {
  readonly epoch: string;
  /** Ids by parent id; roots under null. */
  readonly children: ReadonlyMap<string | null, readonly string[]>;
}

type Listener = () => void;

/**
 * The tree of one instance as the screen holds it. Events are gathered and applied at most once a frame; a row
 * is told of its own node only, and of the form only who draws the form.
 */
export class TreeStore {
  readonly #mirror = new TreeMirror();
  readonly #keys = new RowKeys();
  /** Where each key stands among its siblings: a successor stands where the one before it stood. */
  readonly #slots = new Map<string, number>();
  readonly #nodeListeners = new Map<string, Set<Listener>>();
  readonly #shapeListeners = new Set<Listener>();
  readonly #schedule: (commit: Listener) => void;
  readonly #askSnapshot: Listener;
  #queue: TreeEvent[] = [];
  #isScheduled = false;
  /** How far the agent's clock is ahead of this one's. What comes late seems less: the largest seen is the truest. */
  #aheadMs = Number.NEGATIVE_INFINITY;
  #shape: Shape = { epoch: '', children: new Map() };

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
    const changed = new Set<string>();
    let isReshaped = false;
    for (const event of events) isReshaped = this.#apply(event, changed) || isReshaped;
    if (isReshaped) this.#reshape();
    for (const id of changed) for (const listener of this.#nodeListeners.get(id) ?? []) listener();
    if (isReshaped) for (const listener of [...this.#shapeListeners]) listener();
  }

  get epoch(): string {
    return this.#mirror.epoch;
  }

  get size(): number {
    return this.#mirror.nodes.size;
  }

  /** The agent's time of day, milliseconds since 1970. */
  agentNow(): number {
    return Date.now() + (Number.isFinite(this.#aheadMs) ? this.#aheadMs : 0);
  }

  node(id: string | null): TreeNode | null {
    return id === null ? null : (this.#mirror.nodes.get(id) ?? null);
  }

  nodes(): Iterable<TreeNode> {
    return this.#mirror.nodes.values();
  }

  shape(): Shape {
    return this.#shape;
  }

  keyOf(id: string): string | null {
    return this.#keys.of(id) ?? null;
  }

  /** The newest incarnation at the place with this key. */
  newestAt(key: string): TreeNode | null {
    const holder = this.#keys.holder(key);
    return holder ? this.node(holder.id) : null;
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

  onShape(listener: Listener): () => void {
    this.#shapeListeners.add(listener);
    return () => this.#shapeListeners.delete(listener);
  }

  /** True when the tree's form changed with it. */
  #apply(event: TreeEvent, changed: Set<string>): boolean {
    if ('snapshot' in event) {
      for (const id of this.#mirror.nodes.keys()) changed.add(id);
      // A new epoch numbers anew: the same id may be somebody else.
      if (event.snapshot.epoch !== this.#mirror.epoch) this.#keys.clear();
      this.#mirror.reset(event.snapshot);
      for (const id of this.#mirror.nodes.keys()) changed.add(id);
      return true;
    }
    const ids = event.delta.changes.map((change) => (change[0] === '+' ? change[1].id : change[1]));
    const before = ids.map((id) => this.node(id));
    if (!this.#mirror.apply(event.delta)) {
      this.#askSnapshot();
      return false;
    }
    let isReshaped = false;
    ids.forEach((id, index) => {
      changed.add(id);
      const after = this.node(id);
      if (!after) this.#keys.forget(id);
      if (!isSamePlace(before[index]!, after)) isReshaped = true;
    });
    return isReshaped;
  }

  #reshape(): void {
    const byParent = this.#mirror.childrenByParent();
    const children = new Map<string | null, string[]>();
    const visit = (parent: string | null): void => {
      const siblings = byParent.get(parent);
      if (!siblings) return;
      const places = siblings.map((node) => ({ node, slot: this.#slot(this.#keys.add(node)) }));
      places.sort(
        (a, b) =>
          a.slot - b.slot ||
          Number(isAlive(b.node)) - Number(isAlive(a.node)) ||
          b.node.incarnation - a.node.incarnation,
      );
      const ids = withFewGhosts(places);
      children.set(parent, ids);
      for (const id of ids) visit(id);
    };
    visit(null);
    if (this.#slots.size > 1000 + 4 * this.#mirror.nodes.size) this.#forgetSlots();
    this.#shape = { epoch: this.#mirror.epoch, children };
  }

  #slot(key: string): number {
    const known = this.#slots.get(key);
    if (known !== undefined) return known;
    const slot = this.#slots.size;
    this.#slots.set(key, slot);
    return slot;
  }

  /** Places whose children came and went are many after a day; those in use keep their order. */
  #forgetSlots(): void {
    const used = new Set([...this.#mirror.nodes.keys()].map((id) => this.#keys.of(id)));
    const kept = [...this.#slots.keys()].filter((key) => used.has(key));
    this.#slots.clear();
    for (const key of kept) this.#slots.set(key, this.#slots.size);
  }
}

/** Whether a change leaves the node where it is drawn. */
function isSamePlace(before: TreeNode | null, after: TreeNode | null): boolean {
  if (!before || !after) return before === after;
  return before.parent === after.parent && isAlive(before) === isAlive(after);
}

/** Ghosts without a successor that one parent shows; the others are in the timeline. */
const MAX_GHOSTS = 3;

/** Of what died at one place only the last is shown, and of places where nothing lives any more only the last few. */
function withFewGhosts(places: { node: TreeNode; slot: number }[]): string[] {
  const living = new Set(places.filter(({ node }) => isAlive(node)).map(({ slot }) => slot));
  const ghosts = places.filter(
    ({ node, slot }, index) => !isAlive(node) && !isOlderGhost(places, slot, index),
  );
  const lone = ghosts
    .filter(({ slot }) => !living.has(slot))
    .sort((a, b) => (b.node.endedAt ?? 0) - (a.node.endedAt ?? 0));
  const hidden = new Set(lone.slice(MAX_GHOSTS));
  const shown = new Set(ghosts.filter((ghost) => !hidden.has(ghost)));
  return places.filter((place) => isAlive(place.node) || shown.has(place)).map(({ node }) => node.id);
}

/** A ghost right before it stands at the same place; sorted so that the newest comes first. */
function isOlderGhost(places: { node: TreeNode; slot: number }[], slot: number, index: number): boolean {
  const before = places[index - 1];
  return before !== undefined && before.slot === slot && !isAlive(before.node);
}

/** A hidden window gets no frames; what is gathered must not grow without end there. */
function onceAFrame(commit: Listener): void {
  if (document.visibilityState === 'hidden') setTimeout(commit, 250);
  else requestAnimationFrame(commit);
}
