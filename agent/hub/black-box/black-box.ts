import { renameSync } from 'node:fs';
import path from 'node:path';
import type { BoxHeader, BoxWords, PendingAct } from '../../../protocol/black-box.ts';
import type { LedgerEvent } from '../../../protocol/ledger.ts';
import type { OwnProcess } from '../own-process.ts';
import { boxEvent } from './box-event.ts';
import { BoxFile } from './box-file.ts';

/** Events are written this far apart while they come in a storm; the first one at once. */
const WRITE_APART_MS = 100;
/** Of a storm the last so many of each write are kept: more would not stay in the box anyway. */
const MAX_AT_ONCE = 500;
const MAX_THREADS = 32;
const MAX_BLOCKED = 4;
const SYNC_MS = 250;

/**
 * What one life of a service leaves behind for whoever asks how it ended: the end of its ledger, a sample a second,
 * the stacks of loops that stand still, and an act on the process itself. A box that cannot be written any more is
 * given up: nothing depends on it but the answer to that question.
 */
export class BlackBox {
  /** Null: none is kept, and `why`. */
  file: string | null = null;
  why: string | null = null;
  /** The ledger of an earlier hub of this same process. */
  readonly earlier: readonly LedgerEvent[];
  #box: BoxFile | null = null;
  #words: BoxWords = { pending: null, blocked: [] };
  #events: LedgerEvent[] = [];
  #isDue = false;
  #isResting = false;
  #cpu = process.cpuUsage();
  #sampledAt = performance.now();

  /** `folder` null: none is kept, and `why`. */
  constructor(folder: string | null, header: BoxHeader | null, why: string | null = null) {
    if (folder === null || header === null) {
      this.why = why;
      this.earlier = [];
      return;
    }
    let earlier: LedgerEvent[] = [];
    this.#try(() => {
      const box = new BoxFile(path.join(folder, boxName(header)), header);
      earlier = box.earlier;
      this.file = box.file;
      this.#box = box;
    });
    this.earlier = earlier;
  }

  /** From the ledger, as it happens. */
  event(event: LedgerEvent): void {
    if (!this.#box) return;
    this.#events.push(event);
    if (this.#events.length > MAX_AT_ONCE * 2) this.#events = this.#events.slice(-MAX_AT_ONCE);
    if (this.#isDue || this.#isResting) return;
    this.#isDue = true;
    setImmediate(() => this.#write());
  }

  /** `frames` null: it turns again. */
  blocked(lineage: string, frames: string[] | null, since = 0): void {
    const others = this.#words.blocked.filter((each) => each.lineage !== lineage);
    const all = frames === null ? others : [...others, { lineage, since, frames }];
    all.sort((a, b) => Number(b.lineage === 'main') - Number(a.lineage === 'main'));
    this.#say({ ...this.#words, blocked: all.slice(0, MAX_BLOCKED) });
  }

  /**
   * A signal to this process is about to be sent: on the disk before it is, or the disk was too slow to be waited for
   * (a process that is killed loses nothing of what was written; a machine that loses its power could).
   */
  async pending(act: PendingAct): Promise<void> {
    this.#write();
    this.#say({ ...this.#words, pending: act });
    const box = this.#box;
    if (!box) return;
    await Promise.race([box.sync(), new Promise((resolve) => setTimeout(resolve, SYNC_MS))]);
  }

  /** Once a second: also the last sign of life. Reads shared memory and this process's own counters. */
  sample(own: OwnProcess): void {
    const box = this.#box;
    if (!box) return;
    const now = performance.now();
    const cpu = process.cpuUsage(this.#cpu);
    const elapsedUs = (now - this.#sampledAt) * 1000;
    this.#cpu = process.cpuUsage();
    this.#sampledAt = now;
    const links = [...own.threads.values()].slice(0, MAX_THREADS);
    this.#try(() =>
      box.sample({
        at: Date.now(),
        cpuPercent: Math.round(((cpu.user + cpu.system) / elapsedUs) * 1000) / 10,
        rssBytes: process.memoryUsage.rss(),
        threads: links.map(({ threadId, pulse }) => {
          const { loopUtilization, heapUsedBytes, loopDelayMs, heapLimitBytes } = pulse.figures();
          return [
            threadId,
            rounded(loopUtilization, 100),
            rounded(megabytes(heapUsedBytes), 10),
            rounded(loopDelayMs, 1),
            rounded(megabytes(heapLimitBytes), 1),
          ];
        }),
      }),
    );
  }

  /** The agent leaves a service that goes on: no later life is to take what is in it for the end of this one. */
  setAside(): void {
    const { file } = this;
    if (file === null || !this.#box) return;
    this.#write();
    this.#try(() => renameSync(file, pastName(file)));
    this.#box?.close();
    this.#box = null;
  }

  #say(words: BoxWords): void {
    this.#words = words;
    this.#try(() => this.#box?.words(words));
  }

  #write(): void {
    this.#isDue = false;
    const events = this.#events.slice(-MAX_AT_ONCE);
    this.#events = [];
    if (events.length === 0) return;
    this.#try(() => this.#box?.events(events.map(boxEvent)));
    if (this.#isResting) return;
    this.#isResting = true;
    setTimeout(() => {
      this.#isResting = false;
      this.#write();
    }, WRITE_APART_MS);
  }

  #try(write: () => void): void {
    try {
      write();
    } catch (thrown) {
      const box = this.#box;
      this.#box = null;
      this.file = null;
      this.why = (thrown as Error).message;
      try {
        box?.close();
      } catch {
        // It is closed already, by somebody else.
      }
    }
  }
}

/** The life of a process, the same for every hub in it; names sort by age. */
export function boxName({ startedAt, pid }: Pick<BoxHeader, 'startedAt' | 'pid'>): string {
  return `${String(startedAt).padStart(15, '0')}-${pid}.box`;
}

function megabytes(bytes: number | undefined): number | undefined {
  return bytes === undefined ? undefined : bytes / 1024 ** 2;
}

function rounded(value: number | undefined, by: number): number | null {
  return value === undefined || Number.isNaN(value) ? null : Math.round(value * by) / by;
}

/** A box that no later life is to tell of, or that one has told of already, is set aside under this name. */
export function pastName(file: string): string {
  return file.replace(/\.box$/, PAST);
}
export const PAST = '.past';

export function noBlackBox(why: string): BlackBox {
  return new BlackBox(null, null, why);
}
