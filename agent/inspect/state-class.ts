import {
  descriptorOf,
  getPrototypeOf,
  hasOwn,
  isModuleNamespaceObject,
  isProxy,
  ObjectPrototype,
  quote,
} from './state-intrinsics.ts';
import { clipped, textAt } from './state-text.ts';

const MAX_NAME_CHARS = 60;
const MAX_NAME_JSON = 100;
const MAX_HOPS = 50;
const { toStringTag } = Symbol;

export interface ClassName {
  /** As JSON. */
  name: string;
  /** Its prototype is Object.prototype, of this realm or another: JSON says all there is to say. */
  isPlain: boolean;
}

const PLAIN: ClassName = { name: '"Object"', isPlain: true };
const BARE: ClassName = { name: '"null prototype"', isPlain: false };

/**
 * The class of an object that is no proxy, found without running code: through own data properties
 * `constructor` and `name` on the prototype chain, else `Symbol.toStringTag` there (`Generator`).
 */
export function classOf(value: object): ClassName {
  const first = getPrototypeOf(value);
  if (first === ObjectPrototype) return PLAIN;
  if (first === null) return isModuleNamespaceObject(value) ? { name: '"Module"', isPlain: false } : BARE;
  let tag = '';
  let proto: object | null = first;
  for (let hops = 0; proto !== null && hops < MAX_HOPS && !isProxy(proto); hops++) {
    const above = getPrototypeOf(proto);
    const name = constructorName(proto);
    if (name !== '' && (above !== null || tag === '')) {
      return { name: clippedName(name), isPlain: proto === first && above === null && name === 'Object' };
    }
    if (tag === '') tag = textAt(proto, toStringTag);
    proto = above;
  }
  return { name: clippedName(tag === '' ? '(unnamed)' : tag), isPlain: false };
}

function constructorName(proto: object): string {
  const found = descriptorOf(proto, 'constructor');
  if (found === undefined || !hasOwn(found, 'value')) return '';
  const made: unknown = found.value;
  return typeof made === 'function' && !isProxy(made) ? textAt(made, 'name') : '';
}

/** A name as JSON; one of control characters would grow sixfold, and bounds count on a short one. */
export function clippedName(name: string): string {
  const json = quote(name.length > MAX_NAME_CHARS ? `${clipped(name, MAX_NAME_CHARS)}…` : name);
  return json.length > MAX_NAME_JSON ? '"(unprintable)"' : json;
}
