import { isDeepStrictEqual } from 'node:util';
import type { TreeEvent } from '../protocol/calls.ts';
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
  #cancelTimer: (() => void) | null = null;

  constructor(clock: Clock, tell: (update: TreeUpdate) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  /** False for a delta that does not follow what is held: ask for a snapshot. */
  push(event: TreeEvent): boolean {
    if ('snapshot' in event) this.#reset(event.snapshot);
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

  #apply(delta: Extract<TreeEvent, { delta: unknown }>['delta']): boolean {
    if (!this.mirror.apply(delta)) return false;
    for (const change of delta.changes) {
      if (change[0] === '-') this.#remove(change[1]);
      else this.#change(change[0] === '+' ? change[1].id : change[1]);
    }
    return true;
  }

  #reset(snapshot: Extract<TreeEvent, { snapshot: unknown }>['snapshot']): void {
    const { mirror } = this;
    const before = new Map(mirror.nodes);
    const isSameEpoch = mirror.epoch === snapshot.epoch;
    mirror.reset(snapshot);
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
