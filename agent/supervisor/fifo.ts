/** First in, first out. Array.shift moves every entry; here 100,000 waiting entries cost no more than one. */
export class Fifo<T> {
  #entries: (T | undefined)[] = [];
  #head = 0;

  get size(): number {
    return this.#entries.length - this.#head;
  }

  push(entry: T): void {
    this.#entries.push(entry);
  }

  /** The oldest entry, left in place. */
  peek(): T | undefined {
    return this.#entries[this.#head];
  }

  /** What waits, oldest first, left in place. */
  *waiting(): Generator<T> {
    for (let at = this.#head; at < this.#entries.length; at++) yield this.#entries[at]!;
  }

  shift(): T | undefined {
    if (this.#head === this.#entries.length) return undefined;
    const entry = this.#entries[this.#head];
    this.#entries[this.#head++] = undefined;
    if (this.#head === this.#entries.length) {
      this.#entries.length = 0;
      this.#head = 0;
    } else if (this.#head > 1024 && this.#head * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#head);
      this.#head = 0;
    }
    return entry;
  }
}
