import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { CONNECTION, type Command, EVERYWHERE } from '../../cli/command.ts';
import { COMMANDS, type CommandRow } from '../../cli/commands.ts';
import { optionRows, usage } from '../../cli/help.ts';

const file = fileURLToPath(new URL('../../docs/cli.md', import.meta.url));

it('docs/cli.md says what the tables say', async () => {
  const head = /^(?:.*\n)*?<!-- From here on.*-->\n/.exec(readFileSync(file, 'utf8'))![0];
  const sections = await Promise.all(COMMANDS.map(async (row) => section(row, await row.load())));
  await expect(`${head}\n${[shared(), ...sections].join('\n\n')}\n`).toMatchFileSnapshot(file);
});

function shared(): string {
  return [
    '## Commands',
    'Every command takes:',
    rows(optionRows(EVERYWHERE)),
    'Those that connect take:',
    rows(optionRows(CONNECTION)),
  ].join('\n\n');
}

function section(row: CommandRow, command: Command): string {
  const own = Object.fromEntries(Object.entries(command.options).filter(([key]) => !(key in CONNECTION)));
  return [
    `### ${row.name}`,
    `\`${usage(row.name, command)}\``,
    command.about,
    ...(Object.keys(own).length > 0 ? [rows(optionRows(own))] : []),
    ...(command.json ? [`JSON: \`${command.json}\``] : []),
    ['```', ...command.examples.map((example) => `perch ${example}`), '```'].join('\n'),
  ].join('\n\n');
}

function rows(options: [string, string][]): string {
  return options.map(([name, does]) => `- \`${name}\`: ${does}`).join('\n');
}
