import { expect, it } from 'vitest';
import { readState } from '../../../agent/inspect/state.ts';

const KiB = 1024;
const patient = { maxMs: 10_000 };

it('answers a state of some 50 MB in at most 64 KiB', () => {
  const rows = Array.from({ length: 200_000 }, (_, id) => ({
    id,
    name: `player number ${id}`,
    moves: [id, id + 1],
    at: { x: id },
  }));
  const state = { rows, byId: new Map(rows.map((row) => [row.id, row])), all: new Set(rows) };
  const read = readState(state, { ...patient, depth: 6, breadth: 1000 });
  expect(read.cost.bytes).toBeLessThanOrEqual(64 * KiB);
  expect(read.cost.bytes).toBeGreaterThan(48 * KiB);
  expect(read.partial).toBe(true);
  expect(read.cost.truncated).toBeGreaterThan(0);
});

it('goes as deep as asked for, and counts what is below', () => {
  const state = { a: { b: { c: [1, 2, 3] } }, list: [[[]]] };
  expect(readState(state, { depth: 1 }).value).toEqual({
    a: { $: 'More', count: 1, of: 'Object' },
    list: { $: 'More', count: 1, of: 'Array' },
  });
  const read = readState(state, { depth: 3 });
  expect(read.value).toEqual({ a: { b: { c: { $: 'More', count: 3, of: 'Array' } } }, list: [[[]]] });
  expect(read).toMatchObject({ partial: false, cost: { truncated: 1 } });
});

it('shows as many entries as asked for, and counts the rest', () => {
  const three = { breadth: 3 };
  const ten = Array.from({ length: 10 }, (_, i) => i);
  class Many {}
  const instance = Object.assign(new Many(), Object.fromEntries(ten.map((i) => [`k${i}`, i])));
  expect(readState(ten, three).value).toEqual([0, 1, 2, { $: 'More', count: 7 }]);
  expect(readState({ ...ten }, three).value).toEqual({ 0: 0, 1: 1, 2: 2, $more: { $: 'More', count: 7 } });
  expect(readState(new Set(ten), three).value).toEqual({ $: 'Set', values: [0, 1, 2], more: 7 });
  expect(readState(new Map(ten.map((i) => [i, i])), three).value).toEqual({
    $: 'Map',
    entries: [
      [0, 0],
      [1, 1],
      [2, 2],
    ],
    more: 7,
  });
  expect(readState(instance, three).value).toEqual({
    $: 'Object',
    class: 'Many',
    fields: { k0: 0, k1: 1, k2: 2 },
    more: 7,
  });
});

it('begins at the entry asked for', () => {
  const ten = Array.from({ length: 10 }, (_, i) => i);
  const page = { from: 8, breadth: 5 };
  expect(readState(ten, page).value).toEqual([8, 9]);
  expect(readState(ten, { from: 4, breadth: 2 }).value).toEqual([4, 5, { $: 'More', count: 4 }]);
  expect(readState(ten, { from: 99 }).value).toEqual([]);
  expect(readState({ list: ten }, { ...page, path: '/list' }).value).toEqual([8, 9]);
  expect(readState(new Set(ten), page).value).toEqual({ $: 'Set', values: [8, 9] });
  expect(readState(new Map(ten.map((i) => [i, 'v'])), page).value).toEqual({
    $: 'Map',
    entries: [
      [8, 'v'],
      [9, 'v'],
    ],
  });
  expect(readState({ ...ten }, page).value).toEqual({ 8: 8, 9: 9 });
  expect(readState('0123456789', { from: 8 }).value).toEqual({ $: 'Text', text: '89', chars: 10 });
});

it.each([256, 300, 1000, 5000])('never gives more than %i bytes', (maxBytes) => {
  const state = {
    text: 'é'.repeat(4000),
    map: new Map([['a'.repeat(100), { b: ['c'.repeat(100)] }]]),
    error: new TypeError('m'.repeat(5000)),
    list: Array.from({ length: 500 }, (_, i) => ({ i })),
  };
  for (const path of ['', '/text', '/map', '/error', '/list']) {
    const { cost, value } = readState(state, { path, maxBytes, depth: 9, breadth: 1000 });
    expect(cost.bytes).toBeLessThanOrEqual(maxBytes);
    expect(Buffer.byteLength(JSON.stringify(value))).toBe(cost.bytes);
  }
});

it('gives more of a text that is asked for itself', () => {
  const text = 'x'.repeat(30_000);
  expect(readState({ text }).value).toEqual({ text: { $: 'Text', text: 'x'.repeat(1000), chars: 30_000 } });
  expect(readState({ text }, { path: '/text' }).value).toBe(text);
  const cut = readState({ text }, { path: '/text', maxBytes: 10_000 }).value as {
    text: string;
    chars: number;
  };
  expect(cut.chars).toBe(30_000);
  expect(cut.text.length).toBeGreaterThan(4000);
});

it('cuts no surrogate pair in two', () => {
  const { value } = readState([`${'x'.repeat(999)}😀…`.padEnd(1100, 'y')]);
  expect(value).toEqual([{ $: 'Text', text: 'x'.repeat(999), chars: 1100 }]);
});

it('stays at the beginning of a chain of 50,000', () => {
  let chain: object = {};
  for (let i = 0; i < 50_000; i++) chain = { chain };
  expect(readState(chain, { depth: 12, ...patient }).cost.bytes).toBeLessThan(300);
});

it('takes next to nothing for a million elements or entries', () => {
  const million = Array.from({ length: 1_000_000 }, (_, i) => i);
  const state = { million, map: new Map(million.map((i) => [i, i])), sparse: new Array(4_000_000_000) };
  readState(state);
  const { cost, partial } = readState(state, patient);
  expect(partial).toBe(false);
  expect(cost.truncated).toBe(3);
  expect(cost.us).toBeLessThan(20_000);
});

it('does not look into a text that may have to be copied whole, until it is asked for', () => {
  const long = 'x'.repeat(300_000);
  expect(readState({ long }).value).toEqual({ long: { $: 'Text', text: '', chars: 300_000 } });
  expect((readState({ long }, { path: '/long' }).value as { text: string }).text.length).toBeGreaterThan(
    10_000,
  );
});

it('lists the keys of a wide object once, then only when it is asked for by its path', () => {
  const wide = Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`k${i}`, i]));
  const state = { wide };
  const first = readState(state, { depth: 2, breadth: 2, ...patient });
  expect(first.value).toEqual({ wide: { k0: 0, k1: 1, $more: { $: 'More', count: 19_998 } } });
  const second = readState(state, { depth: 2, breadth: 2, ...patient });
  expect(second.value).toEqual({ wide: { $: 'More', count: 20_000, of: 'Object' } });
  const asked = readState(state, { path: '/wide', breadth: 1, ...patient });
  expect(asked.value).toEqual({ k0: 0, $more: { $: 'More', count: 19_999 } });
});

it('stops when time is up, and says so; the first 256 entries are always given', () => {
  let now = 0;
  const late = { now: () => now++ * 100, maxMs: 5, depth: 9 };
  const small = readState({ a: [1, 2, { b: 3 }] }, late);
  expect(small).toMatchObject({ value: { a: [1, 2, { b: 3 }] }, partial: false });
  const large = readState(
    Array.from({ length: 100 }, () => Array.from({ length: 100 }, (_, i) => i)),
    late,
  );
  expect(large.partial).toBe(true);
  expect(large.cost.bytes).toBeLessThan(5000);
  expect(JSON.stringify(large.value)).toContain('"$":"More"');
});

it('measures its time with the clock given', () => {
  let now = 10;
  const { cost } = readState({}, { now: () => now++ });
  expect(cost.us).toBe(1000);
});
