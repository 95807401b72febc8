import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readState } from '../../../agent/inspect/state.ts';
import { diffStates } from '../../../agent/inspect/state-diff.ts';
import { LIMITS } from '../../../protocol/limits.ts';
import type { StateValue } from '../../../protocol/state.ts';

const read = (state: unknown, bounds = {}): StateValue => readState(state, { depth: 6, ...bounds }).value;
const diff = (before: unknown, after: unknown, bounds = {}) =>
  diffStates(read(before, bounds), read(after, bounds));

class Game {
  turn: string;
  board: (string | null)[];
  players: Map<string, unknown>;
  constructor(turn: string, board: (string | null)[], players: [string, unknown][]) {
    this.turn = turn;
    this.board = board;
    this.players = new Map(players);
  }
}

describe('a difference of states', () => {
  it('names what is gone, changed and new by the paths that `state` prints', () => {
    const before = new Game(
      'o',
      ['x', null, 'o'],
      [
        ['x', { name: 'Ann' }],
        ['o', { name: 'Bob' }],
      ],
    );
    const after = new Game('x', ['x', null, null], [['o', { name: 'Bob', seat: 2 }]]);
    expect(diff(before, after)).toEqual({
      gone: 1,
      changed: 2,
      added: 1,
      isPartial: false,
      places: [
        { path: '/fields/turn', change: 'changed', before: 'o', after: 'x' },
        { path: '/fields/board/2', change: 'changed', before: 'o', after: null },
        { path: '/fields/players/entries/0/1', change: 'gone', before: { name: 'Ann' } },
        { path: '/fields/players/entries/0/1/seat', change: 'added', after: 2 },
      ],
    });
  });

  it('takes an object of another class for another one, and a Set for its values', () => {
    expect(diff({ at: new Date(0) }, { at: new Date(1) }).changed).toBe(1);
    expect(diff(new Game('x', [], []), { turn: 'x' })).toMatchObject({ changed: 1, gone: 0, added: 0 });
    expect(diff(new Set(['a', 'b']), new Set(['b', 'c']))).toMatchObject({
      places: [
        { path: '/values/0', change: 'gone', before: 'a' },
        { path: '/values/1', change: 'added', after: 'c' },
      ],
    });
  });

  it('escapes keys as a JSON Pointer does', () => {
    expect(diff({ 'a/b~c': 1 }, {}).places[0]!.path).toBe('/a~1b~0c');
  });

  it('is the whole state where nothing followed', () => {
    expect(diffStates({ a: 1 }, undefined)).toMatchObject({
      gone: 1,
      places: [{ path: '', before: { a: 1 } }],
    });
  });

  it('never says that what was redacted changed, nor what it was', () => {
    const { places, changed } = diff({ password: 'planted-secret-1' }, { password: 'planted-secret-2' });
    expect(changed).toBe(0);
    expect(JSON.stringify(places)).not.toContain('planted');
  });
});

describe('what a look left out', () => {
  it('is not compared, and makes it partial', () => {
    const deep = (value: number) => ({ a: { b: { c: { d: value } } } });
    expect(diff(deep(1), deep(2), { depth: 2 })).toMatchObject({ changed: 0, isPartial: true });
  });

  it('is counted where only the number can tell: 500 waiting, 3 left', () => {
    const before = Array.from({ length: 500 }, (_, at) => at);
    expect(diff(before, [0, 1, 2], { breadth: 64 })).toMatchObject({
      gone: 497,
      changed: 0,
      isPartial: true,
    });
    const players = new Map(before.map((at) => [at, at]));
    expect(diff(players, new Map([[0, 0]]), { breadth: 64 })).toMatchObject({ gone: 499, isPartial: true });
    expect(diff([0], before, { breadth: 64 })).toMatchObject({ gone: 0, added: 499 });
  });
});

it('lists the first places within its bytes, and counts the rest', () => {
  const before = Object.fromEntries(Array.from({ length: 60 }, (_, at) => [`key${at}`, 'x'.repeat(at * 30)]));
  const { gone, places } = diff(before, {});
  expect(gone).toBe(60);
  expect(places.length).toBeLessThanOrEqual(LIMITS.maxLostPlaces);
  expect(JSON.stringify(places).length).toBeLessThanOrEqual(LIMITS.maxLostBytes + places.length + 1);
  const long = diff({ text: 'y'.repeat(5000) }, {}).places[0]!;
  expect(JSON.stringify(long).length).toBeLessThan(700);
});

describe('of any two states', () => {
  const state = fc.anything({
    withMap: true,
    withSet: true,
    withDate: true,
    maxDepth: 4,
    key: fc.constantFrom('a', 'b', 'c'),
  });

  it('the same one has no difference; the other way round gone and new change places', () => {
    fc.assert(
      fc.property(state, state, (a, b) => {
        expect(diff(a, a)).toMatchObject({ gone: 0, changed: 0, added: 0 });
        const [there, back] = [diff(a, b), diff(b, a)];
        expect([there.gone, there.changed, there.added]).toEqual([back.added, back.changed, back.gone]);
      }),
      { numRuns: 500 },
    );
  });
});
