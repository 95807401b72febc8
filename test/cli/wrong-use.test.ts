/** What a command can tell to be wrong by itself is told before anybody is connected to. */
import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { findCommand } from '../../cli/commands.ts';
import { openOutput } from '../../cli/output.ts';
import { parse } from '../../cli/parse.ts';

const out = openOutput(
  { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() },
  { json: false, noColor: true, env: {} },
);
const run = async (name: string, ...words: string[]) => {
  const command = await findCommand(name)!.load();
  const { signal } = new AbortController();
  return command.run({ ...parse(name, command, words), out, signal });
};
const ASKED = ['--reason', 'r', '--yes'];

it.each([
  ['audit', ['verify'], 'Expected TARGET, verify TARGET, or verify --file PATH'],
  ['audit', ['verify', 'fra-1', '--file', 'x'], 'Expected TARGET, verify TARGET, or verify --file PATH'],
  ['children', ['fra-1', 'app', '--start', 'a', '--args', '{bad', ...ASKED], '--args is no JSON: {bad'],
  ['children', ['fra-1', 'app', '--args', '{}', ...ASKED], '--args goes with --start'],
  ['children', ['fra-1', 'app', '--start', 'a', '--delete', 'a', ...ASKED], '--start and --delete at once'],
  ['kill', ['fra-1', 'app', '--hold', '5', ...ASKED], '--hold goes with --probe'],
  ['kill', ['fra-1', 'app', '--probe-every', '50', ...ASKED], '--probe-every goes with --probe'],
  ['kill', ['fra-1', 'app', '--every', '50', ...ASKED], '--every goes with --times'],
])('%s %j', async (name, words, message) => {
  await expect(run(name, ...words)).rejects.toMatchObject({ code: 'BAD_USAGE', message });
});
