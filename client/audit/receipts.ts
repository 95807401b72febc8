import type { AuditHead } from '../../protocol/act.ts';
import { isHead } from '../../protocol/audit.ts';
import type { InstanceInfo } from '../../protocol/tree.ts';
import { keepHead } from './heads.ts';

/** Takes a head that came with a receipt; `keepHead` unless a test says otherwise. */
export type Keep = (instance: InstanceInfo, head: AuditHead) => Promise<void>;

/** The heads that come with one act, of its refusal too: kept, so that the log can be held against them. */
export class Receipts {
  /** The last one. */
  head: AuditHead | null = null;
  /** Resolves once those that came are kept. */
  kept: Promise<void> = Promise.resolve();
  readonly #instance: InstanceInfo;
  readonly #keep: Keep;

  constructor(instance: InstanceInfo, keep: Keep = keepHead) {
    this.#instance = instance;
    this.#keep = keep;
  }

  take(head: unknown): void {
    if (!isHead(head)) return;
    this.head = head;
    this.kept = this.kept.then(() => this.#keep(this.#instance, head));
  }
}
