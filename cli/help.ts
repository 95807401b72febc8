import { type Command, EVERYWHERE, type OptionSpec } from './command.ts';
import type { CommandRow } from './commands.ts';

/** `perch kill TARGET NODE --reason TEXT [options]`: one line. */
export function usage(name: string, command: Command): string {
  const args = command.args.map((arg) => {
    const word = arg.oneOf ? arg.oneOf.join('|') : arg.name;
    return arg.isOptional ? `[${word}]` : word;
  });
  const required = Object.entries(command.options).flatMap(([key, spec]) =>
    spec.kind === 'text' && spec.isRequired ? [`--${key} ${spec.value}`] : [],
  );
  return ['perch', name, ...args, ...required, '[options]'].join(' ');
}

/** `perch help`: every command in one line, and where to read on. */
export function overview(rows: readonly CommandRow[]): string {
  const width = Math.max(...rows.map((row) => row.name.length));
  return [
    'perch: look into running Node services',
    '',
    'Usage: perch COMMAND [arguments] [options]',
    '',
    ...rows.map((row) => `  ${row.name.padEnd(width)}  ${row.summary}`),
    '',
    '`perch help COMMAND` says what it takes. `perch --version` prints the version.',
  ].join('\n');
}

/** `perch help COMMAND`, at most 80 columns wide. */
export function helpText(row: CommandRow, command: Command): string {
  const args = command.args.filter((arg) => !arg.oneOf).map((arg): [string, string] => [arg.name, arg.does]);
  return [
    `Usage: ${usage(row.name, command)}`,
    '',
    ...wrap(command.about, 80),
    ...section('Arguments', args),
    ...section('Options', optionRows(command.options)),
    ...section('Everywhere', optionRows(EVERYWHERE)),
    ...(command.json ? ['', 'With --json:', ...wrap(command.json, 78).map((line) => `  ${line}`)] : []),
    ...(command.examples.length > 0
      ? ['', 'Examples:', ...command.examples.map((line) => `  perch ${line}`)]
      : []),
  ].join('\n');
}

export function optionRows(options: Record<string, OptionSpec>): [string, string][] {
  return Object.entries(options).map(([key, spec]) => [
    spec.kind === 'flag' ? `--${key}` : `--${key} ${spec.value}`,
    spec.does,
  ]);
}

function section(title: string, rows: readonly [string, string][]): string[] {
  if (rows.length === 0) return [];
  const width = Math.max(...rows.map(([left]) => left.length));
  return [
    '',
    `${title}:`,
    ...rows.flatMap(([left, right]) =>
      wrap(right, 80 - width - 4).map(
        (line, index) => `  ${(index === 0 ? left : '').padEnd(width)}  ${line}`,
      ),
    ),
  ];
}

/** Words in lines of at most `columns`; a longer word keeps a line of its own. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return line === '' ? lines : [...lines, line];
}
