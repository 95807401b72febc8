import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { type AuditRecord, parseAuditFile } from '../../protocol/audit.ts';
import { type AuditFinding, type AuditVerdict, checkAudit } from '../../protocol/audit-check.ts';
import type { AuditAnswer } from '../../protocol/calls.ts';
import { PerchError } from '../../protocol/errors.ts';
import type { InstanceInfo } from '../../protocol/tree.ts';
import { headsFile, headsFileOf, type KeptHead, keptHeads, sha256 } from './heads.ts';

export interface Verification extends AuditVerdict {
  /** Where the log was read; null: what the agent holds in memory. */
  place: string | null;
  headsFile: string;
  heads: number;
  /** Bytes of a record that was not written to its end, by file: its process was killed just then. */
  torn: { file: string; bytes: number }[];
}

/** Checks what an agent answers against itself and the heads that were kept here. */
export async function verifyAnswer(
  answer: AuditAnswer,
  instance: InstanceInfo,
  heads = headsFile(instance),
): Promise<Verification> {
  // What stood in the memory of an earlier life went with it, and no file was ever to have it.
  const kept = (await keptHeads(heads)).filter(
    ({ inMemory, epoch }) => !inMemory || epoch === instance.epoch,
  );
  const unread = answer.unread.map(({ file, line }) => unreadLine(file, line));
  return verdict(answer.records, unread, kept, { place: answer.folder, headsFile: heads, torn: [] });
}

/**
 * Checks a log's folder (or one file of it) with no agent to ask. The heads are those of the folder's name, which is
 * the instance's, unless another file of them is named. Throws NO_AUDIT_LOG.
 */
export async function verifyFiles(place: string, heads?: string): Promise<Verification> {
  const stats = await stat(place).catch(() => null);
  if (!stats) throw noLog(place, 'there is nothing');
  const folder = stats.isDirectory() ? place : path.dirname(place);
  const names = stats.isDirectory()
    ? (await readdir(place)).filter((name) => name.endsWith('.jsonl')).sort()
    : [path.basename(place)];
  if (names.length === 0) throw noLog(place, 'the folder has no file of an audit log');
  const files = await Promise.all(
    names.map(async (name) => parseAuditFile(name, await readFile(path.join(folder, name), 'utf8'))),
  );
  const file = heads ?? headsFileOf(path.basename(path.resolve(folder)));
  const kept = (await keptHeads(file)).filter(({ inMemory }) => !inMemory);
  return verdict(
    files.flatMap(({ records }) => records),
    files.flatMap(({ name, unread }) => unread.map((line) => unreadLine(name, line))),
    kept,
    {
      place,
      headsFile: file,
      torn: files.flatMap(({ name, tornBytes }) => (tornBytes > 0 ? [{ file: name, bytes: tornBytes }] : [])),
    },
  );
}

function verdict(
  records: readonly AuditRecord[],
  unread: readonly AuditFinding[],
  kept: readonly KeptHead[],
  where: Pick<Verification, 'place' | 'headsFile' | 'torn'>,
): Verification {
  const checked = checkAudit(records, kept, sha256);
  return { ...where, ...checked, findings: [...unread, ...checked.findings], heads: kept.length };
}

function unreadLine(file: string, line: number): AuditFinding {
  return { kind: 'unread', seq: null, words: `line ${line} of ${file} is no record` };
}

function noLog(place: string, why: string): PerchError {
  return new PerchError('NO_AUDIT_LOG', `There is no audit log at ${place}: ${why}`, { place });
}
