import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { randomHex } from '../../random-hex.ts';
import { newOpensshKey, opensshFingerprint } from './openssh-key.ts';

/** The agent's own key, and how it is told to people. */
export interface HostKey {
  /** Private, as a file of OpenSSH's. */
  text: string;
  fingerprint: string;
  /** Why it will be another one next time; null when it is kept. */
  warning: string | null;
}

/** The host key's file in the state directory. */
const FILE = 'host_ed25519';

/**
 * The key that was configured (a file, or the key's text); else the one kept in `stateDir`, which is made on
 * first use; else, where nothing can be kept, one for this run with a warning. Throws when a configured key
 * cannot be used: another one in its place would look like an attack to every client.
 */
export async function hostKey(configured: string | null, stateDir: string): Promise<HostKey> {
  if (configured !== null) {
    const text = isKeyText(configured) ? configured : await readFile(configured, 'utf8');
    return { text, fingerprint: opensshFingerprint(text), warning: null };
  }
  try {
    const text = await keptKey(stateDir);
    return { text, fingerprint: opensshFingerprint(text), warning: null };
  } catch (error) {
    const key = newHostKey();
    return { ...key, warning: `host key for this run only: ${(error as Error).message}` };
  }
}

/** A key for a socket whose clients do not look at it. */
export function newHostKey(): HostKey {
  const text = newOpensshKey();
  return { text, fingerprint: opensshFingerprint(text), warning: null };
}

async function keptKey(stateDir: string): Promise<string> {
  const file = path.join(stateDir, FILE);
  const present = await readKept(file);
  if (present !== null) return present;
  await mkdir(stateDir, { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomHex(6)}`;
  try {
    const handle = await open(draft, 'wx', 0o600);
    try {
      await handle.writeFile(newOpensshKey());
      await handle.sync();
    } finally {
      await handle.close();
    }
    // Two services starting at once make two drafts; the link of one is taken, and both use that one.
    await link(draft, file).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(draft, { force: true });
  }
  return (await readKept(file)) ?? Promise.reject(new Error(`${file} is gone again`));
}

async function readKept(file: string): Promise<string | null> {
  const handle = await open(file, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (handle === null) return null;
  try {
    const stat = await handle.stat();
    if ((stat.mode & 0o077) !== 0) throw new Error(`${file} is open to others; its mode must be 0600`);
    const text = await handle.readFile('utf8');
    opensshFingerprint(text);
    return text;
  } finally {
    await handle.close();
  }
}

function isKeyText(value: string): boolean {
  return value.includes('PRIVATE KEY-----');
}
