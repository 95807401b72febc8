import { nearest } from '../../client/nearest.ts';
import { PerchError } from '../../protocol/errors.ts';
import { command } from '../command.ts';
import { COMMANDS, findCommand } from '../commands.ts';
import { helpText, overview } from '../help.ts';

export const help = command({
  args: [{ name: 'COMMAND', does: 'The command to read about.', isOptional: true }],
  options: {},
  about: 'Lists the commands, or says what one of them does and takes.',
  examples: ['help', 'help kill'],
  async run({ args, out }) {
    if (args.COMMAND === undefined) {
      out.text(overview(COMMANDS));
      return 0;
    }
    const row = findCommand(args.COMMAND);
    if (!row) throw unknownCommand(args.COMMAND);
    out.text(helpText(row, await row.load()));
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
