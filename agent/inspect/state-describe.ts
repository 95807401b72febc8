import { isSecretText } from './redact-value.ts';
import { classOf, functionName } from './state-class.ts';
import { messageOf, stackOf } from './state-error.ts';
import { fieldsOf, symbolText, wideCount } from './state-fields.ts';
import {
  ArrayPrototype,
  Bytes,
  bigintValue,
  booleanValue,
  bufferBytes,
  charCodeAt,
  dateIso,
  dateTime,
  getPrototypeOf,
  isAnyArrayBuffer,
  isArray,
  isBigIntObject,
  isBooleanObject,
  isBoxedPrimitive,
  isDate,
  isMap,
  isNativeError,
  isNumberObject,
  isPromise,
  isProxy,
  isRegExp,
  isSame,
  isSet,
  isStringObject,
  isView,
  mapSize,
  min,
  numberToString,
  numberValue,
  quote,
  regExpText,
  setSize,
  slice,
  stringValue,
  symbolValue,
  utf8Bytes,
  viewBuffer,
  viewBytes,
  viewOffset,
} from './state-intrinsics.ts';
import type { Container, Leaf } from './state-piece.ts';

/** What may be spent on one value. */
export interface Allowance {
  /** The first character of a string to show. */
  from: number;
  /** Characters of a string. */
  chars: number;
  /** Bytes of JSON. */
  bytes: number;
  /** The value was asked for by its own path: it is looked at whatever it costs. */
  isAskedFor: boolean;
}

/** From so many characters a text is not looked into unless asked for: one built with `+=` is copied whole first. */
const ROPE_CHARS = 256 * 1024;
const HEAD_BYTES = 64;
const MESSAGE_CHARS = 1000;
const STACK_CHARS = 4000;

/** What a value is, without running any code of its own. */
export function describe(value: unknown, allowance: Allowance): Leaf | Container {
  switch (typeof value) {
    case 'string':
      return describeText(value, allowance);
    case 'number':
      return leaf(numberJson(value));
    case 'boolean':
      return leaf(value ? 'true' : 'false');
    case 'undefined':
      return leaf('{"$":"Undefined"}');
    case 'bigint':
      return leaf(`{"$":"BigInt","text":${quote(digits(value))}}`);
    case 'symbol':
      return leaf(`{"$":"Symbol","text":${quote(symbolText(value))}}`);
    case 'function':
      if (isProxy(value)) return leaf('{"$":"Proxy"}');
      return leaf(`{"$":"Function","name":${quote(functionName(value))}}`);
    default:
      return value === null ? leaf('null') : describeObject(value as object, allowance);
  }
}

export const REDACTED: Leaf = { ...leaf('{"$":"Redacted"}'), isRedacted: true };
export const GETTER: Leaf = leaf('{"$":"Getter"}');
export const HOLE: Leaf = leaf('{"$":"Undefined","hole":true}');

function describeObject(value: object, allowance: Allowance): Leaf | Container {
  if (isProxy(value)) return leaf('{"$":"Proxy"}');
  if (isArray(value)) return describeArray(value);
  if (isMap(value)) {
    return withClass(value, 'Map', '"entries":[', mapSize(value), 'map');
  }
  if (isSet(value)) return withClass(value, 'Set', '"values":[', setSize(value), 'set');
  if (isDate(value)) return leaf(`{"$":"Date","iso":${dateJson(value)}}`);
  if (isRegExp(value)) return describeRegExp(value);
  if (isNativeError(value)) return describeError(value, allowance.bytes);
  if (isView(value)) return bytesLeaf(value, viewBuffer(value), viewOffset(value), viewBytes(value));
  if (isAnyArrayBuffer(value)) return bytesLeaf(value, value, 0, bufferBytes(value));
  if (isPromise(value)) return leaf('{"$":"Promise"}');
  if (isBoxedPrimitive(value)) return describeBoxed(value);
  return describeInstance(value, allowance);
}

function describeInstance(value: object, allowance: Allowance): Leaf | Container {
  const { name, isPlain } = classOf(value);
  if (name === 'WeakRef') return leaf('{"$":"WeakRef"}');
  const form = isPlain ? 'plain' : 'object';
  const open = isPlain ? '{' : `{"$":"Object","class":${quote(name)},"fields":{`;
  const close = isPlain ? '}' : '}}';
  const count = allowance.isAskedFor ? undefined : wideCount(value);
  if (count !== undefined) {
    return { ...leaf(`{"$":"More","count":${count},"of":${quote(name)}}`), isTruncated: true };
  }
  const fields = fieldsOf(value);
  return { form, source: value, of: name, count: fields.length, fields, open, close };
}

/** Of a class of its own it is printed like any object of a class, with its indices as fields. */
function describeArray(value: unknown[]): Container {
  const base = { source: value, count: value.length, fields: null };
  if (getPrototypeOf(value) === ArrayPrototype) {
    return { ...base, form: 'array', of: 'Array', open: '[', close: ']' };
  }
  const { name } = classOf(value);
  if (name === 'Array') return { ...base, form: 'array', of: name, open: '[', close: ']' };
  const open = `{"$":"Object","class":${quote(name)},"fields":{`;
  return { ...base, form: 'object', of: name, open, close: '}}' };
}

function withClass(
  source: object,
  base: 'Map' | 'Set',
  inner: string,
  count: number,
  form: 'map' | 'set',
): Container {
  const { name } = classOf(source);
  const own = name === base ? '' : `"class":${quote(name)},`;
  return { form, source, of: name, count, fields: null, open: `{"$":"${base}",${own}${inner}`, close: ']}' };
}

function describeError(error: object, bytes: number): Container {
  const { name } = classOf(error);
  const fields = fieldsOf(error);
  const message = hidden(clipped(messageOf(error), MESSAGE_CHARS));
  const stack = hidden(clipped(stackOf(error), STACK_CHARS));
  const head = `{"$":"Error","class":${quote(name)},"message":`;
  const tail = fields.length > 0 ? ',"fields":{' : '';
  const room = bytes - utf8Bytes(head) - tail.length - ERROR_REST_BYTES;
  const messageJson = fitting(message, room);
  const stackJson = fitting(stack, room - utf8Bytes(messageJson));
  return {
    form: 'error',
    source: error,
    of: name,
    count: fields.length,
    fields,
    open: `${head}${messageJson},"stack":${stackJson}${tail}`,
    close: fields.length > 0 ? '}}' : '}',
  };
}

/** `,"stack":`, the brackets, the count of fields left out. */
const ERROR_REST_BYTES = 60;

function describeText(text: string, { from, chars, bytes, isAskedFor }: Allowance): Leaf {
  if (text.length >= ROPE_CHARS && !isAskedFor) return textLeaf('', text.length);
  if (isSecretText(text)) return REDACTED;
  if (from === 0 && text.length <= chars) {
    const json = quote(text);
    if (!isAskedFor || utf8Bytes(json) <= bytes) return leaf(json);
  }
  let kept = clipped(from === 0 ? text : slice(text, from), chars);
  while (kept !== '' && utf8Bytes(quote(kept)) > bytes - TEXT_REST_BYTES)
    kept = clipped(kept, kept.length >> 1);
  return textLeaf(kept, text.length);
}

/** `{"$":"Text","text":,"chars":536870888}` */
const TEXT_REST_BYTES = 48;

function textLeaf(text: string, chars: number): Leaf {
  return { ...leaf(`{"$":"Text","text":${quote(text)},"chars":${chars}}`), isTruncated: true };
}

function describeRegExp(pattern: RegExp): Leaf {
  return leaf(`{"$":"RegExp","text":${quote(clipped(regExpText(pattern), MESSAGE_CHARS))}}`);
}

function describeBoxed(value: object): Leaf | Container {
  let inner: unknown;
  if (isNumberObject(value)) inner = numberValue(value);
  else if (isStringObject(value)) inner = clipped(stringValue(value), MESSAGE_CHARS);
  else if (isBooleanObject(value)) inner = booleanValue(value);
  else if (isBigIntObject(value)) inner = bigintValue(value);
  else inner = symbolValue(value);
  const { json } = describe(inner, {
    from: 0,
    chars: MESSAGE_CHARS,
    bytes: MESSAGE_CHARS,
    isAskedFor: false,
  }) as Leaf;
  return leaf(`{"$":"Object","class":${quote(classOf(value).name)},"fields":{"[[PrimitiveValue]]":${json}}}`);
}

function bytesLeaf(value: object, buffer: ArrayBufferLike, offset: number, byteLength: number): Leaf {
  const head = new Bytes(buffer, offset, min(byteLength, HEAD_BYTES));
  let hex = '';
  for (let i = 0; i < head.length; i++) hex += (head[i]! < 16 ? '0' : '') + numberToString(head[i]!, 16);
  const name = quote(classOf(value).name);
  const json = `{"$":"Bytes","class":${name},"byteLength":${byteLength},"hex":"${hex}"}`;
  return { ...leaf(json), isTruncated: byteLength > HEAD_BYTES };
}

function numberJson(value: number): string {
  // Not finite: NaN, or nothing is left of it when it is subtracted from itself.
  if (value - value !== 0) return `{"$":"Number","text":"${value}"}`;
  return isSame(value, -0) ? '{"$":"Number","text":"-0"}' : `${value}`;
}

/** A BigInt of a million digits would take the thread seconds to print. */
function digits(value: bigint): string {
  if (value < MAX_BIGINT && value > -MAX_BIGINT) return `${value}`;
  return value > 0n ? 'more than 2^4096' : 'less than -2^4096';
}

const MAX_BIGINT = 1n << 4096n;

function dateJson(date: Date): string {
  const time = dateTime(date);
  return isSame(time, Number.NaN) ? 'null' : quote(dateIso(date));
}

function hidden(text: string): string {
  return isSecretText(text) ? '[redacted]' : text;
}

function fitting(text: string, bytes: number): string {
  let kept = text;
  while (kept !== '' && utf8Bytes(quote(kept)) > bytes) kept = clipped(kept, kept.length >> 1);
  return quote(kept);
}

/** The first `chars` characters, no surrogate pair cut in two. */
function clipped(text: string, chars: number): string {
  if (text.length <= chars) return text;
  const last = charCodeAt(text, chars - 1);
  return slice(text, 0, last >= 0xd800 && last <= 0xdbff ? chars - 1 : chars);
}

export function leaf(json: string): Leaf {
  return { form: 'leaf', json, isTruncated: false, isRedacted: false };
}
