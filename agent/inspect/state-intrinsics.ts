import { types } from 'node:util';

/**
 * The language's own functions, taken when this file loads. A service may patch any prototype later; a state
 * read must not run the patch. So the files `state*.ts` call nothing as a method of a value, spread and iterate
 * nothing, and use these instead.
 */
export type Method<S, A extends unknown[], R> = (self: S, ...args: A) => R;

const { apply, bind, call } = Function.prototype;

/** `uncurry(Map.prototype.get)(map, key)`: a bound function, which looks nothing up when it is called. */
export const uncurry = bind.bind(call) as (method: unknown) => Method<never, never[], never>;

function method<S, A extends unknown[], R>(owner: object, name: PropertyKey): Method<S, A, R> {
  const found = Object.getOwnPropertyDescriptor(owner, name)?.value;
  return uncurry(found) as unknown as Method<S, A, R>;
}

function getter<S, R>(owner: object, name: PropertyKey): Method<S, [], R> {
  const found = Object.getOwnPropertyDescriptor(owner, name)?.get;
  return uncurry(found ?? apply) as unknown as Method<S, [], R>;
}

export const {
  isProxy,
  isMap,
  isSet,
  isDate,
  isRegExp,
  isNativeError,
  isPromise,
  isAnyArrayBuffer,
  isNumberObject,
  isStringObject,
  isBooleanObject,
  isBigIntObject,
  isModuleNamespaceObject,
} = types;
export const isBoxedPrimitive = types.isBoxedPrimitive as (value: unknown) => boolean;

export const {
  getPrototypeOf,
  getOwnPropertyDescriptor: descriptorOf,
  getOwnPropertySymbols: symbolsOf,
  keys: keysOf,
  is: isSame,
} = Object;
export const { ownKeys } = Reflect;
const { defineProperty } = Object;
export const isEnumerable = method<object, [PropertyKey], boolean>(Object.prototype, 'propertyIsEnumerable');
export const hasOwn = Object.hasOwn as (owner: object, key: PropertyKey) => boolean;
export const isArray = Array.isArray;
export const isView = ArrayBuffer.isView;
export const ObjectPrototype = Object.prototype;
export const ArrayPrototype = Array.prototype;
export const ErrorPrototype = Error.prototype;

const MapIterator = Object.getPrototypeOf(new Map().entries()) as object;
const SetIterator = Object.getPrototypeOf(new Set().values()) as object;
const TypedArrayPrototype = Object.getPrototypeOf(Uint8Array.prototype) as object;

export type Step<T> = { done?: boolean; value: T };
export const mapSize = getter<Map<unknown, unknown>, number>(Map.prototype, 'size');
export const mapGet = method<Map<unknown, unknown>, [unknown], unknown>(Map.prototype, 'get');
export const mapHas = method<Map<unknown, unknown>, [unknown], boolean>(Map.prototype, 'has');
export const mapSet = method<Map<unknown, unknown>, [unknown, unknown], unknown>(Map.prototype, 'set');
export const mapEntries = method<Map<unknown, unknown>, [], object>(Map.prototype, 'entries');
export const mapNext = method<object, [], Step<readonly [unknown, unknown]>>(MapIterator, 'next');
export const setSize = getter<Set<unknown>, number>(Set.prototype, 'size');
export const setValues = method<Set<unknown>, [], object>(Set.prototype, 'values');
export const setNext = method<object, [], Step<unknown>>(SetIterator, 'next');
export const weakGet = method<WeakMap<object, unknown>, [object], unknown>(WeakMap.prototype, 'get');
export const weakSet = method<WeakMap<object, unknown>, [object, unknown], unknown>(WeakMap.prototype, 'set');

export const dateTime = method<Date, [], number>(Date.prototype, 'getTime');
export const dateIso = method<Date, [], string>(Date.prototype, 'toISOString');
export const symbolDescription = getter<symbol, string | undefined>(Symbol.prototype, 'description');
export const numberValue = method<unknown, [], number>(Number.prototype, 'valueOf');
export const stringValue = method<unknown, [], string>(String.prototype, 'valueOf');
export const booleanValue = method<unknown, [], boolean>(Boolean.prototype, 'valueOf');
export const bigintValue = method<unknown, [], bigint>(BigInt.prototype, 'valueOf');
export const symbolValue = method<unknown, [], symbol>(Symbol.prototype, 'valueOf');

export const indexOf = method<string, [string, number?], number>(String.prototype, 'indexOf');
export const slice = method<string, [number, number?], string>(String.prototype, 'slice');
export const charCodeAt = method<string, [number], number>(String.prototype, 'charCodeAt');
export const toLowerCase = method<string, [], string>(String.prototype, 'toLowerCase');
export const numberToString = method<number, [number], string>(Number.prototype, 'toString');
/** Of a string only: for anything else it would look up `toJSON`. */
export const quote = JSON.stringify as (text: string) => string;
export const parseJson = JSON.parse;
export const utf8Bytes = Buffer.byteLength as (text: string) => number;

const { isDataView, isSharedArrayBuffer } = types;
const typedBuffer = getter<ArrayBufferView, ArrayBufferLike>(TypedArrayPrototype, 'buffer');
const typedOffset = getter<ArrayBufferView, number>(TypedArrayPrototype, 'byteOffset');
const typedBytes = getter<ArrayBufferView, number>(TypedArrayPrototype, 'byteLength');
const dataViewBuffer = getter<ArrayBufferView, ArrayBufferLike>(DataView.prototype, 'buffer');
const dataViewOffset = getter<ArrayBufferView, number>(DataView.prototype, 'byteOffset');
const dataViewBytes = getter<ArrayBufferView, number>(DataView.prototype, 'byteLength');
const ownBufferBytes = getter<ArrayBufferLike, number>(ArrayBuffer.prototype, 'byteLength');
const sharedBufferBytes = getter<ArrayBufferLike, number>(SharedArrayBuffer.prototype, 'byteLength');
export const viewBuffer = (view: ArrayBufferView): ArrayBufferLike =>
  isDataView(view) ? dataViewBuffer(view) : typedBuffer(view);
export const viewOffset = (view: ArrayBufferView): number =>
  isDataView(view) ? dataViewOffset(view) : typedOffset(view);
export const viewBytes = (view: ArrayBufferView): number =>
  isDataView(view) ? dataViewBytes(view) : typedBytes(view);
export const bufferBytes = (buffer: ArrayBufferLike): number =>
  isSharedArrayBuffer(buffer) ? sharedBufferBytes(buffer) : ownBufferBytes(buffer);
export const { min, max, round } = Math;
export const Bytes = Uint8Array;
export const MapConstructor = Map;

const flagGetters = [
  ['d', 'hasIndices'],
  ['g', 'global'],
  ['i', 'ignoreCase'],
  ['m', 'multiline'],
  ['s', 'dotAll'],
  ['u', 'unicode'],
  ['v', 'unicodeSets'],
  ['y', 'sticky'],
].map(([letter, name]) => ({ letter: letter!, isSet: getter<RegExp, boolean>(RegExp.prototype, name!) }));
const regExpSource = getter<RegExp, string>(RegExp.prototype, 'source');

/** `/a+/gi`, by the getters of RegExp itself: `flags` and `toString` would look up what may be patched. */
export function regExpText(pattern: RegExp): string {
  let text = `/${regExpSource(pattern)}/`;
  for (let i = 0; i < flagGetters.length; i++) {
    const flag = flagGetters[i]!;
    if (flag.isSet(pattern)) text += flag.letter;
  }
  return text;
}

/** Appends to an array of our own; `push` would meet a setter that somebody put on Array.prototype. */
export function append<T>(list: T[], value: T): void {
  const own = { __proto__: null, value, writable: true, enumerable: true, configurable: true };
  defineProperty(list, list.length, own as PropertyDescriptor);
}
