/**
 * The first `most` of all that it is offered, in an order, without keeping or sorting the others: a heap whose root
 * is the last of those kept.
 */
export class TopN<T> {
  readonly #most: number;
  readonly #order: (a: T, b: T) => number;
  readonly #heap: T[] = [];

  constructor(most: number, order: (a: T, b: T) => number) {
    this.#most = most;
    this.#order = order;
  }

  /** `copy` is called only for what is kept: what is offered may be one object that is filled again and again. */
  offer(item: T, copy: (item: T) => T): void {
    const heap = this.#heap;
    if (heap.length < this.#most) {
      heap.push(copy(item));
      this.#rise(heap.length - 1);
      return;
    }
    if (this.#most === 0 || this.#order(item, heap[0]!) >= 0) return;
    heap[0] = copy(item);
    this.#sink(0);
  }

  sorted(): T[] {
    return [...this.#heap].sort(this.#order);
  }

  #rise(from: number): void {
    const heap = this.#heap;
    for (let at = from; at > 0; ) {
      const above = (at - 1) >> 1;
      if (this.#order(heap[at]!, heap[above]!) <= 0) return;
      this.#swap(at, above);
      at = above;
    }
  }

  #sink(from: number): void {
    const heap = this.#heap;
    for (let at = from; ; ) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      let last = at;
      if (left < heap.length && this.#order(heap[left]!, heap[last]!) > 0) last = left;
      if (right < heap.length && this.#order(heap[right]!, heap[last]!) > 0) last = right;
      if (last === at) return;
      this.#swap(at, last);
      at = last;
    }
  }

  #swap(one: number, two: number): void {
    const item = this.#heap[one]!;
    this.#heap[one] = this.#heap[two]!;
    this.#heap[two] = item;
  }
}
