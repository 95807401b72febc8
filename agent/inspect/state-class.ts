import {
  descriptorOf,
  getPrototypeOf,
  hasOwn,
  isModuleNamespaceObject,
  isProxy,
  ObjectPrototype,
  quote,
  slice,
} from './state-intrinsics.ts';

const MAX_NAME_CHARS = 60;
const MAX_NAME_JSON = 100;
const MAX_HOPS = 50;
const { toStringTag } = Symbol;

export interface ClassName {
  name: string;
  /** Its prototype is Object.prototype, of this realm or another: JSON says all there is to say. */
  isPlain: boolean;
}

const PLAIN: ClassName = { name: 'Object', isPlain: true };
const BARE: ClassName = { name: 'null prototype', isPlain: false };

/**
 * The class of an object that is no proxy, found without running code: through own data properties
 * `constructor` and `name` on the prototype chain, else `Symbol.toStringTag` there (`Generator`).
 */
export function classOf(value: object): ClassName {
  const first = getPrototypeOf(value);
  if (first === ObjectPrototype) return PLAIN;
  if (first === null) return isModuleNamespaceObject(value) ? { name: 'Module', isPlain: false } : BARE;
  let tag = '';
  let proto: object | null = first;
  for (let hops = 0; proto !== null && hops < MAX_HOPS && !isProxy(proto); hops++) {
    const above = getPrototypeOf(proto);
    const name = constructorName(proto);
    if (name !== '' && (above !== null || tag === '')) {
      return { name: clipped(name), isPlain: proto === first && above === null && name === 'Object' };
    }
    if (tag === '') tag = textAt(proto, toStringTag);
    proto = above;
  }
  return { name: clipped(tag === '' ? '(unnamed)' : tag), isPlain: false };
}

/** A function's name, '' where it is no data. */
export function functionName(callable: object): string {
  return clipped(textAt(callable, 'name'));
}

function constructorName(proto: object): string {
  const found = descriptorOf(proto, 'constructor');
  if (found === undefined || !hasOwn(found, 'value')) return '';
  const made: unknown = found.value;
  return typeof made === 'function' && !isProxy(made) ? textAt(made, 'name') : '';
}

function textAt(owner: object, key: PropertyKey): string {
  const found = descriptorOf(owner, key);
  if (found === undefined || !hasOwn(found, 'value')) return '';
  return typeof found.value === 'string' ? found.value : '';
}

function clipped(name: string): string {
  const short = name.length > MAX_NAME_CHARS ? `${slice(name, 0, MAX_NAME_CHARS)}…` : name;
  // A name of control characters would grow sixfold as JSON; the bounds below count on a short one.
  return quote(short).length > MAX_NAME_JSON ? '(unprintable)' : short;
}
