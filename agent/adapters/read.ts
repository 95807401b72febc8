import { types } from 'node:util';
import { Worker } from 'node:worker_threads';

/** Reading what belongs to somebody else: own data properties only, so that no getter and no proxy trap runs. */

const { getOwnPropertyDescriptor, getOwnPropertySymbols, getPrototypeOf } = Object;
const sizeOfMap = Object.getOwnPropertyDescriptor(Map.prototype, 'size')!.get!;
const sizeOfSet = Object.getOwnPropertyDescriptor(Set.prototype, 'size')!.get!;

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !types.isProxy(value);
}

/** The value of an own data property; undefined for anything else. */
export function own(object: unknown, key: PropertyKey): unknown {
  if (!isObject(object) && typeof object !== 'function') return undefined;
  return getOwnPropertyDescriptor(object, key)?.value;
}

/** The same along a path: `at(client, 'connection', 'stream')`. */
export function at(object: unknown, ...path: PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => own(value, key), object);
}

/** The value of the own property whose key is a symbol with this description: libraries keep what is theirs so. */
export function bySymbol(object: unknown, description: string): unknown {
  if (!isObject(object)) return undefined;
  const symbol = getOwnPropertySymbols(object).find((each) => each.description === description);
  return symbol && own(object, symbol);
}

export function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

export function number(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** Length of an array, size of a Map or a Set; undefined for anything else. */
export function count(value: unknown): number | undefined {
  if (!isObject(value)) return undefined;
  if (Array.isArray(value)) return value.length;
  if (types.isMap(value)) return sizeOfMap.call(value) as number;
  return types.isSet(value) ? (sizeOfSet.call(value) as number) : undefined;
}

/** How many are in a queue of denque, which ioredis and others use, or of mysql2's own after it. */
export function dequeCount(queue: unknown): number | undefined {
  const head = number(own(queue, '_head'));
  const tail = number(own(queue, '_tail'));
  const mask = number(own(queue, '_capacityMask') ?? own(queue, '_mask'));
  return head === undefined || tail === undefined || mask === undefined ? undefined : (tail - head) & mask;
}

const valuesOfMap = Map.prototype.values;
const valuesOfSet = Set.prototype.values;

/** What an array, a Map (its values) or a Set holds, the first `most` of it; nothing of anything else. */
export function entries(value: unknown, most = 1000): unknown[] {
  if (!isObject(value)) return [];
  if (Array.isArray(value)) return value.slice(0, most);
  const all = types.isMap(value)
    ? valuesOfMap.call(value)
    : types.isSet(value)
      ? valuesOfSet.call(value)
      : null;
  const taken: unknown[] = [];
  if (all)
    for (let next = all.next(); !next.done && taken.length < most; next = all.next()) taken.push(next.value);
  return taken;
}

const threadId = getOwnPropertyDescriptor(Worker.prototype, 'threadId')?.get;

/** The id of a Worker's thread, by Node's own getter; undefined once it has ended. */
export function threadIdOf(worker: unknown): number | undefined {
  if (!isObject(worker) || !threadId || !(worker instanceof Worker)) return undefined;
  const id = threadId.call(worker) as number;
  return id >= 0 ? id : undefined;
}

/** Names of its classes, its own first: `['Pool', 'EventEmitter', 'Object']`. */
export function classNames(object: unknown): string[] {
  const names: string[] = [];
  if (!isObject(object)) return names;
  for (
    let proto = getPrototypeOf(object);
    isObject(proto) && names.length < 8;
    proto = getPrototypeOf(proto)
  ) {
    names.push(text(own(own(proto, 'constructor'), 'name')) ?? '');
  }
  return names;
}

/** Whether one of its prototypes has this of its own: tells classes of one name apart. */
export function inherits(object: unknown, key: PropertyKey): boolean {
  if (!isObject(object)) return false;
  for (let proto = getPrototypeOf(object); isObject(proto); proto = getPrototypeOf(proto)) {
    if (getOwnPropertyDescriptor(proto, key)) return true;
  }
  return false;
}

/** Only what is given: facts and figures that are not known are left out. */
export function known<T extends string | number | boolean>(
  values: Record<string, T | undefined>,
): Record<string, T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Record<
    string,
    T
  >;
}

/** The connections of a pool, as far as they are known: what is not idle is busy. */
export function poolFigures(total: number | undefined, idle: number | undefined): Record<string, number> {
  const busy = total === undefined || idle === undefined ? undefined : total - idle;
  return known({ total, idle, busy });
}

/** A URL without user, password and query, where secrets are; what is no URL is left out. */
export function safeUrl(url: unknown): string | undefined {
  try {
    const { protocol, host, pathname } = new URL(String(url));
    return `${protocol}//${host}${pathname === '/' ? '' : pathname}`;
  } catch {
    return undefined;
  }
}

/** `[::1]:5432`, `db:5432`. */
export function hostPort(host: string, port: unknown): string {
  return `${host.includes(':') ? `[${host}]` : host}:${String(port)}`;
}

/** Whether Node has this module of its own loaded already: `getBuiltinModule` of another one would load it. */
export function isLoaded(builtin: string): boolean {
  const { moduleLoadList } = process as { moduleLoadList?: unknown };
  return Array.isArray(moduleLoadList) && moduleLoadList.includes(`NativeModule ${builtin}`);
}
