import type { AuditHead } from './act.ts';
import type { Author } from './ledger.ts';

/** One control call, refused ones too; or (`act` is `log`) what the log says of itself. */
export interface AuditEntry {
  /** Milliseconds since 1970. */
  at: number;
  author: Author;
  act: string;
  call: string;
  target: string;
  reason: string;
  outcome: string;
}

/**
 * A record as it is kept, one line of JSON. Each names the one before it by its hash, over restarts of hub and
 * service too, so nothing can be taken out or changed without a trace. Several processes of one instance at the
 * same time make branches, which the next file joins again.
 */
export interface AuditRecord extends AuditEntry {
  /** One more than that of the record before it. */
  seq: number;
  /** Hash of the record before it; empty for the very first. */
  previous: string;
  /** At the beginning of a file: ends of other branches, which nothing else names. */
  also?: string[];
  /** At the beginning of a file: records that are no longer kept, though others name them; the last one too. */
  dropped?: AuditHead[];
  /** SHA-256 in hex of `canonical(record)`. */
  hash: string;
}

/** SHA-256 of a text in UTF-8, in hex. Comes in as a parameter: this folder is pure. */
export type Sha256 = (text: string) => string;

/** What the hash is taken over: every field but the hash itself, in one order. */
export function canonical(record: Omit<AuditRecord, 'hash'>): string {
  const { seq, at, author, act, call, target, reason, outcome, previous, also, dropped } = record;
  const fields = [seq, at, author.key, author.name, act, call, target, reason, outcome, previous];
  const rest = [also ?? [], (dropped ?? []).map((head) => [head.seq, head.hash])];
  return JSON.stringify(['perch audit 1', ...fields, ...rest]);
}

/** The record that follows `previous` (null: the first of all). */
export function sealed(
  entry: AuditEntry & Pick<AuditRecord, 'also' | 'dropped'>,
  previous: AuditHead | null,
  sha256: Sha256,
): AuditRecord {
  const record = { ...entry, seq: (previous?.seq ?? 0) + 1, previous: previous?.hash ?? '' };
  return { ...record, hash: sha256(canonical(record)) };
}

export function headOf({ seq, hash }: AuditHead): AuditHead {
  return { seq, hash };
}

/** One file of the log, as it was read. */
export interface AuditFile {
  name: string;
  records: AuditRecord[];
  /** Lines that are no record, counted from 1. */
  unread: number[];
  /** Bytes after the last whole line: the writer was killed in the middle of it. */
  tornBytes: number;
}

export function parseAuditFile(name: string, text: string): AuditFile {
  const lines = text.split('\n');
  const torn = lines.pop() ?? '';
  const file: AuditFile = { name, records: [], unread: [], tornBytes: new TextEncoder().encode(torn).length };
  for (const [index, line] of lines.entries()) {
    const record = parseRecord(line);
    if (record) file.records.push(record);
    else file.unread.push(index + 1);
  }
  return file;
}

function parseRecord(line: string): AuditRecord | null {
  let value: Partial<AuditRecord> | null;
  try {
    value = JSON.parse(line) as Partial<AuditRecord> | null;
  } catch {
    return null;
  }
  const isRecord =
    typeof value === 'object' &&
    value !== null &&
    Number.isSafeInteger(value.seq) &&
    Number.isFinite(value.at) &&
    typeof value.author === 'object' &&
    value.author !== null &&
    typeof value.author.key === 'string' &&
    typeof value.author.name === 'string' &&
    [value.act, value.call, value.target, value.reason, value.outcome, value.previous, value.hash].every(
      (field) => typeof field === 'string',
    ) &&
    (value.also === undefined || isTexts(value.also)) &&
    (value.dropped === undefined || (Array.isArray(value.dropped) && value.dropped.every(isHead)));
  return isRecord ? (value as AuditRecord) : null;
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}

export function isHead(value: unknown): value is AuditHead {
  const head = value as Partial<AuditHead> | null;
  return (
    typeof head === 'object' &&
    head !== null &&
    Number.isSafeInteger(head.seq) &&
    typeof head.hash === 'string'
  );
}

/** Ends of branches: records that no other one names, the one with the highest number first. */
export function headsOf(records: readonly AuditRecord[]): AuditHead[] {
  const named = new Set(records.flatMap(({ previous, also = [] }) => [previous, ...also]));
  const ends = records.filter(({ hash }) => !named.has(hash));
  return ends.sort((a, b) => b.seq - a.seq || b.at - a.at).map(headOf);
}
