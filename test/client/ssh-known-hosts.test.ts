import { execFileSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { hostKeyJudge, knownHostsName } from '../../client/ssh/host-key.ts';
import { newKeyPair } from '../../client/ssh/identity.ts';
import { knownHostsLine, lookUpHost, rememberHost } from '../../client/ssh/known-hosts.ts';
import { temporaryFolder } from '../support/temporary.ts';

const one = newKeyPair('one');
const two = newKeyPair('two');
const blobOf = (pair: { publicLine: string }) => Buffer.from(pair.publicLine.split(' ')[1]!, 'base64');
const host = '[10.0.0.1]:7400';
const lineOf = (pair: { publicLine: string }) => knownHostsLine(host, blobOf(pair));

describe('a host in the file', () => {
  test('known by its key, changed when only others stand there, unknown when none does', () => {
    const text = `# mine\n\n${lineOf(one)} with a comment\n`;
    expect(lookUpHost(text, host, blobOf(one))).toEqual({ kind: 'known' });
    expect(lookUpHost(text, host, blobOf(two))).toEqual({
      kind: 'changed',
      expected: [one.fingerprint],
      lines: [3],
    });
    expect(lookUpHost(text, '[10.0.0.1]:7401', blobOf(one))).toEqual({ kind: 'unknown' });
    expect(lookUpHost('', host, blobOf(one))).toEqual({ kind: 'unknown' });
  });

  test('two keys for a host are both good', () => {
    const text = `${lineOf(one)}\n${lineOf(two)}\n`;
    expect(lookUpHost(text, host, blobOf(two))).toEqual({ kind: 'known' });
  });

  test('a key of another type counts as changed, not as new', () => {
    expect(lookUpHost(`${host} ssh-rsa AAAAB3Nz\n`, host, blobOf(one)).kind).toBe('changed');
  });

  test('lists, patterns, negation, letter case', () => {
    const text = (hosts: string) => lineOf(one).replace(host, hosts);
    const verdict = (hosts: string, name: string) => lookUpHost(text(hosts), name, blobOf(one)).kind;
    expect(verdict('other,Game.Internal', 'game.internal')).toBe('known');
    expect(verdict('*.internal', 'game.internal')).toBe('known');
    expect(verdict('game-?.internal', 'game-1.internal')).toBe('known');
    expect(verdict('game-?.internal', 'game-12.internal')).toBe('unknown');
    expect(verdict('*.internal,!game.internal', 'game.internal')).toBe('unknown');
    expect(verdict('[*]:7400', '[game]:7400')).toBe('known');
    expect(verdict('a.b', 'axb')).toBe('unknown');
  });

  test('a revoked key is refused wherever else it stands', () => {
    const text = `${lineOf(one)}\n@revoked ${lineOf(one)}\n`;
    expect(lookUpHost(text, host, blobOf(one))).toEqual({ kind: 'changed', expected: [], lines: [2] });
  });

  test('names that ssh-keygen has hashed are found', () => {
    const file = path.join(temporaryFolder(), 'known_hosts');
    writeFileSync(file, `${lineOf(one)}\n`);
    execFileSync('ssh-keygen', ['-q', '-H', '-f', file], { stdio: 'ignore' });
    const text = readFileSync(file, 'utf8');
    expect(text).toMatch(/^\|1\|/);
    expect(lookUpHost(text, host, blobOf(one)).kind).toBe('known');
    expect(lookUpHost(text, host, blobOf(two)).kind).toBe('changed');
    expect(lookUpHost(text, '[10.0.0.2]:7400', blobOf(one)).kind).toBe('unknown');
  });
});

test('a host is remembered in a file for the user alone, in a form that ssh-keygen finds it by', async () => {
  const file = path.join(temporaryFolder(), 'perch/known_hosts');
  await rememberHost(file, lineOf(one));
  expect(statSync(file).mode & 0o777).toBe(0o600);
  writeFileSync(file, readFileSync(file, 'utf8').trimEnd());
  await rememberHost(file, knownHostsLine('game', blobOf(two)));
  expect(readFileSync(file, 'utf8').trimEnd().split('\n')).toHaveLength(2);
  expect(execFileSync('ssh-keygen', ['-F', host, '-f', file], { encoding: 'utf8' })).toContain('line 1');
});

test('how a host is written', () => {
  expect(knownHostsName({ kind: 'tcp', host: 'game', port: 22 })).toBe('game');
  expect(knownHostsName({ kind: 'tcp', host: 'fdaa::2', port: 7400 })).toBe('[fdaa::2]:7400');
  expect(knownHostsName({ kind: 'unix', path: '/run/a b' })).toBe('unix:/run/a%20b');
});

describe('the policies', () => {
  const address = { kind: 'tcp', host: '10.0.0.1', port: 7400 } as const;

  test('any asks nothing', async () => {
    expect((await hostKeyJudge({ kind: 'any' }, address))(blobOf(one))).toBeNull();
  });

  test('pinned names both fingerprints when they differ', async () => {
    const judge = await hostKeyJudge({ kind: 'pinned', sha256: one.fingerprint }, address);
    expect(judge(blobOf(one))).toBeNull();
    const error = judge(blobOf(two))!;
    expect(error.code).toBe('HOST_KEY_CHANGED');
    expect(error.message).toContain(one.fingerprint);
    expect(error.message).toContain(two.fingerprint);
  });

  test('a file of known hosts that cannot be read or kept is named', async () => {
    const folder = temporaryFolder();
    const refused = { code: 'BAD_USAGE', facts: { file: folder } };
    await expect(hostKeyJudge({ kind: 'known-hosts', file: folder }, address)).rejects.toMatchObject(refused);
    const below = path.join(folder, 'file');
    writeFileSync(below, '');
    const file = path.join(below, 'known_hosts');
    await expect(rememberHost(file, 'line')).rejects.toMatchObject({ code: 'BAD_USAGE', facts: { file } });
  });

  test('known hosts: unknown names the fingerprint, changed names both and the line', async () => {
    const file = path.join(temporaryFolder(), 'known_hosts');
    const unknown = (await hostKeyJudge({ kind: 'known-hosts', file }, address))(blobOf(one))!;
    expect(unknown.code).toBe('HOST_KEY_UNKNOWN');
    expect(unknown.message).toContain(one.fingerprint);
    await rememberHost(file, unknown.facts.knownHostsLine as string);
    const judge = await hostKeyJudge({ kind: 'known-hosts', file }, address);
    expect(judge(blobOf(one))).toBeNull();
    const error = judge(blobOf(two))!;
    expect(error.code).toBe('HOST_KEY_CHANGED');
    expect(error.message).toContain(`${file}:1`);
    expect(error.facts).toMatchObject({ fingerprint: two.fingerprint, expected: [one.fingerprint] });
  });
});
