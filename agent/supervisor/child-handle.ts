import { threadId } from 'node:worker_threads';
import type { NodeStatus } from '../../protocol/tree.ts';
import type { Definition, MessageListener } from './definition.ts';
import type { Incarnation } from './incarnation.ts';
import { SupervisorError } from './supervisor-error.ts';

/** A call that takes longer has failed: OTP's gen_server:call. */
const ASK_MS = 5000;

let nextAsk = 1;

/**
 * Names a child, not one life of it: after a restart it speaks with the new incarnation, and listeners stay. A
 * message to a child that does not run is lost, as in OTP.
 */
export class ChildHandle {
  readonly id: string;
  readonly #definition: Definition;

  constructor(definition: Definition, id: string) {
    this.#definition = definition;
    this.id = id;
  }

  get lineage(): string {
    return `${this.#definition.lineage}/${this.id}`;
  }

  /** Which life runs now; null while none does. */
  get incarnation(): number | null {
    return this.#alive?.incarnation ?? null;
  }

  /** Its node in Perch's tree, `4121.0.17`; null while none runs. */
  get nodeId(): string | null {
    return this.#alive ? `${process.pid}.${threadId}.${this.#alive.serial}` : null;
  }

  get status(): NodeStatus | null {
    return this.#node?.status ?? null;
  }

  /**
   * Sends a message; `context.onMessage` takes it. False when no incarnation runs that could. For a thread or
   * process it is structured-cloned, and what cannot be throws here.
   */
  post(message: unknown): boolean {
    const node = this.#alive;
    if (!node) return false;
    node.life!.receive({ message });
    return true;
  }

  /**
   * Sends a message and gives what `context.onMessage` returned or resolved to. Rejects with a SupervisorError:
   * `not_running`, `no_answer` when the incarnation asked ended or its handler threw, `timeout`.
   */
  ask<T = unknown>(message: unknown, options: { timeoutMs?: number } = {}): Promise<T> {
    const { timeoutMs = ASK_MS } = options;
    const { lineage } = this;
    const node = this.#alive;
    if (!node) return Promise.reject(new SupervisorError('not_running', lineage, `${lineage} does not run`));
    return new Promise<T>((resolve, reject) => {
      const ask = nextAsk++;
      const timer = setTimeout(() => {
        node.questions.forget(ask);
        reject(new SupervisorError('timeout', lineage, `${lineage} gave no answer within ${timeoutMs} ms`));
      }, timeoutMs);
      node.questions.put(ask, {
        resolve: (value) => {
          clearTimeout(timer);
          resolve(value as T);
        },
        reject: (why) => {
          clearTimeout(timer);
          reject(new SupervisorError('no_answer', lineage, `${lineage} gave no answer: ${why}`));
        },
      });
      try {
        node.life!.receive({ message, ask });
      } catch (thrown) {
        clearTimeout(timer);
        node.questions.forget(ask);
        reject(thrown);
      }
    });
  }

  /** Hears what any incarnation of it posts. Gives a function that ends the listening. */
  on(_event: 'message', listener: MessageListener): () => void {
    return this.#definition.listen(this.id, listener);
  }

  get #node(): Incarnation | null {
    return this.#definition.current?.state.children.get(this.id)?.node ?? null;
  }

  get #alive(): Incarnation | null {
    const node = this.#node;
    return node && !node.isOver ? node : null;
  }
}
