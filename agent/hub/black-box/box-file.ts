import { closeSync, fdatasync, ftruncateSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import {
  BOX,
  BOX_BYTES,
  type BoxHeader,
  type BoxSample,
  type BoxWords,
  decodeBox,
  encodeHalfHead,
  encodeRecord,
  encodeSlot,
  halfNumbers,
  type Region,
  wordsTurn,
} from '../../../protocol/black-box.ts';
import type { LedgerEvent } from '../../../protocol/ledger.ts';
import { OwnDescriptor } from '../../own-descriptor.ts';
import { makePrivateFolders } from '../private-folder.ts';

/**
 * One black box, as the hub's thread writes it: small writes into the page cache at fixed places. They outlive the
 * process whatever ends it. Synchronous, since the pool of threads behind the asynchronous ones is the service's too.
 */
export class BoxFile {
  readonly file: string;
  /** What an earlier hub of this same process wrote, if one did. */
  readonly earlier: LedgerEvent[];
  readonly #descriptor: OwnDescriptor;
  readonly #samples: BoxLog;
  readonly #events: BoxLog;
  #turn: number;

  /** Throws where there is no place to write. */
  constructor(file: string, header: BoxHeader) {
    makePrivateFolders(path.dirname(file));
    this.file = file;
    const present = readIfThere(file);
    if (present && !isSameProcess(decodeBox(present)?.header ?? null, header)) {
      throw new Error(`${file} is another process's`);
    }
    const fd = openSync(file, present === null ? 'wx+' : 'r+', 0o600);
    try {
      this.#descriptor = new OwnDescriptor(fd);
      if (present === null) ftruncateSync(fd, BOX_BYTES);
      const box = present ?? new Uint8Array();
      this.earlier = decodeBox(box)?.events ?? [];
      this.#turn = wordsTurn(box);
      this.#samples = new BoxLog(this.#put, BOX.samples, Math.max(...halfNumbers(box, BOX.samples)));
      this.#events = new BoxLog(this.#put, BOX.events, Math.max(...halfNumbers(box, BOX.events)));
      this.#put(encodeSlot(header, 1, BOX.header.bytes)!, BOX.header.at);
      this.words({ pending: null, blocked: [] });
    } catch (error) {
      closeSync(fd);
      throw error;
    }
  }

  events(json: readonly string[]): void {
    this.#events.append(json);
  }

  sample(sample: BoxSample): void {
    this.#samples.append([JSON.stringify(sample)]);
  }

  words(words: BoxWords): void {
    this.#turn++;
    const region = BOX.words[this.#turn % 2]!;
    const slot = encodeSlot(words, this.#turn, region.bytes);
    if (slot) this.#put(slot, region.at);
  }

  /** Resolves once the disk has it all, or cannot. */
  sync(): Promise<void> {
    return new Promise((resolve) => fdatasync(this.#descriptor.fd, () => resolve()));
  }

  close(): void {
    if (this.#descriptor.isOurs) closeSync(this.#descriptor.fd);
  }

  readonly #put = (bytes: Uint8Array, at: number): void => this.#descriptor.write(bytes, at);
}

/** A log of two halves (protocol/black-box.ts). */
class BoxLog {
  readonly #put: (bytes: Uint8Array, at: number) => void;
  readonly #halves: readonly [Region, Region];
  #number: number;
  /** Where the next record goes. */
  #at = 0;
  #end = 0;

  /** `number`: of the newest half there is. It is left as it is, and the next one begun. */
  constructor(
    put: (bytes: Uint8Array, at: number) => void,
    halves: readonly [Region, Region],
    number: number,
  ) {
    this.#put = put;
    this.#halves = halves;
    this.#number = number;
  }

  append(json: readonly string[]): void {
    let records: Uint8Array[] = [];
    let length = 0;
    const write = (): void => {
      if (records.length === 0) return;
      this.#put(Buffer.concat(records, length), this.#at);
      this.#at += length;
      records = [];
      length = 0;
    };
    for (const text of json) {
      let record = encodeRecord(text, this.#number);
      if (this.#at + length + record.length > this.#end) {
        write();
        this.#begin();
        record = encodeRecord(text, this.#number);
        if (this.#at + record.length > this.#end) continue;
      }
      records.push(record);
      length += record.length;
    }
    write();
  }

  #begin(): void {
    this.#number++;
    const { at, bytes } = this.#halves[this.#number % 2]!;
    const head = encodeHalfHead(this.#number);
    this.#put(head, at);
    this.#at = at + head.length;
    this.#end = at + bytes;
  }
}

/** A pid and a start mean one process within one namespace of pids; containers may share a volume. */
function isSameProcess(there: BoxHeader | null, own: BoxHeader): boolean {
  return there === null || (there.startTicks === own.startTicks && there.pidNamespace === own.pidNamespace);
}

function readIfThere(file: string): Uint8Array | null {
  try {
    return readFileSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
