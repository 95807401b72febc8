import { commandsUnderWay } from '../client/via/under-way.ts';
import { asPerchError, ERRORS, PerchError } from '../protocol/errors.ts';
import { PERCH_VERSION } from '../protocol/version.ts';
import type { Invocation } from './command.ts';
import { COMMANDS, findCommand } from './commands.ts';
import { helpText, overview } from './help.ts';
import { type Output, openOutput } from './output.ts';
import { parse } from './parse.ts';

/** `perch`: argument one names the command; the rest is its own. Ends with the command's exit code. */
async function main(words: readonly string[]): Promise<number> {
  const out = openOutput(process, {
    json: words.includes('--json'),
    noColor: words.includes('--no-color'),
    env: process.env,
  });
  try {
    return await dispatch(words, out);
  } catch (thrown) {
    return report(asPerchError(thrown), splitName(words).name, out);
  }
}

async function dispatch(words: readonly string[], out: Output): Promise<number> {
  const { name, rest } = splitName(words);
  if (name === '--version') {
    out.text(PERCH_VERSION);
    out.document({ version: PERCH_VERSION });
    return 0;
  }
  if (name === undefined || name === '--help' || name === '-h') {
    const words = overview(COMMANDS);
    if (name !== undefined) return say(words, out);
    const error = new PerchError('BAD_USAGE', 'A command is missing');
    out.document({ error: error.toDocument() });
    out.note(words);
    return ERRORS.BAD_USAGE.exit;
  }
  const row = findCommand(name);
  if (!row) throw (await import('./commands/help.ts')).unknownCommand(name);
  const command = await row.load();
  const { args, options } = parse(name, command, rest);
  if (options.help) {
    return say(helpText(row, command), out);
  }
  const call: Invocation = { args, options, out, signal: interrupted() };
  return command.run(call);
}

function say(help: string, out: Output): number {
  out.text(help);
  out.document({ help });
  return 0;
}

/** The command's name, and the rest; flags such as `--json` may stand before it. */
function splitName(words: readonly string[]): { name: string | undefined; rest: string[] } {
  const flags = new Set(['--json', '--no-color']);
  const at = words.findIndex((word) => !flags.has(word));
  return { name: words[at], rest: words.filter((_, index) => index !== at) };
}

/** One Ctrl-C can arrive twice: from the terminal, and passed on by npm or npx. */
const ECHO_MS = 500;

/** The first Ctrl-C asks the command to end; a second one does not ask. */
function interrupted(): AbortSignal {
  const controller = new AbortController();
  let askedAt = 0;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      const isSecond = controller.signal.aborted && performance.now() - askedAt > ECHO_MS;
      if (isSecond) process.exit(signal === 'SIGINT' ? 130 : 143);
      if (!controller.signal.aborted) askedAt = performance.now();
      controller.abort(signal);
    });
  }
  return controller.signal;
}

/** The error as a document under `--json`, always in words on stderr. */
function report(error: PerchError, name: string | undefined, out: Output): number {
  out.document({ error: error.toDocument() });
  out.note(`perch: ${error.message}`);
  if (typeof error.facts.usage === 'string') out.note(`Usage: ${error.facts.usage}`);
  out.note(name && findCommand(name) ? error.mend.replace('help COMMAND', `help ${name}`) : error.mend);
  if (error.code === 'INTERNAL' && process.env.PERCH_DEBUG) out.note(String(error.cause ?? error.stack));
  return ERRORS[error.code].exit;
}

// A reader that went away (`perch tree … | head`) is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

process.exitCode = await main(process.argv.slice(2));
await Promise.all(commandsUnderWay);
// What still listens (a socket half closed, a watcher) must not keep a finished command alive.
process.stdout.write('', () => process.stderr.write('', () => process.exit()));
