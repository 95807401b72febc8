import { afterEach, describe, expect, it, vi } from 'vitest';
import { backlogCount, readState, readStateText, resolveReference } from '../../../agent/inspect/state.ts';

/** Everything that could call code of the service on the way; each says so when it is run. */
const ran = vi.fn((what: string): never => {
  throw new Error(`ran ${what}`);
});
const trap = (what: string) => () => ran(what);

const TRAPS = Object.fromEntries(
  (Object.getOwnPropertyNames(Reflect) as (keyof typeof Reflect)[])
    .filter((name) => typeof Reflect[name] === 'function')
    .map((name) => [name, trap(`trap ${name}`)]),
) as ProxyHandler<object>;

class Derived extends Map {
  override get size(): number {
    return ran('size');
  }
  override forEach(): void {
    ran('forEach');
  }
  override entries(): never {
    return ran('entries');
  }
  override [Symbol.iterator](): never {
    return ran('iterator');
  }
}

class Hostile {
  kept = 1;
  get getter(): never {
    return ran('getter');
  }
  toJSON(): never {
    return ran('toJSON');
  }
  toString(): never {
    return ran('toString');
  }
  valueOf(): never {
    return ran('valueOf');
  }
  [Symbol.toPrimitive](): never {
    return ran('toPrimitive');
  }
  get [Symbol.toStringTag](): never {
    return ran('toStringTag');
  }
  [Symbol.iterator](): never {
    return ran('iterator');
  }
}

class LoudError extends Error {
  override get name(): string {
    return ran('name');
  }
  override get message(): string {
    return ran('message');
  }
  override set message(_: string) {}
}

const revoked = Proxy.revocable({}, {});
revoked.revoke();

const hostile = {
  instance: new Hostile(),
  proxy: new Proxy({}, TRAPS),
  proxiedFunction: new Proxy(() => {}, TRAPS),
  revoked: revoked.proxy,
  prototype: Object.create(new Proxy({}, TRAPS)),
  above: Object.create(Object.create(new Proxy({}, TRAPS))),
  constructorGetter: Object.create({
    get constructor() {
      return ran('constructor');
    },
  }),
  proxiedConstructor: Object.create({ constructor: new Proxy(class {}, TRAPS) }),
  nameGetter: Object.create({
    constructor: Object.defineProperty(class {}, 'name', { get: () => ran('static name') }),
  }),
  own: Object.defineProperties(
    {},
    { a: { enumerable: true, get: trap('own getter') }, b: { enumerable: true, set: trap('own setter') } },
  ),
  array: Object.defineProperty([0, 1], 0, { enumerable: true, get: trap('element getter') }),
  map: new Derived().set(new Hostile(), new Hostile()),
  key: new Map([[new Proxy({}, TRAPS), 1]]),
  set: Object.assign(new Set([new Hostile()]), {
    values: trap('values'),
    forEach: trap('forEach'),
    [Symbol.iterator]: trap('iterator'),
  }),
  date: Object.assign(new Date(0), {
    toISOString: trap('toISOString'),
    getTime: trap('getTime'),
    toJSON: trap('toJSON'),
  }),
  pattern: Object.defineProperties(/x/g, {
    flags: { get: trap('flags') },
    source: { get: trap('source') },
    global: { get: trap('global') },
  }),
  bytes: Object.defineProperties(new Uint8Array(2), {
    byteLength: { get: trap('byteLength') },
    buffer: { get: trap('buffer') },
    length: { get: trap('length') },
  }),
  error: Object.defineProperty(new LoudError(), 'cause', { get: trap('cause') }),
  messageGetter: Object.defineProperty(new Error('x'), 'message', { get: trap('message') }),
  boxed: Object.assign(Object(5), { valueOf: trap('valueOf'), toString: trap('toString') }),
  boxedText: Object.assign(Object('x'), { valueOf: trap('valueOf'), toString: trap('toString') }),
  call: Object.assign(() => ran('the function'), { toString: trap('toString') }),
  promise: Object.assign(Promise.resolve(1), { catch: trap('catch'), finally: trap('finally') }),
  password: new Proxy({}, TRAPS),
};

/** All paths that lead somewhere in it. */
const PATHS = [
  '',
  '/instance',
  '/instance/getter',
  '/proxy',
  '/own/a',
  '/own/b',
  '/array/0',
  '/map/entries/0/0',
  '/key/entries/0/0',
  '/set/0',
  '/error/cause',
  '/password/x',
];

afterEach(() => {
  vi.restoreAllMocks();
  ran.mockClear();
});

it('runs no getter, trap, toJSON, iterator or override of what it looks at', () => {
  for (const path of PATHS) {
    for (const depth of [1, 3, 12]) {
      try {
        readStateText(hostile, { path, depth, maxMs: 1000 });
      } catch (thrown) {
        expect(thrown).toMatchObject({ code: 'NO_SUCH_PATH' });
      }
    }
  }
  for (const value of Object.values(hostile)) {
    backlogCount(value);
    resolveReference(value);
  }
  expect(ran).not.toHaveBeenCalled();
  const { value } = readState(hostile, { maxMs: 1000 });
  expect(value).toMatchObject({
    own: { a: { $: 'Getter' }, b: { $: 'Getter' } },
    proxy: { $: 'Proxy' },
    revoked: { $: 'Proxy' },
  });
});

it('runs no getter named current of a holder', () => {
  const holder = {
    get current() {
      return ran('current');
    },
  };
  expect(resolveReference(holder)).toBe(holder);
  expect(resolveReference(new Proxy({ current: 1 }, TRAPS))).toBeTypeOf('object');
  expect(ran).not.toHaveBeenCalled();
});

describe('once the service patched the prototypes', () => {
  const victims: [string, object][] = [
    ['Map', Map.prototype],
    ['Set', Set.prototype],
    ['WeakMap', WeakMap.prototype],
    ['Array', Array.prototype],
    ['String', String.prototype],
    ['Number', Number.prototype],
    ['BigInt', BigInt.prototype],
    ['Boolean', Boolean.prototype],
    ['Symbol', Symbol.prototype],
    ['Date', Date.prototype],
    ['RegExp', RegExp.prototype],
    ['Function', Function.prototype],
    ['Uint8Array', Object.getPrototypeOf(Uint8Array.prototype)],
    ['ArrayBuffer', ArrayBuffer.prototype],
    ['DataView', DataView.prototype],
    ['Map iterator', Object.getPrototypeOf(new Map().entries())],
    ['Set iterator', Object.getPrototypeOf(new Set().values())],
    ['Array iterator', Object.getPrototypeOf([][Symbol.iterator]())],
    ['Object', Object],
    ['Reflect', Reflect],
    ['Math', Math],
    ['JSON', JSON],
    ['Buffer', Buffer],
    ['performance', performance],
  ];
  const state = {
    map: new Map<unknown, unknown>([
      ['a', { token: 1 }],
      [{ k: 1 }, new Set([1n])],
    ]),
    list: Object.assign(new Array(6), { 0: '--password', 1: 'x', 3: -0, 4: 'y'.repeat(2000) }),
    date: new Date(0),
    pattern: /a/gi,
    bytes: Buffer.from('abc'),
    view: new DataView(new ArrayBuffer(3)),
    boxed: [Object(1), Object('x'), Object(true), Object(1n), Object(Symbol('s'))],
    url: 'http://u:p@h/',
    [Symbol('key')]: 1,
    error: Object.assign(new Error('bad'), { code: 'E' }),
  };
  const options = { redact: ['/list/*', 'secretive'], depth: 6, maxMs: 10_000 };
  const untouched = readState(state, options).value;

  it.each(victims)('%s', (_, owner) => {
    // Nothing in here may itself call what is patched.
    const calls: string[] = [];
    let text = '';
    let count: number | null = null;
    const undo = patch(owner, (name) => {
      calls[calls.length] = name;
    });
    try {
      text = readStateText(state, options);
      readStateText(state, { path: '/map/entries/1/1/values/0' });
      readStateText(state, { path: '/boxed' });
      count = backlogCount(state.map);
    } finally {
      undo();
    }
    expect(calls).toEqual([]);
    expect(count).toBe(2);
    expect(JSON.parse(text).value).toEqual(untouched);
  });

  it('Object.prototype and Array.prototype with accessors for every key that is used', () => {
    let calls = '';
    const keys = '0 1 json count fields path pattern next value get set toJSON more parent kind from'.split(
      ' ',
    );
    const owners = [Object.prototype, Array.prototype];
    const { defineProperty } = Object;
    let text = '';
    try {
      for (let i = 0; i < keys.length * 2; i++) {
        const key = keys[i >> 1]!;
        const accessor = {
          __proto__: null,
          configurable: true,
          get: () => {
            calls += `get ${key};`;
          },
          set: () => {
            calls += `set ${key};`;
          },
        };
        defineProperty(owners[i % 2], key, accessor);
      }
      calls = '';
      text = readStateText(state, options);
    } finally {
      for (let i = 0; i < keys.length * 2; i++) delete owners[i % 2]![keys[i >> 1] as never];
    }
    expect(calls).toBe('');
    expect(JSON.parse(text).value).toEqual(untouched);
  });
});

/** Replaces every function and getter of `owner` by one that reports, then does what it did. Returns what undoes it. */
function patch(owner: object, report: (name: string) => void): () => void {
  const { apply } = Reflect;
  const { defineProperty } = Object;
  const before: [PropertyKey, PropertyDescriptor][] = [];
  const after: [PropertyKey, PropertyDescriptor][] = [];
  for (const key of Reflect.ownKeys(owner)) {
    const descriptor = Object.getOwnPropertyDescriptor(owner, key)!;
    const { value, get, configurable } = descriptor;
    if (!configurable || key === 'constructor') continue;
    const name = String(key);
    const wrap = (inner: (...args: unknown[]) => unknown) =>
      function (this: unknown, ...args: unknown[]) {
        report(name);
        return apply(inner, this, args);
      };
    before.push([key, descriptor]);
    if (typeof value === 'function') after.push([key, { ...descriptor, value: wrap(value) }]);
    else if (get) after.push([key, { ...descriptor, get: wrap(get) }]);
  }
  const set = (list: typeof before) => {
    for (let i = 0; i < list.length; i++) defineProperty(owner, list[i]![0], list[i]![1]);
  };
  set(after);
  return () => set(before);
}
