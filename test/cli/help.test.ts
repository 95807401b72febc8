import { describe, expect, it } from 'vitest';
import { COMMANDS, findCommand } from '../../cli/commands.ts';
import { helpText, overview, wrap } from '../../cli/help.ts';
import { parse } from '../../cli/parse.ts';

describe('help', () => {
  it.each(COMMANDS.map((row) => [row.name, row] as const))('of %s fits 80 columns', async (_, row) => {
    const text = helpText(row, await row.load());
    for (const line of text.split('\n')) expect([...line].length, line).toBeLessThanOrEqual(80);
    expect(text).toContain(`Usage: perch ${row.name}`);
  });

  it('names every command in one line each, within 80 columns', () => {
    const lines = overview(COMMANDS).split('\n');
    for (const { name } of COMMANDS)
      expect(lines.filter((line) => line.startsWith(`  ${name} `))).toHaveLength(1);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
  });

  it.each(COMMANDS.map((row) => [row.name, row] as const))(
    'shows examples of %s that can be typed',
    async (_, row) => {
      const command = await row.load();
      expect(command.examples.length).toBeGreaterThan(0);
      for (const example of command.examples) {
        const words = [...example.matchAll(/"([^"]*)"|(\S+)/g)].map((match) => match[1] ?? match[2]!);
        expect(findCommand(words[0]!)).toBe(row);
        expect(() => parse(row.name, command, words.slice(1))).not.toThrow();
      }
    },
  );

  it('wraps words, and leaves a long one whole', () => {
    expect(wrap('one two  three', 7)).toEqual(['one two', 'three']);
    expect(wrap('a veryverylongword b', 6)).toEqual(['a', 'veryverylongword', 'b']);
    expect(wrap('', 6)).toEqual([]);
  });
});
