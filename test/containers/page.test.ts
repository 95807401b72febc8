import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { ROWS } from './rows.ts';

const PAGE = fileURLToPath(new URL('../../docs/containers.md', import.meta.url));
const HEAD = ['| In | works | does not |', '|---|---|---|'];

test('docs/containers.md has the rows that are tested, and no others (UPDATE_DOCS=1 writes them anew)', () => {
  const page = readFileSync(PAGE, 'utf8');
  const begin = page.indexOf(HEAD[0]!);
  const end = page.indexOf('\n\n', begin);
  const table = [
    ...HEAD,
    ...ROWS.map(({ name, works, not }) => `| ${name} | ${works} | ${not || 'Nothing.'} |`),
  ].join('\n');
  if (process.env.UPDATE_DOCS) writeFileSync(PAGE, page.slice(0, begin) + table + page.slice(end));
  else expect(page.slice(begin, end)).toBe(table);
  const here = fileURLToPath(new URL('.', import.meta.url));
  const tests = readdirSync(here)
    .map((name) => readFileSync(here + name, 'utf8'))
    .join('\n');
  const tested = [...tests.matchAll(/^row\('([^']+)'/gm)].map(([, name]) => name);
  expect(tested.toSorted()).toEqual(ROWS.map(({ name }) => name).toSorted());
});
