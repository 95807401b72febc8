import { EventEmitter, once } from 'node:events';

/** What was sent to a worker and not yet read, oldest first. */
export class Mailbox<T> extends EventEmitter<{ letter: [] }> {
  readonly letters: T[] = [];

  post(letter: T): void {
    this.letters.push(letter);
    this.emit('letter');
  }

  /** Waits for the next letter; rejects with an AbortError when `signal` aborts. */
  async take(signal: AbortSignal): Promise<T> {
    while (this.letters.length === 0) await once(this, 'letter', { signal });
    return this.letters.shift()!;
  }
}
