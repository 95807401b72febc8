import type { Answer } from './context.ts';

interface Waiting {
  resolve(value: unknown): void;
  reject(why: string): void;
}

/** Questions put to one incarnation, each until its answer comes or can come no more. */
export class Questions {
  readonly #waiting = new Map<number, Waiting>();

  put(ask: number, waiting: Waiting): void {
    this.#waiting.set(ask, waiting);
  }

  forget(ask: number): void {
    this.#waiting.delete(ask);
  }

  answered(envelope: Answer): void {
    const waiting = this.#waiting.get(envelope.answer);
    if (!waiting) return;
    this.#waiting.delete(envelope.answer);
    if ('error' in envelope) waiting.reject(envelope.error);
    else waiting.resolve(envelope.value);
  }

  refuseAll(why: string): void {
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(why);
  }
}
