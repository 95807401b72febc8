import path from 'node:path';

/** What to call a process: a Node program by its script's file without the ending, another by its command. */
export function processName(argv: readonly string[]): string {
  const command = path.basename(argv[0] ?? 'process');
  if (!/^node/.test(command)) return command;
  for (let at = 1; at < argv.length; at++) {
    const word = argv[at]!;
    if (WITH_VALUE.has(word)) at++;
    else if (!word.startsWith('-')) return path.basename(word).replace(/\.[cm]?[jt]s$/, '');
  }
  return command;
}

/** Options of node that take the next word as their value. */
const WITH_VALUE = new Set([
  '-r',
  '--require',
  '--import',
  '--loader',
  '--experimental-loader',
  '-C',
  '--conditions',
  '-e',
  '--eval',
]);
