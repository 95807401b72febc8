import type { AdapterNote } from '../../protocol/component.ts';
import type { TreeStore } from './tree-store.ts';

/** What the adapters of a process's threads leave out, at the process. */
export class AdapterNotes {
  readonly #tree: TreeStore;
  readonly #process: string;
  readonly #byThread = new Map<number, AdapterNote[]>();

  constructor(tree: TreeStore, process: string) {
    this.#tree = tree;
    this.#process = process;
  }

  /** All that a thread has to say; none once it has ended. */
  say(threadId: number, notes: readonly Omit<AdapterNote, 'threadId'>[]): void {
    if (notes.length === 0 && !this.#byThread.has(threadId)) return;
    if (notes.length === 0) this.#byThread.delete(threadId);
    else
      this.#byThread.set(
        threadId,
        notes.map((note) => ({ ...note, threadId })),
      );
    const all = [...this.#byThread.values()].flat();
    this.#tree.patch(this.#process, { adapters: all.length > 0 ? all : null });
  }
}
