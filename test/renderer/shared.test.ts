import { expect, test } from 'vitest';
import { shared } from '../../renderer/store/shared.ts';

test('what says the same is the same object, what differs is new with all that holds it', () => {
  const before = {
    rows: [
      { key: 'a', more: { at: 1 } },
      { key: 'b', more: { at: 1 } },
    ],
    none: null as unknown,
  };
  const after = structuredClone(before);
  expect(shared(before, after)).toBe(before);
  const changed = structuredClone(before);
  changed.rows[1]!.more.at = 2;
  const next = shared(before, changed);
  expect(next).toEqual(changed);
  expect(next).not.toBe(before);
  expect(next.rows[0]).toBe(before.rows[0]);
  expect(next.rows[1]).not.toBe(before.rows[1]);
});

test('a list that became shorter or longer, a field that went or came, and another kind of thing are changes', () => {
  expect(shared<unknown>([1, 2], [1])).toEqual([1]);
  expect(shared<unknown>([1], [1, 2])).toEqual([1, 2]);
  expect(shared<unknown>({ a: 1, b: undefined }, { a: 1 })).toStrictEqual({ a: 1 });
  expect(shared<unknown>({ a: 1 }, { b: undefined })).toStrictEqual({ b: undefined });
  expect(shared<unknown>([], {})).toEqual({});
  expect(shared<unknown>(null, { a: 1 })).toEqual({ a: 1 });
});
