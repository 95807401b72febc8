import type { TreeEvent } from '../../protocol/calls.ts';
import { fromColumns, type TreeNode } from '../../protocol/tree.ts';
import { NodeColumns } from './node-columns.ts';
import { isAlive, RowKeys } from './row-keys.ts';
import { Siblings } from './siblings.ts';
import { TOP } from './tree-columns.ts';

/** What one commit changed. */
export interface Commit {
  /** All that was held before is gone; slots and ids say nothing of what they said. */
  isReset: boolean;
  /** Nodes that came, went or changed, by id. */
  ids: ReadonlyMap<string, unknown>;
  /** Their slots; of those that went, the slot they had. */
  slots: readonly number[];
  /** Those of them that came. */
  born: readonly number[];
  /** Slots that are shown under another one than before, or are shown now. */
  attached: readonly number[];
  /** In pairs: the slot of one that is no longer shown where it was, and that of its parent there. */
  detached: readonly number[];
  /** The slots whose children are others now, or stand in another order. */
  arranged: readonly number[];
  /** Nodes came, went, moved, ended: what is derived from more than one node may be another. */
  isReshaped: boolean;
}

/**
 * The tree of one instance: fed by snapshots and deltas, it gives what changed. A batch is put together first, so that a node
 * that changed three times is applied once; its cost is that of what changed, not of what is there.
 */
export class TreeModel {
  readonly columns = new NodeColumns();
  readonly keys = new RowKeys(this.columns);
  readonly #siblings = new Siblings(this.columns, this.keys);
  /** Those that name a parent which is not there, by that parent's id; they are shown as roots. */
  readonly #waiting = new Map<string, Set<number>>();
  /** While a tree that is held already comes again in parts: those that no part has told of yet. */
  #unseen: Set<string> | null = null;
  epoch = '';
  #revision = -1;

  /** `isMissed`: a revision was; what came before it is applied, and a snapshot is to be asked for. */
  apply(events: readonly TreeEvent[]): Commit & { isMissed: boolean } {
    const { pending, isReset, isMissed } = this.#gather(events);
    if (isReset) this.#clear();
    const commit = this.#settle(pending);
    this.keys.trim();
    this.columns.version++;
    return { ...commit, isReset, isReshaped: commit.isReshaped || isReset, isMissed };
  }

  /** What each node is in the end; null: gone. */
  #gather(events: readonly TreeEvent[]): {
    pending: Map<string, TreeNode | null>;
    isReset: boolean;
    isMissed: boolean;
  } {
    const pending = new Map<string, TreeNode | null>();
    let isReset = false;
    for (const event of events) {
      if ('snapshot' in event) {
        const { epoch, revision, columns, more } = event.snapshot;
        // A new epoch numbers anew: the same id may be somebody else.
        isReset ||= epoch !== this.epoch;
        pending.clear();
        this.#unseen = isReset ? null : new Set(this.columns.ids());
        for (const node of fromColumns(columns)) pending.set(node.id, node);
        if (!more) this.#dropUnseen(pending);
        this.epoch = epoch;
        this.#revision = revision;
        continue;
      }
      const { from, revision, changes, rows, more } = event.delta;
      if (from !== this.#revision) return { pending, isReset, isMissed: true };
      for (const change of changes) {
        switch (change[0]) {
          case '+':
            pending.set(change[1].id, change[1]);
            break;
          case '~': {
            const [, id, fields] = change;
            const node = pending.has(id)
              ? pending.get(id)
              : isReset
                ? null
                : this.columns.nodeAt(this.columns.find(id));
            if (node) pending.set(id, { ...node, ...fields });
            break;
          }
          case '-':
            pending.set(change[1], null);
            break;
          default:
            change satisfies never;
        }
      }
      if (rows) {
        for (const node of fromColumns(rows)) pending.set(node.id, node);
        if (!more) this.#dropUnseen(pending);
      }
      this.#revision = revision;
    }
    for (const id of pending.keys()) this.#unseen?.delete(id);
    return { pending, isReset, isMissed: false };
  }

  /** All parts are there: who was in none of them has gone. */
  #dropUnseen(pending: Map<string, TreeNode | null>): void {
    for (const id of this.#unseen ?? []) if (!pending.has(id)) pending.set(id, null);
    this.#unseen = null;
  }

  #settle(pending: ReadonlyMap<string, TreeNode | null>): Omit<Commit, 'isReset'> {
    const slots: number[] = [];
    const born: number[] = [];
    const dead: number[] = [];
    const moved: number[] = [];
    let isReshaped = false;
    for (const [id, node] of pending) {
      let slot = this.columns.find(id);
      if (slot === -1) {
        if (node === null) continue;
        slot = this.columns.add(node);
        born.push(slot);
      } else if (node === null) dead.push(slot);
      else {
        const before = this.columns.nodeAt(slot)!;
        this.columns.set(slot, node);
        if (before.parent !== node.parent) {
          moved.push(slot);
          this.#waitNoMore(slot, before.parent);
        } else if (before.endedAt !== node.endedAt || isAlive(before) !== isAlive(node)) {
          this.#siblings.touch(slot);
          isReshaped = true;
        }
      }
      slots.push(slot);
    }
    for (const slot of moved) this.#siblings.unlink(slot);
    for (const slot of dead) this.#bury(slot);
    for (const slot of dead) this.#orphan(slot);
    const adopted = born.flatMap((slot) => this.#waitingFor(slot));
    for (const slot of born) this.#link(slot);
    for (const slot of moved) this.#link(slot);
    for (const slot of adopted) this.#linkAgain(slot);
    this.#name(born);
    for (const slot of born) this.#siblings.touch(slot);
    for (const slot of moved) this.#siblings.touch(slot);
    const arranged = this.#siblings.arrange();
    for (const slot of dead) {
      this.#siblings.forget(slot);
      this.columns.free(slot);
    }
    isReshaped ||= born.length + dead.length + moved.length > 0;
    return { ids: pending, slots, born, ...this.columns.takeMoves(), arranged, isReshaped };
  }

  /** Takes it out, while its slot stays its own until everything stands in its place again. */
  #bury(slot: number): void {
    const { id, parent } = this.columns.nodeAt(slot)!;
    this.columns.forget(id);
    this.#waitNoMore(slot, parent);
    this.#siblings.unlink(slot);
    this.keys.remove(slot);
  }

  /** What is left below one that went hangs from the top, until it is back or they go too. */
  #orphan(slot: number): void {
    for (const child of this.#siblings.all(slot)) this.#linkAgain(child);
  }

  #linkAgain(slot: number): void {
    this.#siblings.unlink(slot);
    this.#link(slot);
    this.#siblings.touch(slot);
  }

  #link(slot: number): void {
    const { parent } = this.columns.nodeAt(slot)!;
    const above = parent === null ? TOP : this.columns.find(parent);
    if (above !== -1 && !this.#isBelow(above, slot)) {
      this.#siblings.link(slot, above);
      return;
    }
    this.#siblings.link(slot, TOP);
    const waiting = this.#waiting.get(parent!);
    if (waiting) waiting.add(slot);
    else this.#waiting.set(parent!, new Set([slot]));
  }

  #waitingFor(slot: number): number[] {
    const id = this.columns.idAt(slot);
    const waiting = [...(this.#waiting.get(id) ?? [])];
    this.#waiting.delete(id);
    return waiting;
  }

  #waitNoMore(slot: number, parent: string | null): void {
    if (parent === null || this.#waiting.size === 0) return;
    const waiting = this.#waiting.get(parent);
    if (waiting?.delete(slot) && waiting.size === 0) this.#waiting.delete(parent);
  }

  /** An agent that tells of a ring is wrong; it must not keep the screen busy for ever. */
  #isBelow(slot: number, above: number): boolean {
    for (let at = slot; at !== -1; at = this.#siblings.above(at)) if (at === above) return true;
    return false;
  }

  /** Parents before their children, siblings in start order: so they get their places. */
  #name(born: readonly number[]): void {
    const depths = new Map(born.map((slot) => [slot, this.#depth(slot)]));
    const order = (slot: number) => this.columns.nodeAt(slot)!.child?.order ?? Number.MAX_SAFE_INTEGER;
    const ordered = [...born].sort((a, b) => depths.get(a)! - depths.get(b)! || order(a) - order(b));
    for (const slot of ordered) {
      const above = this.#siblings.above(slot);
      this.keys.add(slot, above === TOP ? -1 : above);
    }
  }

  #depth(slot: number): number {
    let depth = 0;
    for (let at = slot; at > TOP; at = this.#siblings.above(at)) depth++;
    return depth;
  }

  #clear(): void {
    this.columns.clear();
    this.keys.clear();
    this.#siblings.clear();
    this.#waiting.clear();
  }
}
