import { crc32 } from './crc32.ts';
import type { LedgerEvent, PreviousEpoch } from './ledger.ts';

/**
 * The black box of one life of a service: a file of fixed size that its agent's thread writes and whoever comes
 * after reads, also when the writer was killed in the middle of a write. Every piece carries its length and a
 * checksum; what does not match was torn, and is left out.
 *
 * A slot is one document, written over: two of them in turn where the old one must survive a torn new one. A log is
 * two halves: records go into one until it is full, then the other is begun anew under the next number.
 */
export const BOX = {
  header: { at: 0, bytes: 4096 },
  /** Written by the service's main thread as it exits. */
  exit: { at: 4096, bytes: 512 },
  /** Written by it on an uncaught error. */
  error: { at: 4608, bytes: 3584 },
  /** What must not be lost whatever happens after it: in turn. */
  words: [
    { at: 8192, bytes: 16_384 },
    { at: 24_576, bytes: 16_384 },
  ],
  /** A record a second: ten minutes of one thread, one of ten. */
  samples: [
    { at: 40_960, bytes: 16_384 },
    { at: 57_344, bytes: 16_384 },
  ],
  /** Ledger events: about a thousand. */
  events: [
    { at: 73_728, bytes: 131_072 },
    { at: 204_800, bytes: 131_072 },
  ],
} as const;

export const BOX_BYTES = 335_872;

export interface Region {
  readonly at: number;
  readonly bytes: number;
}

export interface BoxHeader {
  format: 1;
  /** The instance's name for its files (kept-name.ts). */
  keptAs: string;
  service: string;
  instance: string;
  epoch: string;
  pid: number;
  /** With the pid it names the process that writes; null where /proc is not to be had. */
  startTicks: number | null;
  /** One run of the machine, and the namespace that the pid is of; null where the system does not say. */
  bootId: string | null;
  pidNamespace: string | null;
  startedAt: number;
  node: string;
  agent: string;
}

/** A signal to the process itself, written down before it was sent. */
export type PendingAct = NonNullable<PreviousEpoch['act']> & { signal: string };

export interface BoxWords {
  pending: PendingAct | null;
  /** Loops that stand still, main's first. */
  blocked: { lineage: string; since: number; frames: string[] }[];
}

/**
 * One second: of the process, and of each thread `[threadId, loop utilisation, heap in MB, delay in ms, the heap's limit in
 * MB]`; the last is not in the boxes of older agents.
 */
export interface BoxSample {
  at: number;
  cpuPercent: number;
  rssBytes: number;
  threads: [number, number | null, number | null, number | null, (number | null)?][];
}

export interface BoxContents {
  header: BoxHeader;
  exit: { code: number; at: number } | null;
  error: { class: string; message: string; stack: string; at: number } | null;
  words: BoxWords | null;
  samples: BoxSample[];
  events: LedgerEvent[];
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const SLOT_HEAD = 12;
const RECORD_HEAD = 8;
/** A half of a log begins with its number, and a checksum of that. */
const HALF_HEAD = 8;

/** A document for a slot; null where it does not fit. `turn` tells the newer of two. */
export function encodeSlot(value: unknown, turn: number, bytes: number): Uint8Array | null {
  const payload = encoder.encode(JSON.stringify(value));
  if (payload.length > bytes - SLOT_HEAD) return null;
  const slot = new Uint8Array(SLOT_HEAD + payload.length);
  const view = new DataView(slot.buffer);
  view.setUint32(0, payload.length);
  view.setUint32(4, turn);
  view.setUint32(8, crc32(payload, turn));
  slot.set(payload, SLOT_HEAD);
  return slot;
}

function decodeSlot(box: Uint8Array, region: Region): { value: unknown; turn: number } | null {
  if (box.length < region.at + SLOT_HEAD) return null;
  const view = new DataView(box.buffer, box.byteOffset + region.at, SLOT_HEAD);
  const length = view.getUint32(0);
  const turn = view.getUint32(4);
  if (length === 0 || length > region.bytes - SLOT_HEAD) return null;
  const from = region.at + SLOT_HEAD;
  const payload = box.subarray(from, from + length);
  if (payload.length < length || crc32(payload, turn) !== view.getUint32(8)) return null;
  return parse(payload, (value) => ({ value, turn }));
}

export function encodeHalfHead(number: number): Uint8Array {
  const head = new Uint8Array(HALF_HEAD);
  const view = new DataView(head.buffer);
  view.setUint32(0, number);
  view.setUint32(4, crc32(head.subarray(0, 4), 0));
  return head;
}

/** A record of a half with that number; of another half it is none, so what an older turn left behind is not read. */
export function encodeRecord(json: string, number: number): Uint8Array {
  const payload = encoder.encode(json);
  const record = new Uint8Array(RECORD_HEAD + payload.length);
  const view = new DataView(record.buffer);
  view.setUint32(0, payload.length);
  view.setUint32(4, crc32(payload, number));
  record.set(payload, RECORD_HEAD);
  return record;
}

/** Numbers of the halves; 0 for one that was never begun. */
export function halfNumbers(box: Uint8Array, halves: readonly [Region, Region]): [number, number] {
  const [one, two] = halves.map((region) => halfNumber(box, region));
  return [one!, two!];
}

function halfNumber(box: Uint8Array, { at }: Region): number {
  if (box.length < at + HALF_HEAD) return 0;
  const view = new DataView(box.buffer, box.byteOffset + at, HALF_HEAD);
  const number = view.getUint32(0);
  return crc32(box.subarray(at, at + 4), 0) === view.getUint32(4) ? number : 0;
}

function decodeLog(box: Uint8Array, halves: readonly [Region, Region]): unknown[] {
  const numbers = halfNumbers(box, halves);
  const order = numbers[0] < numbers[1] ? [0, 1] : [1, 0];
  return order.flatMap((half) => (numbers[half] === 0 ? [] : decodeHalf(box, halves[half]!, numbers[half]!)));
}

function decodeHalf(box: Uint8Array, { at, bytes }: Region, number: number): unknown[] {
  const records: unknown[] = [];
  const end = Math.min(at + bytes, box.length);
  for (let from = at + HALF_HEAD; from + RECORD_HEAD <= end; ) {
    const view = new DataView(box.buffer, box.byteOffset + from, RECORD_HEAD);
    const length = view.getUint32(0);
    const payload = box.subarray(from + RECORD_HEAD, from + RECORD_HEAD + length);
    if (length === 0 || from + RECORD_HEAD + length > end || crc32(payload, number) !== view.getUint32(4))
      break;
    const value = parse(payload, (parsed) => parsed);
    if (value !== null) records.push(value);
    from += RECORD_HEAD + length;
  }
  return records;
}

function parse<T>(payload: Uint8Array, then: (value: unknown) => T): T | null {
  try {
    return then(JSON.parse(decoder.decode(payload)));
  } catch {
    return null;
  }
}

/** What a box holds; null for a file that is none, or whose header was never finished. */
export function decodeBox(box: Uint8Array): BoxContents | null {
  const header = decodeSlot(box, BOX.header)?.value as BoxHeader | undefined;
  if (header?.format !== 1 || typeof header.epoch !== 'string' || !Number.isFinite(header.pid)) return null;
  const words = BOX.words.map((region) => decodeSlot(box, region)).filter((slot) => slot !== null);
  words.sort((a, b) => b.turn - a.turn);
  return {
    header,
    exit: (decodeSlot(box, BOX.exit)?.value as BoxContents['exit'] | undefined) ?? null,
    error: (decodeSlot(box, BOX.error)?.value as BoxContents['error'] | undefined) ?? null,
    words: (words[0]?.value as BoxWords | undefined) ?? null,
    samples: decodeLog(box, BOX.samples) as BoxSample[],
    events: decodeLog(box, BOX.events) as LedgerEvent[],
  };
}

/** The turn of the words that were written last; 0 where none were. */
export function wordsTurn(box: Uint8Array): number {
  return Math.max(0, ...BOX.words.map((region) => decodeSlot(box, region)?.turn ?? 0));
}
