import type { Lost } from '../../../protocol/act.ts';
import type { LedgerEvent, NodeRef } from '../../../protocol/ledger.ts';
import { LIMITS } from '../../../protocol/limits.ts';
import type { TreeNode } from '../../../protocol/tree.ts';
import type { Hub } from '../hub.ts';
import { refOf } from '../node-ref.ts';
import { compare } from './compare.ts';
import { type Snapshot, takeSnapshot } from './snapshot.ts';

/** One worker that may be about to end: what it holds now, and what its successor holds once that is ready. */
export class Followed {
  readonly ref: NodeRef;
  successor: NodeRef | null = null;
  readonly before: Promise<Snapshot>;
  #after: Promise<Snapshot> | null = null;
  readonly #hub: Hub;

  /** Looks at once: waits for `timeoutMs` at most, and takes `maxMs` of its thread. */
  constructor(hub: Hub, node: TreeNode, timeoutMs: number, maxMs: number) {
    this.#hub = hub;
    this.ref = refOf(node);
    this.before = takeSnapshot(hub, node, timeoutMs, maxMs);
  }

  /** Whether the event is that its successor is ready; it is looked at from then on. */
  takes({ kind, node }: LedgerEvent, leftMs: number): boolean {
    const isNext = kind === 'ready' && node.lineage === this.ref.lineage && node.id !== this.ref.id;
    if (!isNext || this.#after || threadOf(node.id) !== threadOf(this.ref.id)) return false;
    this.successor = node;
    this.#after = handedOver(this.#hub, node.id, leftMs);
    return true;
  }

  /** It was told to end, or has ended, and nobody is ready in its place. */
  get isAwaited(): boolean {
    const node = this.#hub.tree.nodes.get(this.ref.id);
    const hasGone =
      !node || node.endedAt !== null || node.status === 'stopping' || node.status === 'straggler';
    return hasGone && !this.#after;
  }

  /** Null where nobody followed, or it had handed over nothing. */
  async loss(): Promise<Lost | null> {
    return this.#after && compare(await this.before, await this.#after);
  }
}

function threadOf(id: string): string {
  return id.slice(0, id.lastIndexOf('.'));
}

/** Between two looks at a successor that has not handed over anything yet. */
const LOOK_EVERY_MS = 25;

/** A successor may be ready before its run function comes to hand over its state. */
async function handedOver(hub: Hub, id: string, leftMs: number): Promise<Snapshot> {
  const deadline = performance.now() + Math.min(LIMITS.lostAfterMs, leftMs);
  for (;;) {
    const node = hub.tree.nodes.get(id);
    const left = deadline - performance.now();
    if (!node || left <= 0) return { isCut: false, why: null, backlog: null };
    const snapshot = await takeSnapshot(hub, node, left);
    if (snapshot.value !== undefined || snapshot.why !== null) return snapshot;
    if (deadline - performance.now() <= LOOK_EVERY_MS) return snapshot;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
