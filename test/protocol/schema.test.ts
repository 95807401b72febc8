import { describe, expect, it } from 'vitest';
import { CALLS, isCallName } from '../../protocol/calls.ts';
import { LIMITS } from '../../protocol/limits.ts';
import { boolean, integer, object, oneOf, optional, string } from '../../protocol/schema.ts';

const refusal = (at: string) =>
  expect.objectContaining({ code: 'BAD_CALL', facts: expect.objectContaining({ at }) });

const schema = object({
  name: string(5),
  count: optional(integer(0, 10)),
  mode: oneOf(['a', 'b']),
  on: optional(boolean),
  inner: optional(object({ x: integer(-1, 1) })),
});

it('gives the checked value, and nothing that was not asked for', () => {
  expect(schema({ name: 'x', mode: 'b' }, '')).toStrictEqual({ name: 'x', mode: 'b' });
  const whole = { name: '', count: 0, mode: 'a', on: false, inner: { x: -1 } };
  expect(schema(whole, '')).toStrictEqual(whole);
});

describe('names the place of what it refuses', () => {
  it.each([
    ['a text', 'x', ''],
    ['null', null, ''],
    ['a list', [], ''],
    ['nothing', undefined, ''],
    ['a missing key', { mode: 'a' }, 'name'],
    ['a long text', { name: 'xxxxxx', mode: 'a' }, 'name'],
    ['a word not in the list', { name: 'x', mode: 'toString' }, 'mode'],
    ['a fraction', { name: 'x', mode: 'a', count: 1.5 }, 'count'],
    ['NaN', { name: 'x', mode: 'a', count: Number.NaN }, 'count'],
    ['a number as text', { name: 'x', mode: 'a', count: '1' }, 'count'],
    ['too much', { name: 'x', mode: 'a', count: 11 }, 'count'],
    ['null where it may be left out', { name: 'x', mode: 'a', count: null }, 'count'],
    ['a truthy flag', { name: 'x', mode: 'a', on: 1 }, 'on'],
    ['a place inside', { name: 'x', mode: 'a', inner: { x: 2 } }, 'inner.x'],
  ])('%s', (_, value, at) => expect(() => schema(value, '')).toThrowError(refusal(at)));

  it('an unknown key, with the known ones', () => {
    expect(() => schema({ name: 'x', mode: 'a', nmae: 'y' }, '')).toThrowError(/nmae: no such argument/);
    expect(() => schema(JSON.parse('{"name":"x","mode":"a","__proto__":1}'), '')).toThrowError(/__proto__/);
    expect(() => schema({ name: 'x', mode: 'a', inner: { x: 1, y: 1 } }, '')).toThrowError(/inner\.y/);
  });

  it('a key that is only inherited', () => {
    expect(() => schema(Object.create({ name: 'x', mode: 'a' }), '')).toThrowError(refusal('name'));
  });
});

describe('the call table', () => {
  it('knows its own names only', () => {
    expect(isCallName('state')).toBe(true);
    for (const word of ['toString', '__proto__', 'constructor', '', 'STATE'])
      expect(isCallName(word)).toBe(false);
  });

  it('says of every call what it does and costs', () => {
    for (const row of Object.values(CALLS)) {
      expect(row.does).toMatch(/\.$/);
      expect(row.cost).not.toBe('');
    }
  });

  it('keeps every bound of a state read below its ceiling', () => {
    const state = (args: object) => () => CALLS.state.args({ node: '1.0.1', ...args }, '');
    expect(
      state({ depth: LIMITS.maxStateDepth, breadth: LIMITS.maxStateBreadth, maxBytes: LIMITS.maxStateBytes }),
    ).not.toThrow();
    for (const args of [
      { depth: LIMITS.maxStateDepth + 1 },
      { depth: 0 },
      { breadth: LIMITS.maxStateBreadth + 1 },
      { maxBytes: 255 },
      { from: -1 },
    ]) {
      expect(state(args)).toThrowError(expect.objectContaining({ code: 'BAD_CALL' }));
    }
  });
});
