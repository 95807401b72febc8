import type { Instance, LedgerUpdate } from '../client/instance.ts';
import type { TreeUpdate } from '../client/mirror-feed.ts';
import type { LedgerEvent } from '../protocol/ledger.ts';
import { LIMITS } from '../protocol/limits.ts';
import { type TreeChange, type TreeDelta, type TreeNode, toColumns } from '../protocol/tree.ts';
import { type PackedColumns, packColumns } from '../protocol/tree-pack.ts';
import type { Push } from './ipc.ts';

/** Between the parts of what is too much for one, so that the window draws. */
const REST_MS = 16;
/** Changes, and events, that the window takes in beside a frame without being late with it. */
const FEW = 40;
/** Rows of the parts of a tree, the first apart: the window draws between them. */
const PART_ROWS = 2000;
/** More are sent as columns: half the size, and what many of them say alike is there once. */
const FEW_NODES = 8;
/** Of very many this share goes at a time, so that they do not wait long. */
const SHARE = 1 / 8;

/**
 * Sends one instance's tree and ledger to the window: whole at first, a large one in parts, then what changed. It counts
 * revisions of its own, since the mirror it reads from tells what differs, not every step that led there.
 */
export class Feed {
  readonly instance: Instance;
  readonly #push: (push: Push) => void;
  #revision = 0;
  /** Of a tree that is sent in parts, the ids that are still to come. */
  #rest: string[] = [];
  /**
   * Nodes that changed or went, those that waited longest first; each is sent as it is by then. By lineage: a successor
   * comes with the end of the one before it, and takes its place.
   */
  readonly #changed = new Map<string, Set<string>>();
  /** Of one epoch. */
  #events: LedgerEvent[] = [];
  #epoch = '';
  #timer: NodeJS.Timeout | null = null;

  constructor(instance: Instance, push: (push: Push) => void) {
    this.instance = instance;
    this.#push = push;
    instance.on('tree', this.#onTree);
    instance.on('ledger', this.#onLedger);
    if (instance.mirror.revision >= 0) this.#sendTree();
    if (instance.events.length > 0) this.#onLedger({ isFresh: true, events: instance.events, lost: 0 });
  }

  close(): void {
    this.instance.off('tree', this.#onTree);
    this.instance.off('ledger', this.#onLedger);
    if (this.#timer) clearTimeout(this.#timer);
  }

  #sendTree(): void {
    const { epoch, at, nodes } = this.instance.mirror;
    this.#changed.clear();
    this.#rest = [...nodes.keys()];
    const columns = this.#nextPart(LIMITS.firstPartRows);
    const snapshot = { epoch, at, revision: ++this.#revision, columns, ...this.#more() };
    this.#push({ kind: 'tree', instance: this.instance.key, event: { snapshot } });
    this.#awaitNext();
  }

  /** As they are by now; who has gone was told of, and who came too. */
  #nextPart(rows: number): PackedColumns {
    const { nodes } = this.instance.mirror;
    return packed(this.#rest.splice(0, rows).map((id) => nodes.get(id)));
  }

  #more(): { more?: true } {
    return this.#rest.length > 0 ? { more: true } : {};
  }

  #awaitNext(): void {
    const isOver = this.#rest.length === 0 && this.#changed.size === 0 && this.#events.length === 0;
    if (isOver || this.#timer) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#sendNext();
    }, REST_MS);
  }

  #sendNext(): void {
    if (this.#rest.length > 0)
      this.#sendDelta({ changes: [], rows: this.#nextPart(PART_ROWS), ...this.#more() });
    if (this.#changed.size > 0) this.#sendChanged();
    if (this.#events.length > 0) this.#sendEvents(this.#events.splice(0, share(this.#events.length)));
    this.#awaitNext();
  }

  readonly #onTree = ({ isFresh, changed, removed }: TreeUpdate): void => {
    if (isFresh) {
      this.#sendTree();
      return;
    }
    const isIdle = this.#changed.size === 0;
    const { nodes } = this.instance.mirror;
    for (const id of changed) this.#wait(nodes.get(id)?.lineage ?? id, id);
    for (const id of removed) this.#wait(id, id);
    // What comes singly is sent at once.
    if (isIdle) this.#sendChanged();
    this.#awaitNext();
  };

  #wait(lineage: string, id: string): void {
    const ids = this.#changed.get(lineage);
    if (ids) ids.add(id);
    else this.#changed.set(lineage, new Set([id]));
  }

  #sendChanged(): void {
    const { nodes } = this.instance.mirror;
    const ids: string[] = [];
    const most = share(this.#changed.size);
    for (const [lineage, some] of this.#changed) {
      if (ids.length >= most) break;
      ids.push(...some);
      this.#changed.delete(lineage);
    }
    const set = present(ids.map((id) => nodes.get(id)));
    const gone = ids.filter((id) => !nodes.has(id)).map((id): TreeChange => ['-', id]);
    if (set.length > FEW_NODES) this.#sendDelta({ changes: gone, rows: packed(set), ...this.#more() });
    else this.#sendDelta({ changes: [...set.map((node): TreeChange => ['+', node]), ...gone] });
  }

  #sendDelta(fields: Pick<TreeDelta, 'changes' | 'rows' | 'more'>): void {
    const delta = {
      from: this.#revision,
      revision: ++this.#revision,
      at: this.instance.mirror.at,
      ...fields,
    };
    this.#push({ kind: 'tree', instance: this.instance.key, event: { delta } });
  }

  readonly #onLedger = ({ isFresh, events }: LedgerUpdate): void => {
    if (isFresh && this.#events.length > 0) this.#sendEvents(this.#events.splice(0));
    this.#epoch = this.instance.hello?.instance.epoch ?? '';
    if (this.#events.length === 0 && events.length <= FEW) this.#sendEvents(events);
    else this.#events.push(...events);
    this.#awaitNext();
  };

  #sendEvents(events: readonly LedgerEvent[]): void {
    const answer = { epoch: this.#epoch, events: [...events], firstSeq: events[0]?.seq ?? 0 };
    this.#push({ kind: 'ledger', instance: this.instance.key, answer });
  }
}

/** How many of those that wait are sent now. */
function share(waiting: number): number {
  return Math.max(FEW, Math.ceil(waiting * SHARE));
}

function packed(nodes: readonly (TreeNode | undefined)[]): PackedColumns {
  return packColumns(toColumns(present(nodes)));
}

function present(nodes: readonly (TreeNode | undefined)[]): TreeNode[] {
  return nodes.filter((node) => node !== undefined);
}
