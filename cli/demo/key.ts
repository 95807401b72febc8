import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { configDir } from '../../client/paths.ts';
import { newKeyPair, readIdentity, writeKeyPair } from '../../client/ssh/identity.ts';

export interface DemoKey {
  /** The private key's file, for `--identity`. */
  file: string;
  /** What lets it in at the demo's agents. */
  authorizedKey: string;
}

/** The demo's own key: made once, never the person's, granted everything at the demo's agents and nowhere else. */
export async function demoKey(): Promise<DemoKey> {
  const file = path.join(configDir(), 'demo', 'id_ed25519');
  const publicLine = (await kept(file)) ?? (await made(file));
  return { file, authorizedKey: `capabilities="observe,inspect,control" ${publicLine}` };
}

async function kept(file: string): Promise<string | null> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  return text === null ? null : (await readIdentity(text)).publicLine;
}

async function made(file: string): Promise<string> {
  const pair = newKeyPair('perch-demo');
  await writeKeyPair(file, pair);
  return pair.publicLine;
}
