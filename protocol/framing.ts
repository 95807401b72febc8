import type { ErrorDocument } from './errors.ts';
import { PerchError } from './errors.ts';

/**
 * One frame: the payload's length (4 bytes, big endian), then the payload, one JSON document in UTF-8.
 * The same framing carries client and agent over ssh, and a joining hub over its unix socket.
 */
export type ClientFrame =
  | { t: 'call'; id: number; name: string; args: unknown }
  | { t: 'cancel'; id: number };

export type AgentFrame =
  | { t: 'result'; id: number; value: unknown }
  | { t: 'error'; id: number; error: ErrorDocument }
  | { t: 'event'; id: number; value: unknown };

const HEADER_BYTES = 4;
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

export function encodeFrame(frame: unknown): Uint8Array {
  const payload = encoder.encode(JSON.stringify(frame));
  const bytes = new Uint8Array(HEADER_BYTES + payload.length);
  new DataView(bytes.buffer).setUint32(0, payload.length);
  bytes.set(payload, HEADER_BYTES);
  return bytes;
}

/**
 * Cuts a byte stream into frames. `push` returns the frames that are now complete, as parsed JSON.
 * Throws FRAME_TOO_LARGE as soon as a header names more than `maxBytes` (nothing is kept for it), and
 * BAD_FRAME for what is no JSON. After a throw the stream cannot be read on.
 */
export class FrameReader {
  readonly #maxBytes: number;
  #chunks: Uint8Array[] = [];
  #length = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  push(chunk: Uint8Array): unknown[] {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    const frames: unknown[] = [];
    while (this.#length >= HEADER_BYTES) {
      const payloadBytes = this.#peekHeader();
      if (payloadBytes > this.#maxBytes) {
        throw new PerchError('FRAME_TOO_LARGE', `A frame of ${payloadBytes} bytes is over the limit`, {
          bytes: payloadBytes,
          maxBytes: this.#maxBytes,
        });
      }
      if (this.#length < HEADER_BYTES + payloadBytes) break;
      this.#take(HEADER_BYTES);
      frames.push(parse(this.#take(payloadBytes)));
    }
    return frames;
  }

  #peekHeader(): number {
    if (this.#chunks[0]!.length < HEADER_BYTES) this.#chunks = [join(this.#chunks, this.#length)];
    const head = this.#chunks[0]!;
    return new DataView(head.buffer, head.byteOffset, HEADER_BYTES).getUint32(0);
  }

  /** The next `bytes` bytes, which must be there; copies only what straddles chunks. */
  #take(bytes: number): Uint8Array {
    const parts: Uint8Array[] = [];
    let missing = bytes;
    while (missing > 0) {
      const chunk = this.#chunks[0]!;
      const part = chunk.subarray(0, missing);
      parts.push(part);
      missing -= part.length;
      if (part.length === chunk.length) this.#chunks.shift();
      else this.#chunks[0] = chunk.subarray(part.length);
    }
    this.#length -= bytes;
    return parts.length === 1 ? parts[0]! : join(parts, bytes);
  }
}

function join(parts: Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function parse(payload: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(payload));
  } catch (cause) {
    throw new PerchError('BAD_FRAME', 'A frame is not JSON in UTF-8', { bytes: payload.length }, cause);
  }
}
