import { describe, expect, it } from 'vitest';
import {
  asPerchError,
  ERRORS,
  type ErrorCode,
  type ErrorDocument,
  PerchError,
} from '../../protocol/errors.ts';

it('travels and comes back the same', () => {
  const error = new PerchError('GONE', 'It has ended', { id: '1.0.2' });
  const back = PerchError.fromDocument(JSON.parse(JSON.stringify(error.toDocument())) as ErrorDocument);
  expect(back).toBeInstanceOf(PerchError);
  expect(back).toMatchObject({
    name: 'PerchError',
    code: 'GONE',
    message: 'It has ended',
    facts: { id: '1.0.2' },
  });
  expect(back.mend).toBe(ERRORS.GONE.mend);
});

it('keeps a code that this side does not know among its facts', () => {
  for (const code of ['FROM_THE_FUTURE', 'toString', '__proto__'] as string[] as ErrorCode[]) {
    const error = PerchError.fromDocument({ code, message: 'm', facts: { a: 1 } });
    expect(error).toMatchObject({ code: 'INTERNAL', message: 'm', facts: { a: 1, code } });
    expect(error.mend).toBe(ERRORS.INTERNAL.mend);
  }
});

describe('anything thrown becomes one', () => {
  it.each([
    ['an Error', new TypeError('bad'), 'bad'],
    ['a text', 'bad', 'bad'],
    ['nothing', undefined, 'undefined'],
  ])('%s', (_, thrown, message) => {
    const error = asPerchError(thrown);
    expect(error).toMatchObject({ code: 'INTERNAL', message });
    expect(error.cause).toBe(thrown);
  });

  it('and one of them stays itself', () => {
    const error = new PerchError('BUSY', 'Too much');
    expect(asPerchError(error)).toBe(error);
  });
});

it('says of every code how to go on, with an exit code that the CLI documents', () => {
  for (const [code, { exit, mend }] of Object.entries(ERRORS)) {
    expect(code).toMatch(/^[A-Z][A-Z_]+$/);
    expect([1, 2, 3, 4, 5, 6, 7]).toContain(exit);
    expect(mend).toMatch(/^[A-Z].*\.$/);
  }
});
