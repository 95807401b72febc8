import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

export const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');

/** Every file of the repository as it stands, built and fetched ones left out; paths from its root. */
export const files: readonly string[] = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file !== '' && existsSync(path.join(root, file)));

export const isSource = (file: string): boolean => /\.(ts|tsx|cts)$/.test(file) && !file.endsWith('.d.ts');
export const sources = files.filter(isSource);
export const isBelow = (file: string, folder: string): boolean => file.startsWith(`${folder}/`);

export interface Import {
  /** As written: `./act.ts`, `node:fs`, `ssh2`. */
  specifier: string;
  /** For a relative one: the file it names, from the root. */
  file: string | null;
  isTypeOnly: boolean;
}

const IMPORT =
  /\b(?:import|export)\s+(type\s+)?(?:[\w*${}\s,]+?\s+from\s+)?['"]([^'"\n]+)['"]|\b(?:import|require)\(\s*['"]([^'"\n]+)['"]\s*\)/g;

/** What a source imports, also dynamically. */
export function importsOf(file: string): Import[] {
  const text = withoutComments(read(file));
  return [...text.matchAll(IMPORT)].map(([, type, from, dynamic]) => {
    const specifier = (from ?? dynamic)!;
    const isRelative = specifier.startsWith('.');
    const named = isRelative
      ? path.posix.join(path.posix.dirname(file), specifier.replace(/\?\w+$/, ''))
      : null;
    return { specifier, file: named, isTypeOnly: type !== undefined };
  });
}

/** Comments become blanks; texts are left as they are, for a specifier is one. */
export function withoutComments(text: string): string {
  return text.replace(/^\s*\/\*[\s\S]*?\*\/|(?<=[\s;{}(,])\/\/[^\n]*|^\/\/[^\n]*/gm, '');
}
