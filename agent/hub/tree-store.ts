import { LIMITS } from '../../protocol/limits.ts';
import {
  NODE_FIELDS,
  type NodeStatus,
  type TreeChange,
  type TreeColumns,
  type TreeDelta,
  type TreeNode,
  type TreeSnapshot,
  toColumns,
} from '../../protocol/tree.ts';

export type PlainSnapshot = TreeSnapshot & { columns: TreeColumns };
type Fields = Partial<Omit<TreeNode, 'id'>>;

/**
 * The tree as the hub knows it, ghosts included. While somebody watches, changes are gathered for a frame and
 * pushed as one delta; while nobody does, they only change the nodes.
 */
export class TreeStore {
  readonly epoch: string;
  readonly nodes = new Map<string, TreeNode>();
  /** Nodes that were not taken in for lack of room. */
  refused = 0;
  /** How long changes are gathered for a watcher. */
  coalesceMs: number = LIMITS.coalesceMs;
  #revision = 0;
  #pending = new Map<string, { isNew: boolean; fields: Fields | null }>();
  #gone = new Set<string>();
  #watchers = new Set<(delta: TreeDelta) => void>();
  #timer: NodeJS.Timeout | null = null;
  #ghosts: string[] = [];
  /** The newest incarnation at the place of each static child, by its supervisor and its lineage. */
  readonly #places = new Map<string, string>();
  #settling = new Map<string, (() => void)[]>();

  constructor(epoch: string) {
    this.epoch = epoch;
  }

  get isWatched(): boolean {
    return this.#watchers.size > 0;
  }

  /** Adds a node, or changes the fields in which it differs. */
  put(node: TreeNode): void {
    const present = this.nodes.get(node.id);
    if (present) {
      this.patch(node.id, node);
      return;
    }
    if (this.nodes.size >= LIMITS.maxNodes) {
      this.refused++;
      return;
    }
    this.nodes.set(node.id, node);
    const place = placeOf(node);
    if (place !== null) this.#places.set(place, node.id);
    this.#note(node.id, true, null);
  }

  patch(id: string, fields: Fields): void {
    const node = this.nodes.get(id);
    if (!node) return;
    const changed = differing(node, fields);
    if (!changed) return;
    Object.assign(node, changed);
    this.#note(id, false, changed);
    if (changed.status !== undefined && changed.status !== 'stopping') this.#settled(id);
  }

  /** The node ended: it stays as a ghost for a while. */
  end(id: string, how: { status?: NodeStatus; exitReason?: string | null; endedAt?: number }): void {
    const node = this.nodes.get(id);
    if (!node || this.#ghosts.includes(id)) return;
    this.patch(id, {
      status: how.status ?? 'exited',
      exitReason: how.exitReason ?? node.exitReason,
      endedAt: how.endedAt ?? node.endedAt ?? Date.now(),
      blockedMs: null,
      metrics: {},
    });
    this.#ghosts.push(id);
    while (this.#ghosts.length > LIMITS.maxGhosts) this.remove(this.#ghosts[0]!);
  }

  isGhost(id: string): boolean {
    return this.#ghosts.includes(id);
  }

  /** Runs `then` once this node is no longer on its way out: ended, a straggler, or dropped. */
  onceSettled(id: string, then: () => void): void {
    const waiting = this.#settling.get(id);
    if (waiting) waiting.push(then);
    else this.#settling.set(id, [then]);
  }

  #settled(id: string): void {
    const waiting = this.#settling.get(id);
    if (!waiting) return;
    this.#settling.delete(id);
    for (const then of waiting) then();
  }

  /** Drops ghosts that were shown long enough. A static child that was stopped stays: it can be started again. */
  sweep(now: number): void {
    for (const id of [...this.#ghosts]) {
      const node = this.nodes.get(id);
      if (node && now - (node.endedAt ?? 0) < LIMITS.ghostMs) break;
      if (!node || !this.#keepsPlace(node)) this.remove(id);
    }
  }

  /** The ghost of a static child no longer stands for its place: from now on it is one like any other. */
  leavePlace(id: string): void {
    const node = this.nodes.get(id);
    const place = node && placeOf(node);
    if (place && this.#places.get(place) === id) this.#places.delete(place);
  }

  #keepsPlace(node: TreeNode): boolean {
    const place = placeOf(node);
    if (place === null || this.#places.get(place) !== node.id) return false;
    return this.nodes.get(node.parent!)?.endedAt === null;
  }

  remove(id: string): void {
    const at = this.#ghosts.indexOf(id);
    if (at >= 0) this.#ghosts.splice(at, 1);
    this.leavePlace(id);
    if (!this.nodes.delete(id)) return;
    this.#settled(id);
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    // What no watcher has heard of yet needs no goodbye.
    if (this.isWatched && !pending?.isNew) this.#gone.add(id);
    this.#schedule();
  }

  /** Which tree it is just now; changes that were gathered before it have gone out. */
  header(): Omit<TreeSnapshot, 'columns'> {
    this.flush();
    return { epoch: this.epoch, revision: this.#revision, at: Date.now() };
  }

  snapshot(): PlainSnapshot {
    return { ...this.header(), columns: toColumns(this.nodes.values()) };
  }

  /** Hears of every delta after the next header, until the function that is returned is called. */
  watch(listener: (delta: TreeDelta) => void): () => void {
    this.flush();
    this.#watchers.add(listener);
    return () => this.#watchers.delete(listener);
  }

  #note(id: string, isNew: boolean, fields: Fields | null): void {
    if (!this.isWatched) return;
    const pending = this.#pending.get(id);
    if (pending) pending.fields = { ...pending.fields, ...fields };
    else this.#pending.set(id, { isNew, fields });
    this.#schedule();
  }

  /** The first change after a rest goes out at once; those that follow wait for a screen frame. */
  #schedule(): void {
    if (this.#timer || !this.isWatched) return;
    queueMicrotask(() => this.flush());
    this.#timer = setTimeout(() => {
      this.#timer = null;
      if (this.#pending.size > 0 || this.#gone.size > 0) {
        this.flush();
        this.#schedule();
      }
    }, this.coalesceMs);
  }

  /** Sends what was gathered. */
  flush(): void {
    if (this.#pending.size === 0 && this.#gone.size === 0) return;
    const changes: TreeChange[] = Array.from(this.#gone, (id) => ['-', id]);
    for (const [id, { isNew, fields }] of this.#pending) {
      const node = this.nodes.get(id);
      if (node) changes.push(isNew ? ['+', { ...node }] : ['~', id, fields ?? {}]);
    }
    this.#pending.clear();
    this.#gone.clear();
    const delta: TreeDelta = { from: this.#revision, revision: ++this.#revision, at: Date.now(), changes };
    for (const watcher of [...this.#watchers]) watcher(delta);
  }
}

function differing(node: TreeNode, fields: Fields): Fields | null {
  let changed: Record<string, unknown> | null = null;
  for (const field of NODE_FIELDS) {
    if (field === 'id' || !(field in fields)) continue;
    const value = fields[field];
    if (same(node[field], value)) continue;
    changed ??= {};
    changed[field] = value;
  }
  return changed as Fields | null;
}

/** Where a static child stands, the same for its successors; null for what gives up its place when it ends. */
function placeOf({ parent, lineage, child }: TreeNode): string | null {
  if (parent === null || child?.order === undefined || child.restart === 'temporary') return null;
  return `${parent} ${lineage}`;
}

/** Small plain objects are compared by what they hold. */
function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Ids, those nearest to the root first; within a depth in the order in which they came. */
export function breadthFirst(nodes: Iterable<TreeNode>): string[] {
  const depths = new Map<string, number>();
  const levels: string[][] = [];
  const waiting: TreeNode[] = [];
  const put = ({ id, parent, host }: TreeNode): boolean => {
    const above = parent === null ? -1 : depths.get(parent);
    if (above === undefined) return false;
    // A task has nothing below it, and most of a large tree are tasks.
    if (host !== 'task') depths.set(id, above + 1);
    const level = levels[above + 1];
    if (level) level.push(id);
    else levels[above + 1] = [id];
    return true;
  };
  for (const node of nodes) if (!put(node)) waiting.push(node);
  // Some come before their parent, a thread before the worker that it hosts; what has none goes last.
  for (let left = waiting; left.length > 0; ) {
    const still = left.filter((node) => !put(node));
    if (still.length === left.length) return [...levels.flat(), ...still.map(({ id }) => id)];
    left = still;
  }
  return levels.flat();
}
