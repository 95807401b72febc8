import { describe, expect, it } from 'vitest';
import { readState } from '../../../agent/inspect/state.ts';
import { PerchError } from '../../../protocol/errors.ts';
import type { StateValue } from '../../../protocol/state.ts';

class Game {
  board = ['X', null, 'O'];
  fields = { fields: 1 };
  players = new Map<unknown, unknown>([
    ['alice', { score: 3 }],
    [{ id: 7 }, ['as', 'key']],
    ['a/b~c', { deep: [1] }],
  ]);
  seen = new Set([10, { x: 20 }]);
  $id = 4;
  '' = 'empty';
  error = Object.assign(new Error('bad', { cause: { why: 'w' } }), { code: 'E' });
  at = new Date(0);
  text = 'abc';
}
const game = Object.assign(new Game(), { ['k'.repeat(300)]: 'long', [Symbol('turn')]: 'X' });
const at = (path: string) => readState(game, { path }).value;

describe('as printed', () => {
  it.each([
    ['/fields/board/0', 'X'],
    ['/fields/players/entries/0/0', 'alice'],
    ['/fields/players/entries/0/1/score', 3],
    ['/fields/players/entries/1/0/id', 7],
    ['/fields/players/entries/1/1', ['as', 'key']],
    ['/fields/seen/values/1/x', 20],
    ['/fields/$$id', 4],
    ['/fields/$Symbol(turn)', 'X'],
    ['/fields/', 'empty'],
    ['/fields/fields/fields', 1],
    ['/fields/error/fields/code', 'E'],
    ['/fields/error/fields/cause', { why: 'w' }],
    [`/fields/$Key(${'k'.repeat(60)}…#9)`, 'long'],
  ])('%s', (path, value) => expect(at(path)).toEqual(value));

  it('names the container where only its part is named', () => {
    expect(at('/fields/board')).toEqual(['X', null, 'O']);
    expect(at('/fields/seen/values')).toEqual(at('/fields/seen'));
    expect(at('/fields')).toEqual(readState(game).value);
  });
});

describe('shorter, as typed by hand', () => {
  it.each([
    ['/board/2', 'O'],
    ['board/2', 'O'],
    ['/players/alice/score', 3],
    ['/players/a~1b~0c/deep/0', 1],
    ['/seen/1/x', 20],
    ['/$id', 4],
    ['/error/cause/why', 'w'],
  ])('%s', (path, value) => expect(at(path)).toEqual(value));
});

describe('what does not exist', () => {
  it.each([
    ['/nope', ''],
    ['/fields/board/3', '/fields/board'],
    ['/board/00', '/board'],
    ['/board/-1', '/board'],
    ['/board/length', '/board'],
    ['/board/0/0', '/board/0'],
    ['/text/0', '/text'],
    ['/at/iso', '/at'],
    ['/players/entries/9/1', '/players'],
    ['/players/entries/0', '/players'],
    ['/players/entries/0/1/nope/deeper', '/players/entries/0/1'],
    ['/players/bob', '/players'],
    ['/constructor', ''],
    ['/__proto__', ''],
  ])('%s', (path, exists) => {
    try {
      at(path);
      expect.unreachable();
    } catch (thrown) {
      expect(thrown).toBeInstanceOf(PerchError);
      expect(thrown).toMatchObject({ code: 'NO_SUCH_PATH', facts: { exists } });
      expect((thrown as PerchError).message).toContain(path);
    }
  });
});

it('gives at every place of an answer what the answer shows there', () => {
  const whole = readState(game, { depth: 12 }).value;
  let places = 0;
  walk(whole, '', (value, path) => {
    places++;
    const { value: there } = readState(game, { depth: 12, path });
    // Its `Ref`s are told from its own root.
    expect(JSON.stringify(there)).toBe(JSON.stringify(value));
  });
  expect(places).toBeGreaterThan(25);
});

/** Every place of an answer with its pointer: the rules of protocol/state.ts, from the reader's side. */
function walk(value: StateValue, path: string, see: (value: StateValue, path: string) => void): void {
  see(value, path);
  if (Array.isArray(value)) return value.forEach((entry, i) => void walk(entry, `${path}/${i}`, see));
  if (typeof value !== 'object' || value === null) return;
  const fields = (of: Record<string, StateValue>, base: string) => {
    for (const [key, inner] of Object.entries(of))
      walk(inner, `${base}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`, see);
  };
  if (!Object.hasOwn(value, '$')) return fields(value as Record<string, StateValue>, path);
  const tagged = value as unknown as {
    $: string;
    entries: [StateValue, StateValue][];
    values: StateValue[];
    fields?: Record<string, StateValue>;
  };
  if (tagged.$ === 'Map') {
    tagged.entries.forEach(([k, v], i) => {
      walk(k, `${path}/entries/${i}/0`, see);
      walk(v, `${path}/entries/${i}/1`, see);
    });
  } else if (tagged.$ === 'Set') {
    tagged.values.forEach((inner, i) => void walk(inner, `${path}/values/${i}`, see));
  } else if (tagged.fields) fields(tagged.fields, `${path}/fields`);
}
