import { BroadcastChannel, type MessagePort } from 'node:worker_threads';
import type { Author } from '../../protocol/ledger.ts';
import type { ToMain } from '../hub-thread.ts';
import { HELLO_CHANNEL, type HelloMessage } from '../probe/messages.ts';
import type { Hub } from './hub.ts';
import { lastSessionAt } from './inspector.ts';

/** A hub that ends sooner than this after an inspector session aborts the process (Node bug). */
const AFTER_SESSION_MS = 100;

/** So long watchers get to hear of it, and what was opened to be closed. */
const FLUSH_MS = 50;
const CLOSE_MS = 1000;

/** Who took the agent out, and why. */
export interface DetachCause {
  author: Author;
  reason: string;
}

/**
 * The way out of a service that goes on: nothing of the agent is left in it but loaded code. What the hub opened is closed,
 * what it held is let go of, the probes of all threads and the agents of joined processes go too, and then its thread
 * ends. A thread that is stuck lets go once its loop turns.
 */
export class Detachment {
  /** Null until there is one: a process may be turned off while it still waits for the hub above. */
  hub: Hub | null = null;
  readonly #main: MessagePort;
  readonly #closers: (() => unknown)[] = [];
  #isUnderWay = false;

  constructor(main: MessagePort) {
    this.#main = main;
  }

  /** Says how something that was opened is closed. */
  closes(closer: () => unknown): void {
    if (this.#isUnderWay) closer();
    else this.#closers.push(closer);
  }

  /** Ends this thread; a second time it does nothing. */
  async begin({ author, reason }: DetachCause): Promise<void> {
    if (this.#isUnderWay) return;
    this.#isUnderWay = true;
    const { hub } = this;
    if (hub) this.#write(hub, author, reason);
    hub?.control.end();
    for (const joined of hub?.joined.values() ?? []) joined.detach(reason);
    tellThreads();
    this.#main.postMessage({ t: 'detached' } satisfies ToMain);
    await wait(FLUSH_MS);
    await Promise.race([Promise.allSettled(this.#closers.map(async (close) => close())), wait(CLOSE_MS)]);
    hub?.blackBox.setAside();
    // A look that was under way may have opened one meanwhile.
    for (;;) {
      const restMs = lastSessionAt + AFTER_SESSION_MS - Date.now();
      if (restMs <= 0) break;
      await wait(restMs);
    }
    process.exit();
  }

  #write(hub: Hub, author: Author, reason: string): void {
    const node = hub.rootRef();
    hub.ledger.add({
      kind: 'left',
      node,
      reason: `its agent was taken out (${reason}), the process lives`,
    });
    if (!hub.isRoot) return;
    hub.audit.append({ author, act: 'detach', call: '', target: node.lineage, reason, outcome: 'done' });
  }
}

function tellThreads(): void {
  const hello = new BroadcastChannel(HELLO_CHANNEL);
  hello.postMessage({ t: 'detach' } satisfies HelloMessage);
  hello.close();
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
