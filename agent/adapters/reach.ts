import { types } from 'node:util';
import { reachThroughFunctions } from '../inspect/functions.ts';
import { entries, isObject, own } from './read.ts';

/** What one search looks at, at most. A function takes about 0.15 ms, an object some microseconds. */
const MAX_OBJECTS = 1500;
const MAX_FUNCTIONS = 80;
/** On a starved machine the counts above take longer than they should. */
const MAX_MS = 200;
/** Properties and entries of one object: what is wanted is not among thousands. */
const MAX_KEYS = 200;
const MAX_ENTRIES = 100;

const clock = performance.now.bind(performance);

/**
 * The nearest thing that is wanted among all that `from` leads to, breadth first: own data properties, entries of
 * arrays, Maps and Sets, and of functions what they close over and are bound to. That is how a pool is found from its
 * socket: through the listener that the pool has put on it. No getter and none of the service's code runs.
 */
export function reach<T extends object>(from: unknown, isWanted: (value: object) => value is T): T | null {
  return reachThroughFunctions((reachOf) => {
    const until = clock() + MAX_MS;
    const seen = new Set<unknown>([globalThis, process]);
    const objects: object[] = [];
    const functions: unknown[] = [];
    let looked = 0;
    const put = (value: unknown): void => {
      if (typeof value === 'function') {
        if (functions.length < MAX_FUNCTIONS && !seen.has(value)) functions.push(value);
      } else if (!isObject(value) || seen.has(value) || isOpaque(value)) return;
      else objects.push(value);
      seen.add(value);
    };
    // What is wanted has put a listener there, so those go before the functions that Node keeps.
    for (const listener of listenersOf(from)) put(listener);
    put(from);
    for (let f = 0, o = 0; o < objects.length || f < functions.length; ) {
      if (o < objects.length) {
        const object = objects[o++]!;
        if (isWanted(object)) return object;
        if (++looked > MAX_OBJECTS) return null;
        for (const value of inside(object)) put(value);
        continue;
      }
      if (clock() > until) return null;
      const { closedOver, bound } = reachOf(functions[f++]);
      for (const value of bound) put(value);
      for (const value of closedOver) put(value);
    }
    return null;
  });
}

function listenersOf(emitter: unknown): unknown[] {
  const events = own(emitter, '_events');
  if (!isObject(events)) return [];
  return Reflect.ownKeys(events).flatMap((event) => own(events, event));
}

function inside(object: object): unknown[] {
  const values = Reflect.ownKeys(object)
    .slice(0, MAX_KEYS)
    .map((key) => own(object, key));
  return Array.isArray(object) ? values : [...values, ...entries(object, MAX_ENTRIES)];
}

/** Bytes lead nowhere, and a module leads to every other one. */
function isOpaque(object: object): boolean {
  if (ArrayBuffer.isView(object) || types.isAnyArrayBuffer(object) || types.isModuleNamespaceObject(object)) {
    return true;
  }
  return own(object, 'exports') !== undefined && own(object, 'children') !== undefined;
}
