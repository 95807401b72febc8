import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readState } from '../../../agent/inspect/state.ts';
import type { StateValue } from '../../../protocol/state.ts';

const anything = fc.anything({
  withBigInt: true,
  withDate: true,
  withMap: true,
  withSet: true,
  withNullPrototype: true,
  withObjectString: true,
  withSparseArray: true,
  withTypedArray: true,
  withBoxedValues: true,
  maxDepth: 5,
  key: fc.oneof(fc.string(), fc.constantFrom('$', '$$', '$ref', '__proto__', 'toJSON', 'a/b', '~', '')),
});
const bounds = fc.record({
  depth: fc.integer({ min: 1, max: 12 }),
  breadth: fc.integer({ min: 1, max: 40 }),
  maxBytes: fc.integer({ min: 256, max: 5000 }),
  from: fc.integer({ min: 0, max: 5 }),
  maxMs: fc.constant(10_000),
});

it('reads whatever there is, within its bounds, into valid JSON', () => {
  fc.assert(
    fc.property(anything, bounds, (value, options) => {
      const read = readState(value, options);
      const text = JSON.stringify(read.value);
      expect(Buffer.byteLength(text)).toBe(read.cost.bytes);
      expect(read.cost.bytes).toBeLessThanOrEqual(options.maxBytes);
      expect(depthOf(read.value)).toBeLessThanOrEqual(options.depth);
      const marks = text.match(/"\$":"More"|"more":|"\$":"Text"/g)?.length ?? 0;
      expect(read.cost.truncated).toBeGreaterThanOrEqual(marks);
      expect(text.match(/"\$":"Redacted"/g)?.length ?? 0).toBe(read.cost.redacted);
    }),
    { numRuns: 1000 },
  );
});

it('gives plain JSON back as it was, but for doubled $', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
      const read = readState(value, { depth: 12, breadth: 1000, maxBytes: 1 << 20, maxMs: 10_000 });
      if (read.cost.redacted > 0 || read.cost.truncated > 0) return;
      expect(JSON.stringify(undoubled(read.value))).toBe(JSON.stringify(value));
    }),
    { numRuns: 1000 },
  );
});

/** Levels of containers that were opened. */
function depthOf(value: StateValue): number {
  if (typeof value !== 'object' || value === null) return 0;
  if (Array.isArray(value)) return value.length === 0 ? 0 : 1 + deepest(value);
  if (!Object.hasOwn(value, '$'))
    return Object.keys(value).length === 0 ? 0 : 1 + deepest(Object.values(value));
  const tagged = value as unknown as {
    entries?: StateValue[][];
    values?: StateValue[];
    fields?: Record<string, StateValue>;
  };
  const fields = Object.entries(tagged.fields ?? {}).flatMap(([key, inner]) =>
    key === '[[PrimitiveValue]]' ? [] : [inner],
  );
  const inner = tagged.entries?.flat() ?? tagged.values ?? fields;
  return inner.length === 0 ? 0 : 1 + deepest(inner);
}

const deepest = (values: StateValue[]): number =>
  values.reduce<number>((most, value) => Math.max(most, depthOf(value)), 0);

function undoubled(value: StateValue): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(undoubled);
  if (Object.hasOwn(value, '$')) return (value as { text?: string }).text === '-0' ? -0 : value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key.startsWith('$$') ? key.slice(1) : key,
      undoubled(inner),
    ]),
  );
}
