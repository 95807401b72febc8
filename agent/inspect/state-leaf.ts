import { classOf, clippedName } from './state-class.ts';
import {
  Bytes,
  bigintValue,
  booleanValue,
  bufferBytes,
  dateIso,
  dateTime,
  isBigIntObject,
  isBooleanObject,
  isNumberObject,
  isSame,
  isStringObject,
  min,
  numberToString,
  numberValue,
  quote,
  regExpText,
  stringValue,
  symbolDescription,
  symbolValue,
  viewBuffer,
  viewBytes,
  viewOffset,
} from './state-intrinsics.ts';
import type { Cut } from './state-piece.ts';
import { clipped, textAt, withoutSecret } from './state-text.ts';

/** Values without entries, as JSON. */

const TEXT_CHARS = 1000;
const DESCRIPTION_CHARS = 60;
const HEAD_BYTES = 64;
const MAX_BIGINT = 1n << 4096n;

/** `Symbol(turn)`, with the description clipped. */
export function symbolText(symbol: symbol): string {
  const description = symbolDescription(symbol) ?? '';
  const isLong = description.length > DESCRIPTION_CHARS;
  return `Symbol(${isLong ? `${clipped(description, DESCRIPTION_CHARS)}…` : description})`;
}

export function symbolJson(symbol: symbol): string {
  return `{"$":"Symbol","text":${quote(symbolText(symbol))}}`;
}

export function functionJson(callable: object): string {
  return `{"$":"Function","name":${clippedName(textAt(callable, 'name'))}}`;
}

/** One of a million digits would take the thread seconds to print. */
export function bigintJson(value: bigint): string {
  if (value < MAX_BIGINT && value > -MAX_BIGINT) return `{"$":"BigInt","text":"${value}"}`;
  return `{"$":"BigInt","text":"${value > 0n ? 'above 2^4096' : 'below -2^4096'}"}`;
}

export function dateJson(date: Date): string {
  const isInvalid = isSame(dateTime(date), Number.NaN);
  return `{"$":"Date","iso":${isInvalid ? 'null' : quote(dateIso(date))}}`;
}

export function regExpJson(pattern: RegExp): string {
  return `{"$":"RegExp","text":${quote(clipped(regExpText(pattern), TEXT_CHARS))}}`;
}

/** Typed arrays, Buffers, DataViews: the first bytes in hex. */
export function viewJson(view: ArrayBufferView): string | Cut {
  return bytesJson(view, viewBuffer(view), viewOffset(view), viewBytes(view));
}

export function bufferJson(buffer: ArrayBufferLike): string | Cut {
  return bytesJson(buffer, buffer, 0, bufferBytes(buffer));
}

function bytesJson(value: object, buffer: ArrayBufferLike, offset: number, byteLength: number): string | Cut {
  const head = new Bytes(buffer, offset, min(byteLength, HEAD_BYTES));
  const shown = min(byteLength, HEAD_BYTES);
  let hex = '';
  for (let i = 0; i < shown; i++) hex += (head[i]! < 16 ? '0' : '') + numberToString(head[i]!, 16);
  const json = `{"$":"Bytes","class":${classOf(value).name},"byteLength":${byteLength},"hex":"${hex}"}`;
  return byteLength > HEAD_BYTES ? { json, isTruncated: true, isRedacted: false } : json;
}

/** `new String('x')` and its like, with the words of V8's own tools for what is inside. */
export function boxedJson(value: object): string {
  return `{"$":"Object","class":${classOf(value).name},"fields":{"[[PrimitiveValue]]":${insideJson(value)}}}`;
}

function insideJson(value: object): string {
  if (isStringObject(value)) return quote(withoutSecret(clipped(stringValue(value), TEXT_CHARS)));
  if (isBooleanObject(value)) return booleanValue(value) ? 'true' : 'false';
  if (isBigIntObject(value)) return bigintJson(bigintValue(value));
  if (!isNumberObject(value)) return symbolJson(symbolValue(value));
  const number = numberValue(value);
  return number - number === 0 ? `${number}` : `{"$":"Number","text":"${number}"}`;
}
