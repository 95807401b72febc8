import { PerchError } from './errors.ts';

/**
 * A small schema: a function from `unknown` to a checked value, or a BAD_CALL error that names the place.
 * Unknown keys of an object are refused: a misspelt option must not be silently ignored.
 */
export type Schema<T> = ((value: unknown, at: string) => T) & {
  /** What it takes, for docs/protocol.md. */
  words?: string;
};

export type Infer<S> = S extends Schema<infer T> ? T : never;

const OPTIONAL = Symbol('optional');
type OptionalSchema<T> = Schema<T | undefined> & { [OPTIONAL]: true };

type Shape = Record<string, Schema<unknown>>;
type OptionalKeys<S extends Shape> = {
  [K in keyof S]: S[K] extends { [OPTIONAL]: true } ? K : never;
}[keyof S];
type ObjectOf<S extends Shape> = { [K in Exclude<keyof S, OptionalKeys<S>>]: Infer<S[K]> } & {
  [K in OptionalKeys<S>]?: Infer<S[K]>;
};

function refuse(at: string, wanted: string, value: unknown): never {
  const got = value === null ? 'null' : Array.isArray(value) ? 'an array' : typeof value;
  throw new PerchError('BAD_CALL', `${at || 'arguments'}: expected ${wanted}, got ${got}`, { at, wanted });
}

function told<T>(words: string, check: Schema<T>): Schema<T> {
  return Object.assign(check, { words });
}

export function string(maxChars = 4096): Schema<string> {
  return told(`text of at most ${maxChars} characters`, (value, at) => {
    if (typeof value !== 'string') refuse(at, 'a string', value);
    if (value.length > maxChars) {
      throw new PerchError('BAD_CALL', `${at}: longer than ${maxChars} characters`, { at, maxChars });
    }
    return value;
  });
}

export function integer(min: number, max: number): Schema<number> {
  return told(`integer from ${min} to ${max}`, (value, at) => {
    if (typeof value !== 'number' || !Number.isInteger(value)) refuse(at, 'an integer', value);
    if (value < min || value > max) {
      throw new PerchError('BAD_CALL', `${at}: ${value} is not between ${min} and ${max}`, { at, min, max });
    }
    return value;
  });
}

export const boolean: Schema<boolean> = told('true or false', (value, at) =>
  typeof value === 'boolean' ? value : refuse(at, 'true or false', value),
);

export function oneOf<const W extends readonly string[]>(words: W): Schema<W[number]> {
  const wanted = `one of ${words.join(', ')}`;
  return told(wanted, (value, at) =>
    typeof value === 'string' && words.includes(value) ? value : refuse(at, wanted, value),
  );
}

export function list<T>(inner: Schema<T>, maxEntries: number): Schema<T[]> {
  return told(`at most ${maxEntries} times ${inner.words}`, (value, at) => {
    if (!Array.isArray(value) || value.length > maxEntries) {
      refuse(at, `an array of at most ${maxEntries}`, value);
    }
    return (value as unknown[]).map((each, index) => inner(each, `${at}.${index}`));
  });
}

export function optional<T>(inner: Schema<T>): OptionalSchema<T> {
  const schema: Schema<T | undefined> = (value, at) => (value === undefined ? undefined : inner(value, at));
  return Object.assign(schema, { [OPTIONAL]: true as const, words: `optional, ${inner.words}` });
}

export function object<S extends Shape>(shape: S): Schema<ObjectOf<S>> {
  const keys = Object.keys(shape);
  const words = keys.map((key) => `\`${key}\` (${shape[key]!.words})`).join(', ') || 'none';
  return told(words, (value, at) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) refuse(at, 'an object', value);
    for (const key of Object.keys(value)) {
      if (!Object.hasOwn(shape, key)) {
        throw new PerchError('BAD_CALL', `${at ? `${at}.` : ''}${key}: no such argument`, {
          at,
          known: keys,
        });
      }
    }
    const checked: Record<string, unknown> = {};
    for (const key of keys) {
      const own = Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
      const result = shape[key]!(own, at ? `${at}.${key}` : key);
      if (result !== undefined) checked[key] = result;
    }
    return checked as ObjectOf<S>;
  });
}
