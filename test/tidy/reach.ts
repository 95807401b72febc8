import path from 'node:path';
import { files, importsOf, isBelow, isSource, read, sources } from './sources.ts';

/** Where the parts of Perch begin: what the build, Node or a browser loads by name. */
const ENTRIES = [
  'agent/index.ts',
  'agent/register.ts',
  'agent/observe.ts',
  'agent/attach.ts',
  'agent/stdio.ts',
  'agent/host.ts',
  'agent/hub/main.ts',
  'agent/hub/main-observe.ts',
  'agent/probe/no-acting.ts',
  'agent/supervisor/hosts/thread-runner.ts',
  'agent/supervisor/hosts/process-runner.ts',
  'cli/main.ts',
  'electron/main.ts',
  'electron/preload.ts',
  'renderer/main.tsx',
];
const PRODUCT = ['protocol', 'agent', 'client', 'cli', 'electron', 'renderer'];

/** Sources that nothing uses, each with what to do about it. */
export function deadFiles(): string[] {
  const reached = reach(ENTRIES);
  const byTests = reach(sources.filter((file) => /\.test\.tsx?$/.test(file)));
  return sources.flatMap((file) => {
    if (PRODUCT.some((folder) => isBelow(file, folder))) {
      return reached.has(file) ? [] : [`${file}: no entry of the build reaches it; use it or remove it`];
    }
    if (
      isBelow(file, 'test/fixtures') ||
      isBelow(file, 'examples') ||
      isBelow(file, 'bench') ||
      isBelow(file, 'scripts')
    ) {
      return isNamed(file) ? [] : [`${file}: nothing names it; use it or remove it`];
    }
    if (!isBelow(file, 'test')) return [];
    return byTests.has(file) || isNamed(file) ? [] : [`${file}: no test uses it; use it or remove it`];
  });
}

/** Entries that are no longer there, for the list above. */
export const missingEntries = (): string[] => ENTRIES.filter((entry) => !files.includes(entry));

function reach(entries: readonly string[]): Set<string> {
  const reached = new Set(entries.filter((entry) => files.includes(entry)));
  for (const file of reached) {
    for (const { file: target } of importsOf(file)) {
      if (target !== null && isSource(target) && files.includes(target)) reached.add(target);
    }
  }
  return reached;
}

/** Programs are started by name: `fixtures/blocks-loop`, `new URL('bot.js')`, `tsx scripts/start.ts`. */
function isNamed(file: string): boolean {
  const { name, ext } = path.parse(file);
  const pattern = new RegExp(`(?<![\\w-])${name}(?:\\.(?:ts|js|cts|cjs)|(?=['"\`]))`);
  return everything.some(
    ([other, text]) => other !== file && (ext === '.cts' || isSource(file)) && pattern.test(text),
  );
}

const everything = files
  .filter((file) => /\.(ts|tsx|cts|js|json|html|md|sh)$/.test(file) || file === '.ci/run')
  .filter((file) => file !== 'package-lock.json')
  .map((file): [string, string] => [file, read(file)]);
