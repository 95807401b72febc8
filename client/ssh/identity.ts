import { existsSync } from 'node:fs';
import { mkdir, open, rm } from 'node:fs/promises';
import path from 'node:path';
import ssh2, { type ParsedKey } from 'ssh2';
import { PerchError } from '../../protocol/errors.ts';
import { fingerprint } from './fingerprint.ts';

/** Asks the person; `words` says for what. Null when there is nobody to ask any more. */
export type AskPassphrase = (words: string) => Promise<string | null>;

/** A private key that can sign, and its public half as a line for an agent's authorized keys. */
export interface Identity {
  key: ParsedKey;
  publicLine: string;
  fingerprint: string;
}

/** Wrong passphrases before it is an error, like ssh. */
const PASSPHRASE_TRIES = 3;

/**
 * Reads a private key as OpenSSH writes it (PEM for RSA and ECDSA too). An encrypted one asks for its
 * passphrase, once for each `ask`: every reconnection reads the key anew. Throws BAD_IDENTITY, and
 * PASSPHRASE_NEEDED where nobody can be asked or nothing that was typed opens it.
 */
export async function readIdentity(text: string, ask?: AskPassphrase): Promise<Identity> {
  const parsed = ssh2.utils.parseKey(text);
  if (!(parsed instanceof Error)) return identityOf(parsed);
  if (!/no passphrase/.test(parsed.message)) {
    throw new PerchError('BAD_IDENTITY', `The key cannot be read: ${parsed.message}`, {}, parsed);
  }
  if (!ask) throw new PerchError('PASSPHRASE_NEEDED', LOCKED);
  const unlocked = unlockedBy.get(ask) ?? new Map<string, Promise<Identity>>();
  unlockedBy.set(ask, unlocked);
  const known = unlocked.get(text);
  if (known) return known;
  const unlocking = unlock(text, ask);
  unlocked.set(text, unlocking);
  unlocking.catch(() => unlocked.delete(text));
  return unlocking;
}

const LOCKED = 'The key is locked with a passphrase';

/** Keys that a person opened, for as long as that person can be asked. */
const unlockedBy = new WeakMap<AskPassphrase, Map<string, Promise<Identity>>>();

async function unlock(text: string, ask: AskPassphrase): Promise<Identity> {
  for (let tries = 1; tries <= PASSPHRASE_TRIES; tries++) {
    const passphrase = await ask(tries === 1 ? 'Passphrase of the key: ' : 'That was not it. Passphrase: ');
    if (passphrase === null) throw new PerchError('PASSPHRASE_NEEDED', LOCKED);
    const parsed = ssh2.utils.parseKey(text, passphrase);
    if (!(parsed instanceof Error)) return identityOf(parsed);
  }
  throw new PerchError('PASSPHRASE_NEEDED', 'The passphrase does not open the key');
}

function identityOf(parsed: ParsedKey | ParsedKey[]): Identity {
  const key = Array.isArray(parsed) ? parsed[0]! : parsed;
  if (!key.isPrivateKey()) {
    throw new PerchError('BAD_IDENTITY', 'That is the public half; the file without .pub is the one to use');
  }
  return { key, ...publicHalf(key) };
}

/**
 * The public half of a private key as OpenSSH writes it, where it stands in the clear also of one that is locked; null:
 * the file has another form. It has no comment: that is locked too.
 */
export function publicLineIn(text: string): string | null {
  const body = /-----BEGIN OPENSSH PRIVATE KEY-----([\sA-Za-z0-9+/=]+)-----END/.exec(text)?.[1];
  const bytes = Buffer.from(body ?? '', 'base64');
  if (bytes.toString('latin1', 0, OPENSSH.length) !== OPENSSH) return null;
  let at = OPENSSH.length;
  const field = (): Buffer => {
    const from = at + 4;
    at = from + (from <= bytes.length ? bytes.readUInt32BE(at) : bytes.length);
    return bytes.subarray(from, at);
  };
  // The cipher, how its key is made of the passphrase, and with what; then how many keys there are.
  for (let skipped = 0; skipped < 3; skipped++) field();
  at += 4;
  const parsed = at > bytes.length ? new Error() : ssh2.utils.parseKey(publicFileOf(field()));
  return parsed instanceof Error ? null : publicHalf(Array.isArray(parsed) ? parsed[0]! : parsed).publicLine;
}

/** How the form begins. */
const OPENSSH = 'openssh-key-v1\0';

function publicFileOf(blob: Buffer): string {
  const type = blob.length < 4 ? '' : blob.toString('latin1', 4, 4 + Math.min(64, blob.readUInt32BE(0)));
  return `${type} ${blob.toString('base64')}`;
}

export interface KeyPair {
  /** A file's text, in OpenSSH's own format, without a passphrase. */
  privateKey: string;
  /** One line for an agent's authorized keys. */
  publicLine: string;
  fingerprint: string;
}

/** A new ed25519 pair. The comment names it in authorized keys and beside everything it does. */
export function newKeyPair(comment: string): KeyPair {
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519', { comment: comment.replace(/\s+/g, '-') });
    const key = ssh2.utils.parseKey(pair.private);
    // ssh2 1.17 drops a zero byte at the end of the public half: about one pair in 256 is none, here and to OpenSSH.
    if (!(key instanceof Error)) {
      return { privateKey: `${pair.private.trimEnd()}\n`, ...publicHalf(key) };
    }
  }
}

/** Writes FILE (0600) and FILE.pub (0644). Throws BAD_USAGE when one is there already; nothing is overwritten. */
export async function writeKeyPair(file: string, pair: KeyPair): Promise<void> {
  await writeNew(file, pair.privateKey, 0o600);
  try {
    await writeNew(`${file}.pub`, `${pair.publicLine}\n`, 0o644);
  } catch (error) {
    await rm(file);
    throw error;
  }
}

async function writeNew(file: string, text: string, mode: number): Promise<void> {
  try {
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    const handle = await open(file, 'wx', mode);
    try {
      await handle.writeFile(text);
    } finally {
      await handle.close();
    }
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const words =
      code === 'EEXIST' && existsSync(file)
        ? `${file} is there already; name another file`
        : `Cannot write: ${message}`;
    throw new PerchError('BAD_USAGE', words, { file }, cause);
  }
}

function publicHalf(key: ParsedKey): { publicLine: string; fingerprint: string } {
  const blob = key.getPublicSSH();
  const line = `${key.type} ${blob.toString('base64')} ${key.comment ?? ''}`;
  return { publicLine: line.trimEnd(), fingerprint: fingerprint(blob) };
}
