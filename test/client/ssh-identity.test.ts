import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { newKeyPair, publicLineIn, readIdentity, writeKeyPair } from '../../client/ssh/identity.ts';
import { lockedKey } from '../support/locked-key.ts';
import { temporaryFolder } from '../support/temporary.ts';

test('a new pair reads back, and its public line is of ed25519 with the comment', async () => {
  const pair = newKeyPair('ada at home');
  expect(pair.publicLine).toMatch(/^ssh-ed25519 [A-Za-z0-9+/]+=* ada-at-home$/);
  const identity = await readIdentity(pair.privateKey);
  expect(identity.publicLine).toBe(pair.publicLine);
  expect(identity.fingerprint).toBe(pair.fingerprint);
  expect(pair.fingerprint).toMatch(/^SHA256:[A-Za-z0-9+/]{43}$/);
});

test('files: 0600 and 0644, nothing overwritten, nothing left by halves', async () => {
  const folder = temporaryFolder();
  const file = path.join(folder, 'new/id');
  const pair = newKeyPair('me');
  await writeKeyPair(file, pair);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(statSync(`${file}.pub`).mode & 0o777).toBe(0o644);
  expect(readFileSync(`${file}.pub`, 'utf8')).toBe(`${pair.publicLine}\n`);
  await expect(writeKeyPair(file, newKeyPair('other'))).rejects.toMatchObject({ code: 'BAD_USAGE' });
  expect(readFileSync(file, 'utf8')).toBe(pair.privateKey);
  const half = path.join(folder, 'half');
  writeFileSync(`${half}.pub`, 'precious');
  await expect(writeKeyPair(half, pair)).rejects.toMatchObject({ code: 'BAD_USAGE' });
  expect(existsSync(half)).toBe(false);
  expect(readFileSync(`${half}.pub`, 'utf8')).toBe('precious');
  await expect(writeKeyPair(path.join(file, 'below', 'a-file'), pair)).rejects.toMatchObject({
    code: 'BAD_USAGE',
    message: expect.stringContaining('Cannot write'),
  });
});

test('the public half of a locked key is read without its passphrase, as OpenSSH writes it too', () => {
  const pair = lockedKey('correct');
  expect(publicLineIn(pair.private)).toBe(pair.public.split(' ').slice(0, 2).join(' '));
  const file = path.join(temporaryFolder(), 'theirs');
  execFileSync('ssh-keygen', [
    '-q',
    '-t',
    'rsa',
    '-b',
    '2048',
    '-N',
    'open sesame',
    '-C',
    'ann@laptop',
    '-f',
    file,
  ]);
  const [type, blob] = readFileSync(`${file}.pub`, 'utf8').split(' ');
  expect(publicLineIn(readFileSync(file, 'utf8'))).toBe(`${type} ${blob}`);
});

test('of any other text there is none, whatever it holds', () => {
  const begin = '-----BEGIN OPENSSH PRIVATE KEY-----\n';
  const end = '\n-----END OPENSSH PRIVATE KEY-----\n';
  const whole = lockedKey('correct').private;
  const body = Buffer.from(whole.split('\n').slice(1, -2).join(''), 'base64');
  for (let length = 0; length < 110; length += 3) {
    const cut = `${begin}${body.subarray(0, length).toString('base64')}${end}`;
    expect(publicLineIn(cut)).toBeNull();
  }
  for (let at = 15; at < 100; at++) {
    const turned = Buffer.from(body);
    turned[at] = 255 - turned[at]!;
    expect(() => publicLineIn(`${begin}${turned.toString('base64')}${end}`)).not.toThrow();
  }
  for (const text of ['', 'x', begin + end, '-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n'])
    expect(publicLineIn(text)).toBeNull();
});

const locked = lockedKey('correct').private;

test('a locked key asks for its passphrase until it opens, and then no more', async () => {
  const answers = ['wrong', 'correct'];
  const asked: string[] = [];
  const ask = async (words: string) => {
    asked.push(words);
    return answers.shift()!;
  };
  const [one, two] = await Promise.all([readIdentity(locked, ask), readIdentity(locked, ask)]);
  expect(one.key.isPrivateKey()).toBe(true);
  expect(two.fingerprint).toBe(one.fingerprint);
  expect(asked).toEqual([expect.any(String), expect.stringContaining('not it')]);
});

test('wrong passphrases are PASSPHRASE_NEEDED after a few; asking again is possible', async () => {
  let asked = 0;
  const ask = async () => (++asked > 3 ? 'correct' : 'wrong');
  await expect(readIdentity(locked, ask)).rejects.toMatchObject({ code: 'PASSPHRASE_NEEDED' });
  expect(asked).toBe(3);
  await expect(readIdentity(locked, ask)).resolves.toBeDefined();
});

test('with nobody to ask, a locked key is PASSPHRASE_NEEDED', async () => {
  await expect(readIdentity(locked)).rejects.toMatchObject({ code: 'PASSPHRASE_NEEDED' });
  await expect(readIdentity(locked, async () => null)).rejects.toMatchObject({ code: 'PASSPHRASE_NEEDED' });
});

test('what is no private key is BAD_IDENTITY, and a public key is named as such', async () => {
  await expect(readIdentity('')).rejects.toMatchObject({ code: 'BAD_IDENTITY' });
  await expect(readIdentity('hello')).rejects.toMatchObject({ code: 'BAD_IDENTITY' });
  await expect(readIdentity(newKeyPair('me').publicLine)).rejects.toMatchObject({
    code: 'BAD_IDENTITY',
    message: expect.stringContaining('public half'),
  });
});

test('ssh-keygen reads what it writes, and it reads what ssh-keygen writes', async () => {
  const folder = temporaryFolder();
  const ours = path.join(folder, 'ours');
  const pair = newKeyPair('me');
  await writeKeyPair(ours, pair);
  expect(execFileSync('ssh-keygen', ['-y', '-f', ours], { encoding: 'utf8' }).trim()).toBe(pair.publicLine);
  expect(execFileSync('ssh-keygen', ['-l', '-f', `${ours}.pub`], { encoding: 'utf8' })).toContain(
    pair.fingerprint,
  );
  for (const [type, ...args] of [
    ['ed25519'],
    ['rsa', '-b', '2048'],
    ['ecdsa'],
    ['rsa', '-b', '2048', '-m', 'PEM'],
  ]) {
    const file = path.join(folder, `${type}${args.join('')}`);
    execFileSync('ssh-keygen', ['-q', '-t', type!, ...args, '-N', '', '-C', 'theirs', '-f', file]);
    const [expectedType, expectedBlob] = readFileSync(`${file}.pub`, 'utf8').split(' ');
    const identity = await readIdentity(readFileSync(file, 'utf8'));
    expect(identity.publicLine.split(' ').slice(0, 2)).toEqual([expectedType, expectedBlob]);
  }
});

test('every pair can be used: of a thousand none has lost a byte', () => {
  for (let i = 0; i < 1000; i++) {
    const { publicLine } = newKeyPair('me');
    expect(Buffer.from(publicLine.split(' ')[1]!, 'base64')).toHaveLength(4 + 'ssh-ed25519'.length + 4 + 32);
  }
});
