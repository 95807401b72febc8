import { entries, own } from './read.ts';

const textOf = Function.prototype.toString;

/**
 * The listener that an emitter has for this event and whose own text matches: a library is known by it, in a bundle
 * too, since names of properties stay. It costs next to nothing, so it stands before every `reach`, which may take
 * 20 ms of the thread for each socket that somebody opens.
 */
export function listenerLike(emitter: unknown, event: string, pattern: RegExp): object | undefined {
  const kept = own(own(emitter, '_events'), event);
  const listeners = typeof kept === 'function' ? [kept] : entries(kept, 20);
  // `once` puts a wrapper around it.
  const unwrapped = listeners.map((listener) => own(listener, 'listener') ?? listener);
  return unwrapped.find(
    (listener): listener is object => typeof listener === 'function' && pattern.test(textOf.call(listener)),
  );
}
