import {
  descriptorOf,
  hasOwn,
  isArray,
  isMap,
  isProxy,
  isSet,
  mapSize,
  ownKeys,
  setSize,
} from './state-intrinsics.ts';

/**
 * What a worker's reference stands for: of a holder (an object whose only own property is the data property
 * `current`) what it holds just now, of anything else itself.
 */
export function resolveReference(reference: unknown): unknown {
  if (typeof reference !== 'object' || reference === null || isProxy(reference)) return reference;
  const current = descriptorOf(reference, 'current');
  if (current === undefined || !hasOwn(current, 'value') || ownKeys(reference).length !== 1) return reference;
  return current.value;
}

/** How many things wait: an array's length, the size of a Map or Set, a number, or one of these in a holder; else null. */
export function backlogCount(reference: unknown): number | null {
  const held = resolveReference(reference);
  if (typeof held === 'number') return held >= 0 ? held : null;
  if (typeof held !== 'object' || held === null || isProxy(held)) return null;
  if (isArray(held)) return held.length;
  if (isMap(held)) return mapSize(held);
  return isSet(held) ? setSize(held) : null;
}
