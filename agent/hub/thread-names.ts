import { threadId as hubThread } from 'node:worker_threads';
import { threadNames } from './inspector.ts';
import type { OwnProcess } from './own-process.ts';

const ANSWER_MS = 200;

/**
 * What only the inspector tells of this process's threads. Names: Node 20 tells them to nobody else; asked once for each new
 * thread. And, where the agent was attached, the threads that ran before it: nobody else tells of their start and end.
 */
export class ThreadNames {
  readonly #own: OwnProcess;
  readonly #canInspect: boolean;
  /** Threads that ran before the agent, as far as they are known; null: there are none to look for. */
  readonly #earlier: Set<number> | null;
  #isListed = false;

  constructor(own: OwnProcess, { canInspect, isAttached }: { canInspect: boolean; isAttached: boolean }) {
    this.#own = own;
    this.#canInspect = canInspect;
    this.#earlier = isAttached ? new Set() : null;
  }

  async ask(): Promise<void> {
    if (!this.#canInspect || !(this.#own.hasUnnamedThreads || this.#isDue())) return;
    const names = await threadNames(ANSWER_MS).catch(() => null);
    if (!names) return;
    if (this.#earlier) this.#list(names, this.#earlier);
    this.#own.nameThreads(names);
  }

  #isDue(): boolean {
    return this.#earlier !== null && (!this.#isListed || this.#earlier.size > 0);
  }

  #list(names: ReadonlyMap<number, string | null>, earlier: Set<number>): void {
    this.#isListed = true;
    for (const [threadId, name] of names) {
      if (threadId === hubThread || this.#own.isAlive(threadId)) continue;
      earlier.add(threadId);
      this.#own.receive(0, { t: 'thread-started', threadId, name });
    }
    for (const threadId of earlier) {
      if (names.has(threadId)) continue;
      earlier.delete(threadId);
      this.#own.receive(0, { t: 'thread-ended', threadId, code: null, thrown: null });
    }
  }
}
