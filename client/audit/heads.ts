import { createHash } from 'node:crypto';
import { appendFile, mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { AuditHead } from '../../protocol/act.ts';
import { isHead, type Sha256 } from '../../protocol/audit.ts';
import { keptName } from '../../protocol/kept-name.ts';
import { LIMITS } from '../../protocol/limits.ts';
import type { InstanceInfo } from '../../protocol/tree.ts';
import { stateDir } from '../paths.ts';

export const sha256: Sha256 = (text) => createHash('sha256').update(text).digest('hex');

/** A head as it came with a receipt, and of which life of the agent. */
export interface KeptHead extends AuditHead {
  epoch: string;
  /** When it was kept, milliseconds since 1970 by this side's clock. */
  at: number;
}

/**
 * The heads of an instance's audit that this person's clients were given: what the agent, or whoever may write its
 * files, cannot take back. One file an instance, a line each, for its user alone.
 */
export function headsFile(instance: InstanceInfo, folder = stateDir()): string {
  const name = instance.keptAs ?? keptName([instance.service, instance.instance]);
  return headsFileOf(name, folder);
}

/** By the name that the agent's own files have. A name from the wire stays within the folder. */
export function headsFileOf(name: string, folder = stateDir()): string {
  return path.join(folder, 'audit-heads', `${name.replace(/[^\w.@~-]/g, '_').slice(0, 200)}.jsonl`);
}

/** Keeps a head. A client that has no place for it goes on without: the receipt itself was given. */
export async function keepHead(instance: InstanceInfo, head: AuditHead, folder = stateDir()): Promise<void> {
  const file = headsFile(instance, folder);
  const { seq, hash, inMemory } = head;
  const kept: KeptHead = {
    seq,
    hash,
    ...(inMemory ? { inMemory } : {}),
    epoch: instance.epoch,
    at: Date.now(),
  };
  try {
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    await appendFile(file, `${JSON.stringify(kept)}\n`, { mode: 0o600 });
    if ((await stat(file)).size > MAX_BYTES) await shorten(file);
  } catch {
    // A full or read-only disk must not make an act look failed that was carried out.
  }
}

/** Oldest first, each once; of lines that are none, nothing. */
export async function keptHeads(file: string): Promise<KeptHead[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const heads = text.split('\n').flatMap((line) => {
    try {
      const head = JSON.parse(line) as KeptHead;
      return isHead(head) ? [head] : [];
    } catch {
      return [];
    }
  });
  return [...new Map(heads.map((head) => [`${head.seq} ${head.hash}`, head])).values()];
}

const MAX_BYTES = LIMITS.maxKeptHeads * 200;

/** The newest stay. */
async function shorten(file: string): Promise<void> {
  const heads = (await keptHeads(file)).slice(-LIMITS.maxKeptHeads / 2);
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, heads.map((head) => `${JSON.stringify(head)}\n`).join(''), { mode: 0o600 });
  await rename(draft, file);
}
