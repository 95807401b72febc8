import { createHmac } from 'node:crypto';
import { appendFile, mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { PerchError } from '../../protocol/errors.ts';
import { fingerprint } from './fingerprint.ts';

/** What known_hosts says of a host's key. */
export type HostKeyVerdict =
  | { kind: 'known' }
  | { kind: 'unknown' }
  /** Other keys stand there for this host, or this very key is marked @revoked. */
  | { kind: 'changed'; expected: string[]; lines: number[] };

interface Entry {
  line: number;
  marker: string;
  hosts: string;
  /** Base64. */
  key: string;
}

/**
 * Looks a host up in a file of OpenSSH's form (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT): `[host]:port` names,
 * patterns, hashed names, @revoked. Stricter than ssh in one thing: a host known by a key of another type
 * counts as changed, not as new. Agents have one host key.
 */
export function lookUpHost(text: string, host: string, keyBlob: Uint8Array): HostKeyVerdict {
  const key = Buffer.from(keyBlob).toString('base64');
  const entries = parse(text).filter((entry) => isFor(entry.hosts, host));
  const revoked = entries.filter((entry) => entry.marker === '@revoked' && entry.key === key);
  if (revoked.length > 0) return { kind: 'changed', expected: [], lines: revoked.map(({ line }) => line) };
  const plain = entries.filter((entry) => entry.marker === '');
  if (plain.some((entry) => entry.key === key)) return { kind: 'known' };
  if (plain.length === 0) return { kind: 'unknown' };
  return {
    kind: 'changed',
    expected: plain.map((entry) => fingerprint(Buffer.from(entry.key, 'base64'))),
    lines: plain.map(({ line }) => line),
  };
}

/** A host's line for the file. */
export function knownHostsLine(host: string, keyBlob: Uint8Array): string {
  const blob = Buffer.from(keyBlob);
  const type = blob.subarray(4, 4 + blob.readUInt32BE(0)).toString('latin1');
  return `${host} ${type} ${blob.toString('base64')}`;
}

/** The file's text; empty when there is none yet. Throws BAD_USAGE that names the file. */
export async function readKnownHosts(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw new PerchError('BAD_USAGE', `Cannot read the known hosts: ${error.message}`, { file }, error);
  });
}

/** Appends a line; the file and its folder are made for this user alone. */
export async function rememberHost(file: string, line: string): Promise<void> {
  const present = await readKnownHosts(file);
  const start = present === '' || present.endsWith('\n') ? '' : '\n';
  try {
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    await appendFile(file, `${start}${line}\n`, { mode: 0o600 });
  } catch (cause) {
    throw new PerchError(
      'BAD_USAGE',
      `Cannot keep the host key: ${(cause as Error).message}`,
      { file },
      cause,
    );
  }
}

function parse(text: string): Entry[] {
  const entries: Entry[] = [];
  text.split(/\r?\n/).forEach((line, index) => {
    const words = line.trim().split(/\s+/);
    const marker = words[0]?.startsWith('@') ? words.shift()! : '';
    const [hosts, type, key] = words;
    if (!hosts || hosts.startsWith('#') || !type || !key) return;
    entries.push({ line: index + 1, marker, hosts, key });
  });
  return entries;
}

function isFor(hosts: string, host: string): boolean {
  if (hosts.startsWith('|1|')) return isHashOf(hosts, host);
  let matches = false;
  for (const pattern of hosts.toLowerCase().split(',')) {
    const isNegated = pattern.startsWith('!');
    if (!toRegExp(isNegated ? pattern.slice(1) : pattern).test(host.toLowerCase())) continue;
    if (isNegated) return false;
    matches = true;
  }
  return matches;
}

/** `|1|salt|hash`: HMAC-SHA1 of the name, both in base64 (ssh-keygen -H). */
function isHashOf(hashed: string, host: string): boolean {
  const [, , salt, hash] = hashed.split('|');
  if (!salt || !hash) return false;
  return createHmac('sha1', Buffer.from(salt, 'base64')).update(host).digest('base64') === hash;
}

function toRegExp(pattern: string): RegExp {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`);
}
