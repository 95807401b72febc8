import { parseArgs } from 'node:util';
import { PerchError } from '../protocol/errors.ts';
import { type Command, EVERYWHERE, type OptionSpec } from './command.ts';
import { usage } from './help.ts';

export interface Parsed {
  args: Record<string, string | undefined>;
  options: Record<string, unknown>;
}

/** What was typed after the command's name, by its table. Throws BAD_USAGE that names the mistake and the usage. */
export function parse(name: string, command: Command, words: readonly string[]): Parsed {
  const table: Record<string, OptionSpec> = { ...EVERYWHERE, ...command.options };
  const wrong = (message: string, cause?: unknown) =>
    new PerchError('BAD_USAGE', message, { command: name, usage: usage(name, command) }, cause);
  const { values, positionals } = split(table, words, wrong);
  const options: Record<string, unknown> = {};
  for (const [key, spec] of Object.entries(table)) options[key] = optionValue(key, spec, values[key], wrong);
  if (options.help) return { args: {}, options };
  const args = argValues(command, positionals, wrong);
  for (const [key, spec] of Object.entries(table)) {
    const isExcused = spec.kind === 'text' && spec.unless !== undefined && options[spec.unless] === true;
    if (spec.kind === 'text' && spec.isRequired && !isExcused && !values[key])
      throw wrong(`--${key} ${spec.value} is missing`);
  }
  return { args, options };
}

type Wrong = (message: string, cause?: unknown) => PerchError;

function split(table: Record<string, OptionSpec>, words: readonly string[], wrong: Wrong) {
  try {
    return parseArgs({
      args: [...words],
      allowPositionals: true,
      strict: true,
      options: Object.fromEntries(
        Object.entries(table).map(([key, spec]) => [
          key,
          {
            type: spec.kind === 'flag' ? 'boolean' : 'string',
            multiple: spec.kind === 'texts',
          } as const,
        ]),
      ),
    });
  } catch (cause) {
    const [, option] = /^Option '(--[\w-]+).*' argument is ambiguous/.exec((cause as Error).message) ?? [];
    if (option)
      throw wrong(`${option} needs a value; one that begins with a dash is written ${option}=VALUE`, cause);
    // Node's own sentence names the option; what follows its first sentence is advice for programmers.
    throw wrong((cause as Error).message.split(/\. To specify|\n/)[0]!, cause);
  }
}

function optionValue(
  key: string,
  spec: OptionSpec,
  value: string | boolean | (string | boolean)[] | undefined,
  wrong: Wrong,
): unknown {
  if (spec.kind === 'flag') return value === true;
  if (value === undefined || spec.kind === 'text' || spec.kind === 'texts') return value;
  const number = Number(value);
  if (!/^\d+$/.test(String(value)) || number < spec.min || number > spec.max) {
    throw wrong(`--${key} takes a whole number from ${spec.min} to ${spec.max}, not "${value}"`);
  }
  return number;
}

function argValues(
  command: Command,
  words: readonly string[],
  wrong: Wrong,
): Record<string, string | undefined> {
  const args: Record<string, string | undefined> = {};
  for (const [index, spec] of command.args.entries()) {
    const word = words[index];
    if (word === undefined) {
      if (spec.isOptional) continue;
      throw wrong(`${spec.oneOf ? spec.oneOf.join(' or ') : spec.name} is missing`);
    }
    if (spec.oneOf && !spec.oneOf.includes(word)) {
      throw wrong(`Expected ${spec.oneOf.join(' or ')}, not "${word}"`);
    }
    args[spec.name] = word;
  }
  const extra = words[command.args.length];
  if (extra !== undefined) throw wrong(`"${extra}" is one argument too many`);
  return args;
}
