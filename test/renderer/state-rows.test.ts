import { describe, expect, test } from 'vitest';
import type { StateValue } from '../../protocol/state.ts';
import { preview, type StateView, stateRows } from '../../renderer/inspect/state-rows.ts';

const shut: StateView = { open: new Map(), parts: new Map() };
const line = (value: StateValue, view: Partial<StateView> = {}) =>
  stateRows(value, { ...shut, ...view }).map(({ level, label, text }) =>
    `${' '.repeat(level - 1)}${label}: ${text}`.replaceAll(/[\u202f\u00a0]/g, ' '),
  );

test('a game is lines of its fields; small containers are open', () => {
  const game: StateValue = {
    $: 'Object',
    class: 'Game',
    fields: {
      turn: 'X',
      board: ['X', null],
      players: { $: 'Map', entries: [['X', { name: 'Ann', token: { $: 'Redacted' } }]] },
    },
  };
  expect(line(game)).toEqual([
    'turn: "X"',
    'board: Array, 2 entries',
    ' 0: "X"',
    ' 1: null',
    'players: Map, 1 entry',
    ' X: { name: "Ann", token: hidden }',
  ]);
});

test('paths are the pointers that the agent prints, escaped', () => {
  const value: StateValue = {
    'a/b~c': [1],
    $$id: 2,
    map: { $: 'Map', entries: [[{ k: 1 }, { x: 3 }]] },
    set: { $: 'Set', values: ['y'] },
    thing: { $: 'Object', class: 'Thing', fields: { z: 1 } },
  };
  expect(stateRows(value, shut).map(({ path, label }) => [path, label])).toEqual([
    ['/a~1b~0c', 'a/b~c'],
    ['/a~1b~0c/0', '0'],
    ['/$$id', '$id'],
    ['/map', 'map'],
    ['/map/entries/0/1', '{ k: 1 }'],
    ['/set', 'set'],
    ['/set/values/0', '0'],
    ['/thing', 'thing'],
    ['/thing/fields/z', 'z'],
  ]);
});

describe('what was not walked', () => {
  test('is asked for by its path, and shown in its place once it is there', () => {
    const value: StateValue = { deep: { $: 'More', count: 3, of: 'Map' } };
    expect(stateRows(value, shut)).toMatchObject([
      { path: '/deep', asks: 'content', isOpen: false, text: expect.stringContaining('Map') },
    ]);
    const parts = new Map<string, StateValue>([['/deep', { $: 'Set', values: [7] }]]);
    expect(line(value, { parts, open: new Map([['/deep', true]]) })).toEqual(['deep: Set, 1 value', ' 0: 7']);
  });

  test.each([
    ['an array', [1, { $: 'More', count: 40 }], ''],
    ['an object', { a: 1, $more: { $: 'More', count: 40 } }, ''],
    ['a class', { $: 'Object', class: 'A', fields: { a: 1 }, more: 40 }, '/fields'],
  ] as [string, StateValue, string][])('of %s is a line that asks for the rest', (_name, value) => {
    expect(stateRows(value, shut).at(-1)).toMatchObject({
      path: '',
      asks: 'rest',
      text: expect.stringMatching(/^40\smore$/),
    });
  });
});

test('opening and closing by hand wins over what is open by itself', () => {
  const value: StateValue = { few: [1], many: Array.from({ length: 30 }, () => 0) };
  expect(line(value)).toHaveLength(3);
  expect(line(value, { open: new Map([['/few', false]]) })).toHaveLength(2);
  expect(line(value, { open: new Map([['/many', true]]) })).toHaveLength(33);
});

test.each([
  [{ $: 'Undefined' }, 'undefined'],
  [{ $: 'Number', text: '-0' }, '-0'],
  [{ $: 'BigInt', text: '12' }, '12n'],
  [{ $: 'Date', iso: null }, 'invalid date'],
  [{ $: 'Function', name: 'play' }, 'function play'],
  [{ $: 'Error', class: 'TypeError', message: 'no', stack: '' }, 'TypeError: no'],
  [{ $: 'Bytes', class: 'Buffer', byteLength: 2048, hex: '00ff' }, 'Buffer, 2.0 KB  00ff'],
  [{ $: 'Redacted' }, 'hidden'],
  [{ $: 'Getter' }, 'getter, not run'],
  [{ $: 'Ref', path: '' }, 'the same as the whole'],
  [{ $: 'Text', text: 'ab', chars: 5000 }, '"ab"  5,000 characters'],
  [{}, '{}'],
  [[], '[]'],
] as [StateValue, string][])('%j reads %s', (value, text) => {
  expect(preview(value).text.replaceAll(/[\u202f\u00a0]/g, ' ')).toBe(text);
});

test('a preview stays short', () => {
  const wide: StateValue = Array.from({ length: 1000 }, () => 'a word');
  expect(preview(wide).text.length).toBeLessThan(90);
  expect(preview('x'.repeat(5000)).text.length).toBeLessThan(80);
});
