import { PerchError } from '../../protocol/errors.ts';
import { isSecretKey } from './redact-key.ts';
import { classOf } from './state-class.ts';
import { ABSENT, AN_ACCESSOR, fieldAt, keyNamed } from './state-fields.ts';
import {
  charCodeAt,
  isAnyArrayBuffer,
  isArray,
  isBoxedPrimitive,
  isDate,
  isMap,
  isNativeError,
  isPromise,
  isProxy,
  isRegExp,
  isSet,
  isView,
  mapEntries,
  mapGet,
  mapHas,
  mapNext,
  mapSize,
  setNext,
  setSize,
  setValues,
  slice,
} from './state-intrinsics.ts';
import { escapeSegment, type Pointer } from './state-pointer.ts';
import type { Redaction, Trail } from './state-redaction.ts';

/** What stands at a pointer. `hidden`: it, or something on the way to it, is redacted. */
export type Place =
  | { kind: 'value'; value: unknown; trail: Trail | null }
  | { kind: 'hidden' }
  | { kind: 'getter' }
  | { kind: 'hole' };

/** One step: where it led, what remains of the pointer, and the step as text. */
type Stride = { to: Place; rest: Pointer | null; text: string } | null;

/**
 * Walks a pointer as the answers print it (protocol/state.ts). Throws NO_SUCH_PATH with the deepest part that
 * exists in `facts.exists`.
 */
export function findPlace(root: unknown, pointer: Pointer | null, redaction: Redaction): Place {
  let place: Place = { kind: 'value', value: root, trail: redaction.start };
  let rest = pointer;
  let exists = '';
  while (rest !== null) {
    if (place.kind === 'hidden') return place;
    const stride: Stride = place.kind === 'value' ? step(place.value, place.trail, rest, redaction) : null;
    if (stride === null) throw noSuchPath(pointer, exists);
    place = stride.to;
    rest = stride.rest;
    exists += stride.text;
  }
  return place;
}

function step(value: unknown, trail: Trail | null, pointer: Pointer, redaction: Redaction): Stride {
  if (typeof value !== 'object' || value === null || isProxy(value)) return null;
  if (isArray(value)) return stepIntoArray(value, trail, pointer, redaction);
  if (isMap(value)) return stepIntoMap(value, trail, pointer, redaction);
  if (isSet(value)) return stepIntoSet(value, trail, pointer, redaction);
  if (isLeaf(value)) return null;
  const isTagged = isNativeError(value) || !classOf(value).isPlain;
  return within(isTagged ? 'fields' : '', value, trail, pointer, (at) => {
    const key = keyNamed(value, at.segment);
    if (key === undefined) return null;
    const name = typeof key === 'symbol' ? at.segment : `${key as string}`;
    return stride(redaction, trail, name, at, () => fieldPlace(value, key));
  });
}

function stepIntoArray(
  value: unknown[],
  trail: Trail | null,
  pointer: Pointer,
  redaction: Redaction,
): Stride {
  const tag = classOf(value).name === '"Array"' ? '' : 'fields';
  return within(tag, value, trail, pointer, (at) => {
    const index = toIndex(at.segment);
    if (index < 0 || index >= value.length) return null;
    if (index > 0 && isSecretName(fieldAt(value, index - 1)))
      return { to: { kind: 'hidden' }, rest: at.rest, text: `/${at.segment}` };
    return stride(redaction, trail, at.segment, at, () => fieldPlace(value, index));
  });
}

function stepIntoMap(
  value: Map<unknown, unknown>,
  trail: Trail | null,
  pointer: Pointer,
  redaction: Redaction,
): Stride {
  if (pointer.segment !== 'entries') {
    if (!mapHas(value, pointer.segment)) return null;
    return stride(redaction, trail, pointer.segment, pointer, () => held(mapGet(value, pointer.segment)));
  }
  return within('entries', value, trail, pointer, (at) => {
    const side = at.rest;
    const index = toIndex(at.segment);
    if (side === null || (side.segment !== '0' && side.segment !== '1') || index < 0) return null;
    if (index >= mapSize(value)) return null;
    const entries = mapEntries(value);
    for (let i = 0; i < index; i++) mapNext(entries);
    const entry = mapNext(entries).value;
    const text = `/${at.segment}/${side.segment}`;
    if (side.segment === '0') return { to: held(entry[0]), rest: side.rest, text };
    const found = stride(redaction, trail, entryName(entry[0], index), side, () => held(entry[1]));
    return found && { to: found.to, rest: found.rest, text };
  });
}

function stepIntoSet(
  value: Set<unknown>,
  trail: Trail | null,
  pointer: Pointer,
  redaction: Redaction,
): Stride {
  return within('values', value, trail, pointer, (at) => {
    const index = toIndex(at.segment);
    if (index < 0 || index >= setSize(value)) return null;
    const values = setValues(value);
    for (let i = 0; i < index; i++) setNext(values);
    return stride(redaction, trail, at.segment, at, () => held(setNext(values).value));
  });
}

/** A tag's own part (`fields`, `entries`, `values`) may be named or left out; named alone it is the container. */
function within(
  tag: string,
  value: object,
  trail: Trail | null,
  pointer: Pointer,
  go: (at: Pointer) => Stride,
): Stride {
  if (tag === '' || pointer.segment !== tag) return go(pointer);
  if (pointer.rest === null) return { to: { kind: 'value', value, trail }, rest: null, text: `/${tag}` };
  const found = go(pointer.rest);
  return found && { to: found.to, rest: found.rest, text: `/${tag}${found.text}` };
}

function stride(
  redaction: Redaction,
  trail: Trail | null,
  key: string,
  at: Pointer,
  look: () => Place,
): Stride {
  const text = `/${escapeSegment(at.segment)}`;
  if (redaction.hides(trail, key)) return { to: { kind: 'hidden' }, rest: at.rest, text };
  const place = look();
  if (place.kind !== 'value') return { to: place, rest: at.rest, text };
  return {
    to: { kind: 'value', value: place.value, trail: redaction.after(trail, key) },
    rest: at.rest,
    text,
  };
}

function fieldPlace(owner: object, key: PropertyKey): Place {
  const value = fieldAt(owner, key);
  if (value === AN_ACCESSOR) return { kind: 'getter' };
  return value === ABSENT ? { kind: 'hole' } : held(value);
}

const held = (value: unknown): Place => ({ kind: 'value', value, trail: null });

/** How a Map's entry is called in declared rules: by its key where that is a text or number, else by its place. */
export function entryName(key: unknown, index: number): string {
  if (typeof key === 'string') return key;
  return typeof key === 'number' ? `${key}` : `${index}`;
}

/** `['--password', 'x']`, `['Authorization', 'x']`, `[['token', 'x']]`: what follows the name of a secret. */
export function isSecretName(before: unknown): boolean {
  return typeof before === 'string' && before.length <= MAX_NAME_CHARS && isSecretKey(before);
}

const MAX_NAME_CHARS = 64;

function isLeaf(value: object): boolean {
  return (
    isDate(value) ||
    isRegExp(value) ||
    isView(value) ||
    isAnyArrayBuffer(value) ||
    isPromise(value) ||
    isBoxedPrimitive(value)
  );
}

/** A canonical array index, or -1. */
function toIndex(segment: string): number {
  if (segment.length === 0 || segment.length > 10 || (segment.length > 1 && charCodeAt(segment, 0) === 48))
    return -1;
  let index = 0;
  for (let i = 0; i < segment.length; i++) {
    const digit = charCodeAt(segment, i) - 48;
    if (digit < 0 || digit > 9) return -1;
    index = index * 10 + digit;
  }
  return index;
}

function noSuchPath(pointer: Pointer | null, exists: string): PerchError {
  let path = '';
  for (let at = pointer; at !== null; at = at.rest) path += `/${escapeSegment(at.segment)}`;
  const shown = path.length > 200 ? `${slice(path, 0, 200)}…` : path;
  const deepest = exists === '' ? 'nothing on the way does' : `${exists} does`;
  return new PerchError('NO_SUCH_PATH', `${shown} does not exist in this state; ${deepest}`, {
    path,
    exists,
  });
}
