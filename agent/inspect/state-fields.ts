import {
  append,
  charCodeAt,
  descriptorOf,
  hasOwn,
  isEnumerable,
  isNativeError,
  keysOf,
  slice,
  symbolsOf,
  weakGet,
  weakSet,
} from './state-intrinsics.ts';
import { symbolText } from './state-leaf.ts';

/** From so many keys an object is wide: listing them takes milliseconds, and cannot be bounded. */
const WIDE_KEYS = 10_000;
const MAX_KEY_CHARS = 200;
const CLIPPED_CHARS = 60;
const DOLLAR = 36;

/** Objects once found to be wide, with the number of their keys. */
const wide = new WeakMap<object, unknown>();

/** The keys an object is shown with: own and enumerable, texts before symbols. */
export function fieldsOf(owner: object): PropertyKey[] {
  const fields: PropertyKey[] = listKeys(owner);
  const symbols = symbolsOf(owner);
  for (let i = 0; i < symbols.length; i++) {
    if (isEnumerable(owner, symbols[i]!)) append(fields, symbols[i]!);
  }
  if (fields.length >= WIDE_KEYS) weakSet(wide, owner, fields.length);
  return fields;
}

/** Message and stack stand beside the fields; `cause` and `errors` are shown though they are not enumerable. */
export function errorFieldsOf(error: object): PropertyKey[] {
  const fields = fieldsOf(error);
  const shown: PropertyKey[] = [];
  for (let i = 0; i < fields.length; i++) {
    if (fields[i] !== 'message' && fields[i] !== 'stack') append(shown, fields[i]!);
  }
  if (hasOwn(error, 'cause') && !isEnumerable(error, 'cause')) append(shown, 'cause');
  if (hasOwn(error, 'errors') && !isEnumerable(error, 'errors')) append(shown, 'errors');
  return shown;
}

/** The number of keys of an object that an earlier read found to be wide; undefined for any other. */
export function wideCount(owner: object): number | undefined {
  return weakGet(wide, owner) as number | undefined;
}

/** In place of a value: there is an accessor, or nothing. */
export const AN_ACCESSOR = Symbol('accessor');
export const ABSENT = Symbol('absent');

/** What an own data property holds; an accessor is not run. */
export function fieldAt(owner: object, key: PropertyKey): unknown {
  try {
    const found = descriptorOf(owner, key);
    if (found === undefined) return ABSENT;
    return hasOwn(found, 'value') ? found.value : AN_ACCESSOR;
  } catch {
    // A binding of a module that is not initialised yet.
    return AN_ACCESSOR;
  }
}

/**
 * How the key at `place` of `fields` is printed: as it is; with its `$` doubled; a symbol as `$Symbol(turn)`
 * (with `#3`, its place, when there is another of that description); a very long key as `$Key(begin…#3)`.
 */
export function printedKey(fields: readonly PropertyKey[], place: number): string {
  const key = fields[place]!;
  if (typeof key === 'symbol') {
    const text = symbolText(key);
    return isTwice(fields, place, text) ? `$${text}#${place}` : `$${text}`;
  }
  const text = `${key as string}`;
  if (text.length > MAX_KEY_CHARS) return `$Key(${slice(text, 0, CLIPPED_CHARS)}…#${place})`;
  return charCodeAt(text, 0) === DOLLAR ? `$${text}` : text;
}

/** The key that a segment of a pointer names in `owner`: as printed, or (the short form) as it is. */
export function keyNamed(owner: object, segment: string): PropertyKey | undefined {
  if (charCodeAt(segment, 0) !== DOLLAR) return isShown(owner, segment) ? segment : undefined;
  if (charCodeAt(segment, 1) === DOLLAR) {
    const key = slice(segment, 1);
    if (isShown(owner, key)) return key;
  }
  if (isShown(owner, segment)) return segment;
  const fields = isNativeError(owner) ? errorFieldsOf(owner) : fieldsOf(owner);
  for (let i = 0; i < fields.length; i++) {
    if (printedKey(fields, i) === segment) return fields[i];
  }
  return undefined;
}

function listKeys(owner: object): string[] {
  try {
    return keysOf(owner);
  } catch {
    return [];
  }
}

/** Symbols stand behind the texts, so the search ends where those begin (an error's two extras aside). */
function isTwice(fields: readonly PropertyKey[], place: number, text: string): boolean {
  for (let i = fields.length - 1, texts = 0; i >= 0 && texts < 3; i--) {
    const other = fields[i]!;
    if (typeof other !== 'symbol') texts++;
    else if (i !== place && symbolText(other) === text) return true;
  }
  return false;
}

function isShown(owner: object, key: string): boolean {
  if (!hasOwn(owner, key)) return false;
  return isEnumerable(owner, key) || (isNativeError(owner) && isErrorExtra(key));
}

const isErrorExtra = (key: string): boolean => key === 'cause' || key === 'errors';
