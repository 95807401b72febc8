import { describe, expect, it } from 'vitest';
import { formatAddress } from '../../../client/address.ts';
import { splitWords, wayWords } from '../../../client/via/way.ts';

describe('a line is split as a shell would', () => {
  it.each([
    ['kubectl exec -i game-0 -- node x.cjs', ['kubectl', 'exec', '-i', 'game-0', '--', 'node', 'x.cjs']],
    ['  a \t b ', ['a', 'b']],
    [`ssh bastion 'node "a b"' c\\ d "e\\"f" ''`, ['ssh', 'bastion', 'node "a b"', 'c d', 'e"f', '']],
    ['', []],
    [`'$HOME' "a|b"`, ['$HOME', 'a|b']],
  ])('%s', (line, words) => expect(splitWords(line)).toEqual(words));

  it.each([
    ['kubectl exec "game', 'the quote " is not closed'],
    ['a | b', '"|" at character 3 means something to a shell'],
    ['kubectl -n $NS exec', '"$" at character 12'],
    ['a \\', 'a backslash at its end'],
  ])('%s is none, and why', (line, why) => expect(splitWords(line)).toContain(why));
});

it('a row names the program and its verb, and nothing that may be private', () => {
  const words = (...argv: string[]) => wayWords({ argv, env: [] });
  expect(words('/usr/bin/kubectl', 'exec', '-i', 'game-0')).toBe('kubectl exec');
  expect(words('ssh', '-i', '/keys/id', 'host')).toBe('ssh');
  expect(words('connect', 'TOKEN=abc')).toBe('connect');
  const way = { argv: ['aws', 'ssm', 'start-session'], env: [] };
  expect(formatAddress({ kind: 'command', way, to: null })).toBe('via aws ssm');
  const to = { kind: 'tcp', host: 'fd::1', port: 7400 } as const;
  expect(formatAddress({ kind: 'command', way, to })).toBe('[fd::1]:7400 via aws ssm');
});
