import { describe, expect, it } from 'vitest';
import { command } from '../../cli/command.ts';
import { parse } from '../../cli/parse.ts';
import type { PerchError } from '../../protocol/errors.ts';

const sample = command({
  args: [
    { name: 'VERB', does: 'what', oneOf: ['up', 'down'] },
    { name: 'ENV', does: 'where', isOptional: true },
  ],
  options: {
    reason: { kind: 'text', value: 'TEXT', does: 'why', isRequired: true },
    depth: { kind: 'integer', value: 'N', does: 'how far', min: 1, max: 9 },
    yes: { kind: 'flag', does: 'sure' },
  },
  about: '',
  examples: [],
  run: async () => 0,
});

const read = (...words: string[]) => parse('sample', sample, words);
function failure(...words: string[]): PerchError {
  try {
    read(...words);
  } catch (error) {
    return error as PerchError;
  }
  throw new Error('it was read');
}

it('an option may be given several times, and one that is needed be excused by another', () => {
  const measured = command({
    args: [],
    options: {
      probe: { kind: 'texts', value: 'URL', does: 'what' },
      'dry-run': { kind: 'flag', does: 'only look' },
      reason: { kind: 'text', value: 'TEXT', does: 'why', isRequired: true, unless: 'dry-run' },
    },
    about: '',
    examples: [],
    run: async () => 0,
  });
  const words = ['--probe', 'a', '--probe', 'b c'];
  expect(parse('kill', measured, [...words, '--dry-run']).options.probe).toEqual(['a', 'b c']);
  expect(parse('kill', measured, ['--dry-run']).options.probe).toBeUndefined();
  expect(() => parse('kill', measured, words)).toThrow('--reason TEXT is missing');
});

describe('what is typed', () => {
  it('is checked by the table, options anywhere', () => {
    expect(read('--reason=x', 'up', '--depth', '3', 'prod', '--yes')).toEqual({
      args: { VERB: 'up', ENV: 'prod' },
      options: {
        reason: 'x',
        depth: 3,
        yes: true,
        json: false,
        help: false,
        timeout: undefined,
        'no-color': false,
      },
    });
    expect(read('down', '--reason', 'x').args).toEqual({ VERB: 'down' });
  });

  it('may be a word that looks like an option, after --', () => {
    expect(read('up', '--reason', 'x', '--', '--prod').args.ENV).toBe('--prod');
  });

  it.each([
    ['a verb there is not', ['sideways', '--reason', 'x'], 'Expected up or down, not "sideways"'],
    ['no verb', ['--reason', 'x'], 'up or down is missing'],
    ['no reason', ['up'], '--reason TEXT is missing'],
    ['a value that is missing', ['up', '--reason'], "Option '--reason <value>' argument missing"],
    ['an option in place of a value', ['up', '--reason', '--yes'], '--reason needs a value; one that begins'],
    ['an unknown option', ['up', '--reson', 'x'], "Unknown option '--reson'"],
    ['a value for a flag', ['up', '--reason', 'x', '--yes=no'], "'--yes' does not take an argument"],
    [
      'a number that is none',
      ['up', '--reason', 'x', '--depth', '1.5'],
      'a whole number from 1 to 9, not "1.5"',
    ],
    [
      'a number out of bounds',
      ['up', '--reason', 'x', '--depth', '10'],
      'a whole number from 1 to 9, not "10"',
    ],
    ['too many words', ['up', 'a', 'b', '--reason', 'x'], '"b" is one argument too many'],
  ])('%s is wrong use, and the usage is named', (_, words, part) => {
    const error = failure(...words);
    expect(error.code).toBe('BAD_USAGE');
    expect(error.message).toContain(part);
    expect(error.facts.usage).toBe('perch sample up|down [ENV] --reason TEXT [options]');
  });

  it('needs nothing else when it asks for help', () => {
    expect(read('--help').options.help).toBe(true);
  });
});
