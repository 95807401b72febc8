import vm from 'node:vm';
import { describe, expect, it } from 'vitest';
import { readState, readStateText } from '../../../agent/inspect/state.ts';

const shown = (state: unknown) => readState(state, { depth: 6 }).value;

class Game {
  board = ['X', null];
  turn = 'X';
  get live(): string {
    throw new Error('was run');
  }
}

describe('what is exact JSON stays plain', () => {
  it.each([
    ['null', null],
    ['a number', 1.5],
    ['a string', 'hé"\n\u2028'],
    ['nested objects', { a: [1, { b: true }], c: {} }],
    ['empty containers', [[], {}]],
    ['a lone surrogate', '\ud800'],
    ['an object of another realm', vm.runInNewContext('({ a: [1] })')],
  ])('%s', (_, value) => {
    expect(JSON.stringify(shown(value))).toBe(JSON.stringify(value));
  });
});

describe('what is not gets a tag', () => {
  it.each<[string, unknown, unknown]>([
    ['undefined', undefined, { $: 'Undefined' }],
    ['NaN', Number.NaN, { $: 'Number', text: 'NaN' }],
    ['Infinity', -Infinity, { $: 'Number', text: '-Infinity' }],
    ['-0', -0, { $: 'Number', text: '-0' }],
    ['a BigInt', 12n, { $: 'BigInt', text: '12' }],
    ['a symbol', Symbol('turn'), { $: 'Symbol', text: 'Symbol(turn)' }],
    ['a function', function move() {}, { $: 'Function', name: 'move' }],
    ['a class', Game, { $: 'Function', name: 'Game' }],
    ['a date', new Date(0), { $: 'Date', iso: '1970-01-01T00:00:00.000Z' }],
    ['an invalid date', new Date(Number.NaN), { $: 'Date', iso: null }],
    ['a pattern', /a\/b/giu, { $: 'RegExp', text: '/a\\/b/giu' }],
    ['a proxy', new Proxy({}, {}), { $: 'Proxy' }],
    ['a proxied function', new Proxy(() => 1, {}), { $: 'Proxy' }],
    ['a promise', Promise.resolve(1), { $: 'Promise' }],
    ['a WeakRef', new WeakRef({}), { $: 'WeakRef' }],
    ['a WeakMap', new WeakMap(), { $: 'Object', class: 'WeakMap', fields: {} }],
    ['a generator', (function* () {})(), { $: 'Object', class: 'Generator', fields: {} }],
    ['a boxed number', Object(5), { $: 'Object', class: 'Number', fields: { '[[PrimitiveValue]]': 5 } }],
    ['a boxed text', Object('x'), { $: 'Object', class: 'String', fields: { '[[PrimitiveValue]]': 'x' } }],
    ['a Map', new Map<unknown, unknown>([[{ k: 1 }, 'v']]), { $: 'Map', entries: [[{ k: 1 }, 'v']] }],
    ['a Set', new Set([1, [2]]), { $: 'Set', values: [1, [2]] }],
    ['an instance', new Game(), { $: 'Object', class: 'Game', fields: { board: ['X', null], turn: 'X' } }],
    [
      'no prototype',
      Object.create(null, { a: { value: 1, enumerable: true } }),
      { $: 'Object', class: 'null prototype', fields: { a: 1 } },
    ],
    [
      'an own accessor',
      {
        get a() {
          return 1;
        },
      },
      { a: { $: 'Getter' } },
    ],
    ['a hole', Object.assign(new Array(2), { 1: 1 }), [{ $: 'Undefined', hole: true }, 1]],
    ['a Buffer', Buffer.from('hi'), { $: 'Bytes', class: 'Buffer', byteLength: 2, hex: '6869' }],
    [
      'a view',
      new DataView(new ArrayBuffer(8), 2, 3),
      { $: 'Bytes', class: 'DataView', byteLength: 3, hex: '000000' },
    ],
    ['a buffer', new ArrayBuffer(2), { $: 'Bytes', class: 'ArrayBuffer', byteLength: 2, hex: '0000' }],
    [
      'shared memory',
      new SharedArrayBuffer(1),
      { $: 'Bytes', class: 'SharedArrayBuffer', byteLength: 1, hex: '00' },
    ],
    [
      'floats',
      new Float64Array(1),
      { $: 'Bytes', class: 'Float64Array', byteLength: 8, hex: '0000000000000000' },
    ],
    ['a derived Map', new (class Players extends Map {})(), { $: 'Map', class: 'Players', entries: [] }],
    [
      'a derived array',
      class Board extends Array {}.from(['X']),
      { $: 'Object', class: 'Board', fields: { 0: 'X' } },
    ],
  ])('%s', (_, value, printed) => {
    expect(shown(value)).toEqual(printed);
  });

  it('names the class only where a class of that name is found without running code', () => {
    const Named = Object.defineProperty(class {}, 'name', {
      get: () => {
        throw new Error('was run');
      },
    });
    expect(shown(new Named())).toEqual({ $: 'Object', class: 'Object', fields: {} });
    expect(shown(new (class {})())).toMatchObject({ $: 'Object' });
    expect(shown(Object.create(new Proxy({}, {})))).toEqual({
      $: 'Object',
      class: '(unnamed)',
      fields: {},
    });
  });

  it('shows the first 64 of many bytes', () => {
    const { value, cost } = readState(new Uint8Array(1000).fill(255));
    expect(value).toEqual({ $: 'Bytes', class: 'Uint8Array', byteLength: 1000, hex: 'ff'.repeat(64) });
    expect(cost.truncated).toBe(1);
  });

  it('does not print a BigInt of a million digits', () => {
    expect(shown(1n << 3_000_000n)).toEqual({ $: 'BigInt', text: 'above 2^4096' });
  });
});

describe('keys', () => {
  it('doubles a leading $, and keeps __proto__ an ordinary key', () => {
    const state = JSON.parse('{"$":1,"$id":2,"$$x":3,"__proto__":4}');
    expect(JSON.stringify(shown(state))).toBe('{"$$":1,"$$id":2,"$$$x":3,"__proto__":4}');
  });

  it('prints symbols, told apart by their place where two have one description', () => {
    const state = { a: 1, [Symbol('s')]: 2, [Symbol('t')]: 3, [Symbol('s')]: 4 };
    expect(shown(state)).toEqual({ a: 1, '$Symbol(s)#1': 2, '$Symbol(t)': 3, '$Symbol(s)#3': 4 });
  });

  it('shortens a key of a thousand characters', () => {
    expect(shown({ a: 1, ['k'.repeat(1000)]: 2 })).toEqual({ a: 1, [`$Key(${'k'.repeat(60)}…#1)`]: 2 });
  });

  it('leaves out what is not enumerable', () => {
    expect(shown(Object.defineProperty({ a: 1 }, 'b', { value: 2 }))).toEqual({ a: 1 });
  });
});

describe('cycles and what is shared', () => {
  it('points at the place where it was first met', () => {
    const shared = { x: 1 };
    const state: Record<string, unknown> = { shared, list: [shared], map: new Map([['k', shared]]) };
    state.self = state;
    expect(shown(state)).toEqual({
      shared: { x: 1 },
      list: [{ $: 'Ref', path: '/shared' }],
      map: { $: 'Map', entries: [['k', { $: 'Ref', path: '/shared' }]] },
      self: { $: 'Ref', path: '' },
    });
  });

  it('gives paths that can be asked for', () => {
    const shared = { x: 1 };
    const game = Object.assign(new Game(), {
      players: new Map([['a/b', { '~': shared }]]),
      again: { deep: { er: [shared] } },
    });
    const { value } = readState(game, { depth: 9 });
    const text = JSON.stringify(value);
    expect(text).toContain('{"$":"Ref","path":"/fields/players/entries/0/1/~0"}');
    expect(readState(game, { path: '/fields/players/entries/0/1/~0' }).value).toEqual({ x: 1 });
  });
});

it('gives the same as text', () => {
  const state = { a: [1, new Map([[1, 2]])], token: 'x', b: 'y'.repeat(2000) };
  const read = readState(state);
  const told = JSON.parse(readStateText(state));
  expect(told).toEqual({ ...read, cost: { ...read.cost, us: told.cost.us } });
  expect(read.cost.bytes).toBe(Buffer.byteLength(JSON.stringify(read.value)));
});
