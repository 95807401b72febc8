import { useSyncExternalStore } from 'react';

/** One value that screens read and are told of. */
export class Value<T> {
  readonly #listeners = new Set<() => void>();
  #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  get = (): T => this.#value;

  set(value: T): void {
    if (Object.is(value, this.#value)) return;
    this.#value = value;
    for (const listener of [...this.#listeners]) listener();
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
}

export function useValue<T>(value: Value<T>): T {
  return useSyncExternalStore(value.subscribe, value.get);
}

/** A part of it, or a plain value that it says: the component draws again only when that is another. */
export function useOfValue<T, Part>(value: Value<T>, part: (of: T) => Part): Part {
  return useSyncExternalStore(value.subscribe, () => part(value.get()));
}

/** The same, but told of nothing while it is not wanted; null then. */
export function useValueWhile<T>(value: Value<T>, isWanted: boolean): T | null {
  return useSyncExternalStore(isWanted ? value.subscribe : untold, isWanted ? value.get : nothing);
}

const untold = () => () => {};
const nothing = () => null;
