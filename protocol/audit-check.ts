import type { AuditHead } from './act.ts';
import { type AuditRecord, canonical, type Sha256 } from './audit.ts';

/**
 * Something that the log cannot be, had nobody touched it.
 * `altered`: a record does not have its own hash. `broken`: the record before it is not there.
 * `unread`: a line is no record. `truncated`: a kept head lies beyond what is there.
 * `rewritten`: another record has the number of a kept head.
 */
export interface AuditFinding {
  kind: 'altered' | 'broken' | 'unread' | 'truncated' | 'rewritten';
  /** Number of the record it is about; null for a line that is none. */
  seq: number | null;
  words: string;
}

export interface AuditVerdict {
  findings: AuditFinding[];
  records: number;
  /** Kept heads that stand in the log. */
  headsFound: number;
  /** Kept heads of records that the log says it no longer keeps. */
  headsDropped: number;
}

/**
 * Checks records, in any order, against their own hashes, against each other, and against the heads that a client
 * kept with its receipts. The chain alone shows what was changed or taken out; that its end was cut off, or all of it
 * written anew, is shown by a kept head only.
 */
export function checkAudit(
  records: readonly AuditRecord[],
  kept: readonly AuditHead[],
  sha256: Sha256,
): AuditVerdict {
  const byHash = new Map(records.map((record) => [record.hash, record]));
  const dropped = new Map(records.flatMap(({ dropped = [] }) => dropped.map(({ hash, seq }) => [hash, seq])));
  const findings: AuditFinding[] = [];
  for (const record of records) {
    if (sha256(canonical(record)) !== record.hash) {
      const words = `record ${record.seq} is not what was written: its hash is another`;
      findings.push({ kind: 'altered', seq: record.seq, words });
    }
    findings.push(...checkPrevious(record, byHash, dropped));
  }
  const verdict = { findings, records: records.length, headsFound: 0, headsDropped: 0 };
  const droppedSeq = Math.max(0, ...dropped.values());
  const lastSeq = records.reduce((most, { seq }) => Math.max(most, seq), 0);
  const seqs = new Set(records.map(({ seq }) => seq));
  for (const head of kept) {
    if (byHash.has(head.hash)) verdict.headsFound++;
    else if (seqs.has(head.seq)) findings.push(rewritten(head));
    else if (head.seq <= droppedSeq) verdict.headsDropped++;
    else findings.push(truncated(head, lastSeq));
  }
  return verdict;
}

function checkPrevious(
  record: AuditRecord,
  byHash: ReadonlyMap<string, AuditRecord>,
  dropped: ReadonlyMap<string, number>,
): AuditFinding[] {
  const { seq, previous, also = [] } = record;
  const findings: AuditFinding[] = [];
  for (const hash of [previous, ...also]) {
    if (hash === '' || byHash.has(hash) || dropped.has(hash)) continue;
    const words = `what stood before record ${seq} is not there: it names ${hash.slice(0, 16)}…`;
    findings.push({ kind: 'broken', seq, words });
  }
  const before = previous === '' ? 0 : (byHash.get(previous)?.seq ?? dropped.get(previous));
  if (before !== undefined && before + 1 !== seq) {
    const words = `record ${seq} names record ${before} as the one before it`;
    findings.push({ kind: 'broken', seq, words });
  }
  return findings;
}

function rewritten({ seq, hash }: AuditHead): AuditFinding {
  const words = `record ${seq} was ${hash.slice(0, 16)}… when its receipt was given, and is another now`;
  return { kind: 'rewritten', seq, words };
}

function truncated({ seq }: AuditHead, lastSeq: number): AuditFinding {
  const end = lastSeq === 0 ? 'there is no record at all' : `the last record is ${lastSeq}`;
  return { kind: 'truncated', seq, words: `a receipt was given for record ${seq}, but ${end}` };
}
