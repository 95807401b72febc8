import type { AuditHead } from '../../../protocol/act.ts';
import {
  type AuditEntry,
  type AuditFile,
  type AuditRecord,
  headOf,
  headsOf,
  type Sha256,
  sealed,
} from '../../../protocol/audit.ts';
import type { AuditAnswer } from '../../../protocol/calls.ts';
import { LIMITS } from '../../../protocol/limits.ts';
import { nodeCrypto } from '../../node-crypto.ts';
import { AuditFiles, type AuditFileWriter, isFinished } from './audit-files.ts';

export const sha256: Sha256 = (text) => nodeCrypto().createHash('sha256').update(text).digest('hex');

/** Who writes of the log itself. */
const AGENT = { key: 'agent', name: 'agent' };

/**
 * Every control call, refused ones too: appended, never changed, each record chained to the one before it
 * (protocol/audit.ts). Each process writes a file of its own, begun with its first record, which names the last one
 * of the files that are there: the chain goes on over restarts, and two processes of one instance do not meet.
 */
export class AuditLog {
  readonly #files: AuditFiles | null;
  readonly #mark: string;
  #writer: AuditFileWriter | null = null;
  #head: AuditHead | null = null;
  /** Null while there is a file. */
  #memory: AuditRecord[] | null = null;
  #why: string | null = null;

  /** `folder` null: in memory only. `mark` tells this hub's files from those of others. */
  constructor(folder: string | null, mark: string, why: string | null = null) {
    this.#files = folder === null ? null : new AuditFiles(folder);
    this.#mark = mark;
    if (folder === null) this.#keepInMemory(why ?? 'this process has no file of its own');
  }

  /** Gives the head with the record in it. Never throws: what cannot be written is kept in memory, and that is said. */
  append(entry: Omit<AuditEntry, 'at'>): AuditHead {
    const whole = { ...entry, at: Date.now() };
    if (this.#memory === null) {
      try {
        this.#writer ??= this.#begin();
        if (this.#writer.bytes > LIMITS.maxAuditFileBytes) this.#writer = this.#goOn(this.#writer);
        return this.#write(this.#writer, sealed(whole, this.#head, sha256));
      } catch (thrown) {
        this.#writer?.close();
        this.#writer = null;
        this.#keepInMemory((thrown as Error).message);
      }
    }
    return this.#remember(sealed(whole, this.#head, sha256));
  }

  /** All that is kept, as it stands on the disk now, in order of its numbers. */
  read(since = 0): AuditAnswer {
    let files: AuditFile[] = [];
    let why = this.#why;
    try {
      files = this.#files?.read() ?? [];
    } catch (thrown) {
      why = (thrown as Error).message;
    }
    const all = [...files.flatMap(({ records }) => records), ...(this.#memory ?? [])];
    return {
      records: all.filter(({ seq }) => seq >= since).sort((a, b) => a.seq - b.seq || a.at - b.at),
      head: this.#head ?? headsOf(all)[0] ?? null,
      folder: this.#memory === null && why === null ? (this.#files?.folder ?? null) : null,
      why,
      unread: files.flatMap(({ name, unread }) => unread.map((line) => ({ file: name, line }))),
    };
  }

  /** The first file of this process: it goes on from all that is there. */
  #begin(): AuditFileWriter {
    const files = this.#files!.read();
    const heads = headsOf(files.flatMap(({ records }) => records));
    const isNews = ({ name, tornBytes, records }: AuditFile) =>
      tornBytes > 0 && isFinished(name) && heads.some(({ hash }) => hash === records.at(-1)?.hash);
    const torn = files.filter(isNews);
    const words = torn.map(({ name, tornBytes }) => `; ${name} ends in ${tornBytes} bytes of half a record`);
    return this.#open(heads, `${continues(heads)}${words.join('')}`);
  }

  /** The next file of this process, the one before being large enough. */
  #goOn(before: AuditFileWriter): AuditFileWriter {
    before.close();
    return this.#open([this.#head!], continues([this.#head!]));
  }

  #open(heads: readonly AuditHead[], words: string): AuditFileWriter {
    const writer = this.#files!.create(Date.now(), process.pid, this.#mark);
    const [head = null, ...others] = heads;
    const dropped = this.#drop(writer.name, heads);
    const last = dropped.reduce((most, { seq }) => Math.max(most, seq), 0);
    const entry = {
      ...aboutLog(writer.name, last > 0 ? `${words}; up to ${last} nothing is kept any more` : words),
      ...(others.length > 0 ? { also: others.map(({ hash }) => hash) } : {}),
      ...(dropped.length > 0 ? { dropped } : {}),
    };
    this.#write(writer, sealed(entry, head, sha256));
    return writer;
  }

  /**
   * Removes the oldest files past the bounds, but none that somebody may still write to. Gives those records that are
   * gone, now or from earlier on, and that something names; and the last one of all that go now.
   */
  #drop(own: string, heads: readonly AuditHead[]): AuditHead[] {
    const files = this.#files!;
    const all = files.read().filter(({ name }) => name !== own);
    const sizes = all.map(({ name }) => files.bytes(name));
    let bytes = sizes.reduce((sum, size) => sum + size, 0);
    let count = 0;
    while (
      count < all.length &&
      (bytes > LIMITS.maxAuditBytes || all.length - count > LIMITS.maxAuditFiles)
    ) {
      if (!isFinished(all[count]!.name)) break;
      bytes -= sizes[count]!;
      files.remove(all[count]!.name);
      count++;
    }
    const gone = all.slice(0, count).flatMap(({ records }) => records);
    const kept = all.slice(count).flatMap(({ records }) => records);
    return goneButNamed(gone, kept, heads);
  }

  #write(writer: AuditFileWriter, record: AuditRecord): AuditHead {
    writer.append(`${JSON.stringify(record)}\n`);
    this.#head = headOf(record);
    return this.#head;
  }

  #keepInMemory(why: string): void {
    this.#memory = [];
    this.#why = why;
  }

  #remember(record: AuditRecord): AuditHead {
    const memory = this.#memory!;
    memory.push(record);
    this.#head = headOf(record);
    if (memory.length > LIMITS.maxAuditRecords) {
      const cut = memory.splice(0, Math.ceil(LIMITS.maxAuditRecords / 4)).at(-1)!;
      const words = `up to ${cut.seq} nothing is kept any more`;
      memory.push(sealed({ ...aboutLog('memory', words), dropped: [headOf(cut)] }, this.#head, sha256));
      this.#head = headOf(memory.at(-1)!);
    }
    return { ...this.#head, inMemory: true };
  }
}

function goneButNamed(
  gone: readonly AuditRecord[],
  kept: readonly AuditRecord[],
  heads: readonly AuditHead[],
): AuditHead[] {
  if (gone.length === 0) return [];
  const known = new Map(
    [...gone, ...kept].flatMap(({ dropped = [] }) => dropped).map((head) => [head.hash, head]),
  );
  for (const record of gone) known.set(record.hash, headOf(record));
  for (const { hash } of kept) known.delete(hash);
  const named = new Set([
    ...kept.flatMap(({ previous, also = [] }) => [previous, ...also]),
    ...heads.map(({ hash }) => hash),
  ]);
  const last = gone.reduce((most, record) => (record.seq > most.seq ? record : most));
  named.add(last.hash);
  return [...known.values()].filter(({ hash }) => named.has(hash));
}

function continues(heads: readonly AuditHead[]): string {
  return heads.length === 0 ? 'begins' : `goes on after ${heads.map(({ seq }) => seq).join(' and ')}`;
}

function aboutLog(target: string, reason: string): AuditEntry {
  return { at: Date.now(), author: AGENT, act: 'log', call: '', target, reason, outcome: 'opened' };
}
