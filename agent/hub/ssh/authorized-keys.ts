import { open } from 'node:fs/promises';
import { LIMITS } from '../../../protocol/limits.ts';
import { isFrom } from './address-list.ts';
import { type KeyOptions, readKeyOptions } from './key-options.ts';

/** One line of authorized keys (sshd(8), AUTHORIZED_KEYS FILE FORMAT), with the options of key-options.ts. */
export interface AuthorizedKey extends KeyOptions {
  type: string;
  /** The key's public blob in base64. */
  base64: string;
  /** What stands behind the key: whose it is. */
  comment: string;
}

export interface AuthorizedKeys {
  keys: AuthorizedKey[];
  /** Lines that were refused, one sentence each. */
  problems: string[];
}

/** What ssh2 can check. Hardware keys (sk-…) and certificates are not among it. */
const TYPES = ['ssh-ed25519', 'ssh-rsa', 'ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521'];
const ANY_TYPE = /(?:^|[\s"])((?:sk-)?(?:ssh-|ecdsa-sha2-)[a-z0-9@.-]+)\s/;

/** A value with a key type in it is the lines themselves; any other is a file's path. */
export function isKeyLines(value: string): boolean {
  return ANY_TYPE.test(value);
}

/** Reads the keys anew: a file may have been changed since the last login. Never throws. */
export async function readAuthorizedKeys(value: string | null): Promise<AuthorizedKeys> {
  if (value === null) return { keys: [], problems: [] };
  if (isKeyLines(value)) return parseAuthorizedKeys(value);
  try {
    return parseAuthorizedKeys(await readBounded(value));
  } catch (error) {
    return { keys: [], problems: [`authorized keys: ${(error as Error).message}`] };
  }
}

/** A line that is not understood in every part grants nothing: half of what was meant may be the wrong half. */
export function parseAuthorizedKeys(text: string): AuthorizedKeys {
  const result: AuthorizedKeys = { keys: [], problems: [] };
  text.split(/\r?\n/).forEach((line, index) => {
    const trimmed = line.trim();
    if (trimmed === '' || trimmed.startsWith('#')) return;
    const key = parseLine(trimmed);
    if (typeof key === 'string') result.problems.push(`authorized keys line ${index + 1} is refused: ${key}`);
    else result.keys.push(key);
  });
  return result;
}

function parseLine(line: string): AuthorizedKey | string {
  const { options, rest } = splitOptions(line);
  const [type = '', base64 = '', ...comment] = rest.split(/\s+/);
  if (!TYPES.includes(type))
    return type ? `${type} is no key type that can be checked here` : 'there is no key';
  if (!isBlobOf(type, base64)) return `that is no ${type} key`;
  const read = readKeyOptions(options);
  if (typeof read === 'string') return read;
  return { type, base64, ...read, comment: comment.join(' ') };
}

/** The first line that lets this key in, now and from there; like ssh's, a key may stand on several. */
export function lineFor(
  keys: readonly AuthorizedKey[],
  { type, base64 }: Pick<AuthorizedKey, 'type' | 'base64'>,
  { now, address }: { now: number; address: string | undefined },
): AuthorizedKey | undefined {
  return keys.find(
    (key) =>
      key.type === type &&
      key.base64 === base64 &&
      (key.expiresAt === null || now < key.expiresAt) &&
      (key.from === null || isFrom(key.from, address)),
  );
}

/** Options end at the first blank outside quotes, like ssh's; a line that begins with a key type has none. */
function splitOptions(line: string): { options: string; rest: string } {
  if (/^(?:sk-)?(?:ssh-|ecdsa-)/.test(line)) return { options: '', rest: line };
  let isQuoted = false;
  for (let at = 0; at < line.length; at++) {
    if (line[at] === '"') isQuoted = !isQuoted;
    else if (!isQuoted && /\s/.test(line[at]!))
      return { options: line.slice(0, at), rest: line.slice(at).trim() };
  }
  return { options: line, rest: '' };
}

/** The blob begins with its own type's name. */
function isBlobOf(type: string, base64: string): boolean {
  if (!/^[A-Za-z0-9+/]+=*$/.test(base64)) return false;
  const blob = Buffer.from(base64, 'base64');
  if (blob.length < 4 + type.length || blob.readUInt32BE(0) !== type.length) return false;
  return blob.toString('latin1', 4, 4 + type.length) === type && blob.toString('base64') === base64;
}

async function readBounded(file: string): Promise<string> {
  const handle = await open(file, 'r');
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) throw new Error(`${file} is no file`);
    if (stat.size > LIMITS.maxAuthorizedKeysBytes) throw new Error(`${file} is too large`);
    if ((stat.mode & 0o002) !== 0) throw new Error(`${file} can be written to by everybody`);
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}
