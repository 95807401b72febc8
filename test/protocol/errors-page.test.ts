import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { ERRORS } from '../../protocol/errors.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const PAGE = `${root}docs/errors.md`;
const HEAD = ['| Code | Exit | When | What to do |', '|---|---|---|---|'];

/** The rows of the page's table: code → what it says about when it comes, the only part written there by hand. */
function readWhens(page: string): Map<string, string> {
  const rows = page.split('\n').filter((line) => /^\| `[A-Z_]+` \|/.test(line));
  return new Map(
    rows.map((row) => {
      const [, code, , when] = row.split(/(?<!\\)\|/).map((cell) => cell.trim());
      return [code!.slice(1, -1), when!];
    }),
  );
}

function tableOf(whens: ReadonlyMap<string, string>): string {
  const rows = Object.entries(ERRORS).map(
    ([code, { exit, mend }]) =>
      `| \`${code}\` | ${exit} | ${whens.get(code) ?? ''} | ${mend.replaceAll('|', '\\|')} |`,
  );
  return [...HEAD, ...rows].join('\n');
}

it('docs/errors.md has every error as the code has it (UPDATE_DOCS=1 writes it anew), and says when it comes', () => {
  const page = readFileSync(PAGE, 'utf8');
  const whens = readWhens(page);
  const begin = page.indexOf(HEAD[0]!);
  const end = page.indexOf('\n\n', begin);
  const table = page.slice(begin, end < 0 ? undefined : end).trimEnd();
  if (process.env.UPDATE_DOCS)
    writeFileSync(
      PAGE,
      page.replace(table, () => tableOf(whens)),
    );
  else expect(table).toBe(tableOf(whens));
  expect(Object.keys(ERRORS).filter((code) => !whens.get(code))).toEqual([]);
});

/** Sources below a folder, without what was built or fetched. */
function sources(folder: string): string[] {
  return readdirSync(`${root}${folder}`, { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return ['node_modules', 'dist'].includes(entry.name) ? [] : sources(path);
    return /\.tsx?$/.test(path) ? [readFileSync(`${root}${path}`, 'utf8')] : [];
  });
}

const unnamed = (texts: string[]) => {
  const whole = texts.join('\n');
  return Object.keys(ERRORS).filter((code) => !new RegExp(`['"\`]${code}['"\`]`).test(whole));
};

it('every error is expected by a test', () => {
  const tests = readdirSync(`${root}test`, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(unnamed(tests.flatMap(({ name }) => (name === 'protocol' ? [] : sources(`test/${name}`))))).toEqual(
    [],
  );
});

it('every error is made somewhere', () => {
  const made = ['protocol', 'agent', 'client', 'cli', 'electron'].flatMap(sources);
  expect(unnamed(made)).toEqual([]);
});
