import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import ssh2 from 'ssh2';
import { expect, test } from 'vitest';
import { hostKey, newHostKey } from '../../agent/hub/ssh/host-key.ts';
import { opensshFingerprint } from '../../agent/hub/ssh/openssh-key.ts';
import { fingerprint } from '../../client/ssh/fingerprint.ts';
import { lockedKey } from '../support/locked-key.ts';
import { temporaryFolder } from '../support/temporary.ts';

/** What ssh2 makes of a private key's text. */
function parsed(text: string): ssh2.ParsedKey {
  const key = ssh2.utils.parseKey(text);
  if (key instanceof Error) throw key;
  return key;
}

test('the key it makes is one that ssh2 reads, signs with, and fingerprints the same', () => {
  for (let round = 0; round < 20; round++) {
    const { text, fingerprint: said } = newHostKey();
    const key = parsed(text);
    expect(key.type).toBe('ssh-ed25519');
    expect(said).toBe(fingerprint(key.getPublicSSH()));
    expect(key.verify('words', key.sign('words'))).toBe(true);
  }
});

test('made once, kept for the user alone, and the same next time', async () => {
  const state = path.join(temporaryFolder(), 'deep/perch');
  const first = await hostKey(null, state);
  expect(first.warning).toBeNull();
  expect(await hostKey(null, state)).toEqual(first);
  expect(statSync(path.join(state, 'host_ed25519')).mode & 0o777).toBe(0o600);
  expect(statSync(state).mode & 0o777).toBe(0o700);
  expect(readdirSync(state)).toEqual(['host_ed25519']);
});

test('services that start at once agree on one key', async () => {
  const state = temporaryFolder();
  const keys = await Promise.all(Array.from({ length: 20 }, () => hostKey(null, state)));
  expect(new Set(keys.map((key) => key.fingerprint)).size).toBe(1);
  expect(readdirSync(state)).toEqual(['host_ed25519']);
});

test('where it cannot be kept there is one for this run, with a warning that says why', async () => {
  const blocked = path.join(temporaryFolder(), 'file');
  writeFileSync(blocked, '');
  const key = await hostKey(null, path.join(blocked, 'perch'));
  expect(key.warning).toContain('this run only');
  expect(key.warning).toContain('ENOTDIR');
  expect(parsed(key.text).type).toBe('ssh-ed25519');
});

test('a kept key that others can read, or that is broken, is not used and not overwritten', async () => {
  const state = temporaryFolder();
  const { fingerprint: kept } = await hostKey(null, state);
  const file = path.join(state, 'host_ed25519');
  chmodSync(file, 0o644);
  const other = await hostKey(null, state);
  expect(other.fingerprint).not.toBe(kept);
  expect(other.warning).toContain('0600');
  chmodSync(file, 0o600);
  expect((await hostKey(null, state)).fingerprint).toBe(kept);
  writeFileSync(file, 'half a k');
  expect((await hostKey(null, state)).warning).toContain('OpenSSH');
  expect(readFileSync(file, 'utf8')).toBe('half a k');
});

test('a configured key is used, from a file or as text', async () => {
  const folder = temporaryFolder();
  const made = newHostKey();
  const file = path.join(folder, 'key');
  writeFileSync(file, made.text);
  expect(await hostKey(file, folder)).toEqual(made);
  expect(await hostKey(made.text, folder)).toEqual(made);
  expect(readdirSync(folder)).toEqual(['key']);
});

test('a configured key that cannot be used is an error: another in its place would look like an attack', async () => {
  const folder = temporaryFolder();
  await expect(hostKey(path.join(folder, 'none'), folder)).rejects.toThrow('ENOENT');
  const locked = lockedKey('x');
  await expect(hostKey(locked.private, folder)).rejects.toThrow('passphrase');
  const text = newHostKey().text;
  const lines = text.split('\n');
  await expect(hostKey([lines[0], lines[1], lines.at(-2)].join('\n'), folder)).rejects.toThrow('cut short');
  await expect(
    hostKey('-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----', folder),
  ).rejects.toThrow('OpenSSH');
  expect(() => opensshFingerprint('')).toThrow('OpenSSH');
});
