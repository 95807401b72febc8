import { isDeepStrictEqual } from 'node:util';

/** A unit test that was declared. */
export interface Found {
  name: string;
  run: () => unknown;
}

/**
 * As much of vitest as the unit tests of the decisions use, so that they can be run against hundreds of mutants in
 * one process.
 */
export function vitestOf(found: (test: Found) => void): Record<string, unknown> {
  const names: string[] = [];
  const test = (name: string, run: () => unknown) => found({ name: [...names, name].join(' › '), run });
  test.each = (rows: readonly unknown[]) => (name: string, run: (...row: unknown[]) => unknown) => {
    for (const row of rows) test(`${name} ${row}`, () => run(...(Array.isArray(row) ? row : [row])));
  };
  const describe = (name: string, declare: () => void) => {
    names.push(name);
    declare();
    names.pop();
  };
  const nothing = () => {};
  // Tests that need more than this fail on the decisions as they are, and are left out.
  return {
    test,
    it: test,
    describe,
    expect,
    vi: { setConfig: nothing },
    beforeEach: nothing,
    afterEach: nothing,
  };
}

function expect(got: unknown, why = '') {
  const check = (holds: boolean, expected: unknown): void => {
    if (!holds) throw new Error(`${why} expected ${JSON.stringify(expected)}, got ${JSON.stringify(got)}`);
  };
  return {
    toBe: (expected: unknown) => check(Object.is(got, expected), expected),
    toEqual: (expected: unknown) => check(isDeepStrictEqual(got, expected), expected),
    toMatchObject: (expected: object) => check(holdsIn(got, expected), expected),
    toBeDefined: () => check(got !== undefined, 'something'),
    toBeGreaterThan: (least: number) => check((got as number) > least, least),
    toBeLessThan: (most: number) => check((got as number) < most, most),
    toBeLessThanOrEqual: (most: number) => check((got as number) <= most, most),
    not: { toContain: (one: unknown) => check(!(got as unknown[]).includes(one), one) },
  };
}

function holdsIn(got: unknown, expected: unknown): boolean {
  if (typeof expected !== 'object' || expected === null) return Object.is(got, expected);
  if (typeof got !== 'object' || got === null) return false;
  return Object.entries(expected).every(([key, value]) =>
    holdsIn((got as Record<string, unknown>)[key], value),
  );
}
