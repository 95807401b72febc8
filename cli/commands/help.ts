import { nearest } from '../../client/nearest.ts';
import { PerchError } from '../../protocol/errors.ts';
import { command } from '../command.ts';
import { COMMANDS, findCommand } from '../commands.ts';
import { helpText, overview } from '../help.ts';

export const help = command({
  args: [{ name: 'COMMAND', does: 'The command to read about.', isOptional: true }],
  options: {},
  about: 'Lists the commands, or says what one of them does and takes.',
  json: '{help}',
  examples: ['help', 'help kill'],
  async run({ args, out }) {
    const row = args.COMMAND === undefined ? null : findCommand(args.COMMAND);
    if (row === undefined) throw unknownCommand(args.COMMAND!);
    const words = row === null ? overview(COMMANDS) : helpText(row, await row.load());
    out.text(words);
    out.document({ help: words });
    return 0;
  },
});

export function unknownCommand(name: string): PerchError {
  const near = nearest(
    name,
    COMMANDS.map((row) => row.name),
  )[0];
  const guess = near === undefined ? '' : ` Did you mean \`perch ${near}\`?`;
  return new PerchError('BAD_USAGE', `There is no command "${name}".${guess}`, {
    command: name,
    commands: COMMANDS.map((row) => row.name),
  });
}
