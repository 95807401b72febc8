import { isSecretText } from './redact-value.ts';
import { classOf } from './state-class.ts';
import { describeError } from './state-error.ts';
import { fieldsOf, wideCount } from './state-fields.ts';
import {
  ArrayPrototype,
  getPrototypeOf,
  isAnyArrayBuffer,
  isArray,
  isBoxedPrimitive,
  isDate,
  isMap,
  isNativeError,
  isPromise,
  isProxy,
  isRegExp,
  isSame,
  isSet,
  isView,
  mapSize,
  quote,
  setSize,
  slice,
  utf8Bytes,
} from './state-intrinsics.ts';
import {
  bigintJson,
  boxedJson,
  bufferJson,
  dateJson,
  functionJson,
  regExpJson,
  symbolJson,
  viewJson,
} from './state-leaf.ts';
import { Container, type Cut } from './state-piece.ts';
import { clipped } from './state-text.ts';

/** Set for the value that was asked for by its path: it is looked at whatever it costs. */
export interface Asked {
  /** The first character of a text to show. */
  from: number;
}

/**
 * What a value is, without running any code of its own: JSON, a container to be walked, or JSON that does not say
 * all. `chars` and `bytes` bound a text.
 */
export function describe(
  value: unknown,
  chars: number,
  bytes: number,
  asked: Asked | null,
): string | Container | Cut {
  switch (typeof value) {
    case 'string':
      return describeText(value, chars, bytes, asked);
    case 'number':
      return numberJson(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'undefined':
      return '{"$":"Undefined"}';
    case 'bigint':
      return bigintJson(value);
    case 'symbol':
      return symbolJson(value);
    case 'function':
      return isProxy(value) ? PROXY : functionJson(value);
    default:
      return value === null ? 'null' : describeObject(value as object, bytes, asked);
  }
}

export const REDACTED: Cut = { json: '{"$":"Redacted"}', isTruncated: false, isRedacted: true };
export const GETTER = '{"$":"Getter"}';
export const HOLE = '{"$":"Undefined","hole":true}';
const PROXY = '{"$":"Proxy"}';

function describeObject(value: object, bytes: number, asked: Asked | null): string | Container | Cut {
  if (isProxy(value)) return PROXY;
  if (isArray(value)) return describeArray(value);
  if (isMap(value)) return describeCollection('map', 'Map', '"entries":[', value, mapSize(value));
  if (isSet(value)) return describeCollection('set', 'Set', '"values":[', value, setSize(value));
  if (isDate(value)) return dateJson(value);
  if (isRegExp(value)) return regExpJson(value);
  if (isNativeError(value)) return describeError(value, bytes);
  if (isView(value)) return viewJson(value);
  if (isAnyArrayBuffer(value)) return bufferJson(value);
  if (isPromise(value)) return '{"$":"Promise"}';
  if (isBoxedPrimitive(value)) return boxedJson(value);
  return describeInstance(value, asked);
}

function describeInstance(value: object, asked: Asked | null): string | Container | Cut {
  const { name, isPlain } = classOf(value);
  if (name === '"WeakRef"') return '{"$":"WeakRef"}';
  const wide = asked ? undefined : wideCount(value);
  if (wide !== undefined) {
    return { json: `{"$":"More","count":${wide},"of":${name}}`, isTruncated: true, isRedacted: false };
  }
  const fields = fieldsOf(value);
  if (isPlain) return new Container('plain', value, fields.length, fields, '{', '}', name);
  return new Container('object', value, fields.length, fields, openInstance(name), '}}', name);
}

/** Of a class of its own it is printed like any object of a class, with its indices as fields. */
function describeArray(value: unknown[]): Container {
  if (getPrototypeOf(value) === ArrayPrototype) {
    return new Container('array', value, value.length, null, '[', ']', '"Array"');
  }
  const { name } = classOf(value);
  if (name === '"Array"') return new Container('array', value, value.length, null, '[', ']', name);
  return new Container('object', value, value.length, null, openInstance(name), '}}', name);
}

function describeCollection(
  form: 'map' | 'set',
  base: 'Map' | 'Set',
  part: string,
  value: object,
  size: number,
): Container {
  const { name } = classOf(value);
  const isDerived = name !== `"${base}"`;
  const open = `{"$":"${base}",${isDerived ? `"class":${name},` : ''}${part}`;
  return new Container(form, value, size, null, open, ']}', name);
}

const openInstance = (name: string): string => `{"$":"Object","class":${name},"fields":{`;

function numberJson(value: number): string {
  // Nothing is left of a finite number subtracted from itself.
  if (value - value !== 0) return `{"$":"Number","text":"${value}"}`;
  return value === 0 && isSame(value, -0) ? '{"$":"Number","text":"-0"}' : `${value}`;
}

/** From so many characters a text is not looked into unless asked for: one built with `+=` is copied whole first. */
const ROPE_CHARS = 256 * 1024;
/** `{"$":"Text","text":,"chars":536870888}` */
const TEXT_REST_BYTES = 48;

function describeText(text: string, chars: number, bytes: number, asked: Asked | null): string | Cut {
  if (text.length >= ROPE_CHARS && !asked) return cutText('', text.length);
  if (isSecretText(text)) return REDACTED;
  const from = asked?.from ?? 0;
  if (from === 0 && text.length <= chars) {
    const json = quote(text);
    if (!asked || utf8Bytes(json) <= bytes) return json;
  }
  let kept = clipped(from === 0 ? text : slice(text, from), chars);
  while (kept !== '' && utf8Bytes(quote(kept)) > bytes - TEXT_REST_BYTES)
    kept = clipped(kept, kept.length >> 1);
  return cutText(kept, text.length);
}

function cutText(text: string, chars: number): Cut {
  return {
    json: `{"$":"Text","text":${quote(text)},"chars":${chars}}`,
    isTruncated: true,
    isRedacted: false,
  };
}
