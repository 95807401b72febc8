import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { RULES } from '../../../client/check/rules.ts';

const page = readFileSync(fileURLToPath(new URL('../../../docs/cli.md', import.meta.url)), 'utf8');

test('docs/cli.md has every rule in its order, with what it looks for', () => {
  const rows = [...page.matchAll(/^\| `([a-z-]+)` \| ([^|]+) \| [^|]+ \|$/gm)].map(([, id, looksFor]) => [
    id,
    looksFor,
  ]);
  expect(rows).toEqual(RULES.map(({ id, looksFor }) => [id, looksFor]));
});
