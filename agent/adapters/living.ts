/** Things of the service that are kept in mind and not kept alive: what nobody else holds any more is no longer there. */
export class Living<T extends object> implements Iterable<T> {
  readonly #references = new Set<WeakRef<T>>();
  readonly #known = new WeakSet<T>();

  /** False when it was there before. */
  add(thing: T): boolean {
    if (this.#known.has(thing)) return false;
    this.#known.add(thing);
    this.#references.add(new WeakRef(thing));
    return true;
  }

  /** Those that are there, in the order in which they came; `delete` takes one away for good. */
  *[Symbol.iterator](): Iterator<T> {
    for (const reference of this.#references) {
      const thing = reference.deref();
      if (thing) yield thing;
      else this.#references.delete(reference);
    }
  }

  delete(thing: T): void {
    for (const reference of this.#references) {
      if (reference.deref() === thing) this.#references.delete(reference);
    }
  }
}
