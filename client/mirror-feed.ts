import { isDeepStrictEqual } from 'node:util';
import type { TreeEvent } from '../protocol/calls.ts';
import type { TreeDelta, TreeNode, TreeSnapshot } from '../protocol/tree.ts';
import { TreeMirror } from '../protocol/tree-mirror.ts';
import type { Clock } from './clock.ts';

/** What changed in the mirror since the last one of these. */
export interface TreeUpdate {
  /** Another epoch than before: everything is new. */
  isFresh: boolean;
  /** Ids that are new or differ; the mirror has them. */
  changed: ReadonlySet<string>;
  /** Ids that the mirror no longer has. */
  removed: ReadonlySet<string>;
}

/**
 * Feeds a mirror from the events of `watch-tree` and says, at most once per screen frame, what changed. A
 * snapshot of the epoch already held (after a lost connection, or a missed revision) is compared with what is
 * there, so that nodes that did not change stay the same objects and are not reported.
 */
export class MirrorFeed {
  readonly mirror = new TreeMirror();
  readonly #clock: Clock;
  readonly #tell: (update: TreeUpdate) => void;
  #changed = new Set<string>();
  #removed = new Set<string>();
  #isFresh = false;
  /** A snapshot of what is held already that comes in parts: compared once it is whole. */
  #incoming: TreeMirror | null = null;
  #cancelTimer: (() => void) | null = null;

  constructor(clock: Clock, tell: (update: TreeUpdate) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  /** False for a delta that does not follow what is held: ask for a snapshot. */
  push(event: TreeEvent): boolean {
    if ('snapshot' in event) this.#begin(event.snapshot);
    else if (!this.#apply(event.delta)) return false;
    this.#cancelTimer ??= this.#clock.after(FRAME_MS, () => this.flush());
    return true;
  }

  /** Tells what is gathered now instead of with the next frame. */
  flush(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    if (!this.#isFresh && this.#changed.size === 0 && this.#removed.size === 0) return;
    const update = { isFresh: this.#isFresh, changed: this.#changed, removed: this.#removed };
    this.#isFresh = false;
    this.#changed = new Set();
    this.#removed = new Set();
    this.#tell(update);
  }

  stop(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
  }

  #begin(snapshot: TreeSnapshot): void {
    const { mirror } = this;
    const isSameEpoch = mirror.epoch === snapshot.epoch;
    this.#incoming = null;
    if (isSameEpoch && snapshot.more) {
      this.#incoming = new TreeMirror();
      this.#incoming.reset(snapshot);
      return;
    }
    const before = new Map(mirror.nodes);
    mirror.reset(snapshot);
    this.#compare(before, isSameEpoch);
  }

  #apply(delta: TreeDelta): boolean {
    if (this.#incoming) return this.#applyToIncoming(this.#incoming, delta);
    if (!this.mirror.apply(delta)) return false;
    for (const change of delta.changes) {
      if (change[0] === '-') this.#remove(change[1]);
      else this.#change(change[0] === '+' ? change[1].id : change[1]);
    }
    for (const id of delta.rows?.id ?? []) this.#change(id);
    return true;
  }

  #applyToIncoming(incoming: TreeMirror, delta: TreeDelta): boolean {
    if (!incoming.apply(delta)) return false;
    if (!delta.rows || delta.more) return true;
    this.#incoming = null;
    const before = new Map(this.mirror.nodes);
    this.mirror.become(incoming);
    this.#compare(before, true);
    return true;
  }

  /** What the mirror has now, against what it had. */
  #compare(before: ReadonlyMap<string, TreeNode>, isSameEpoch: boolean): void {
    const { mirror } = this;
    if (!isSameEpoch) this.#isFresh = true;
    for (const [id, node] of mirror.nodes) {
      const held = isSameEpoch ? before.get(id) : undefined;
      if (held !== undefined && isDeepStrictEqual(held, node)) mirror.nodes.set(id, held);
      else this.#change(id);
    }
    for (const id of before.keys()) if (!mirror.nodes.has(id)) this.#remove(id);
  }

  #change(id: string): void {
    this.#removed.delete(id);
    this.#changed.add(id);
  }

  #remove(id: string): void {
    this.#changed.delete(id);
    this.#removed.add(id);
  }
}

/** A screen draws no faster. */
const FRAME_MS = 16;
