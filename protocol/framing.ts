import type { ErrorDocument } from './errors.ts';
import { PerchError } from './errors.ts';

/**
 * One frame: the payload's length (4 bytes, big endian), then the payload, one JSON document in UTF-8. With the
 * length's highest bit set the payload is deflated (raw, RFC 1951): only to a client whose hello accepts that.
 * The same framing carries client and agent over ssh, and a joining hub over its unix socket.
 */
export type ClientFrame =
  | { t: 'call'; id: number; name: string; args: unknown }
  | { t: 'cancel'; id: number };

export type AgentFrame =
  | { t: 'result'; id: number; value: unknown }
  | { t: 'error'; id: number; error: ErrorDocument }
  | { t: 'event'; id: number; value: unknown };

/** Deflates a payload; null to send it as it is. */
export type Deflate = (payload: Uint8Array) => Uint8Array | null;
/** Inflates one to at most so many bytes; throws for more, and for what was never deflated. */
export type Inflate = (deflated: Uint8Array, maxBytes: number) => Uint8Array;

const HEADER_BYTES = 4;
const IS_DEFLATED = 0x8000_0000;
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

export function encodeFrame(frame: unknown, deflate: Deflate = () => null): Uint8Array {
  const plain = encoder.encode(JSON.stringify(frame));
  const deflated = deflate(plain);
  const payload = deflated ?? plain;
  const bytes = new Uint8Array(HEADER_BYTES + payload.length);
  new DataView(bytes.buffer).setUint32(0, payload.length + (deflated ? IS_DEFLATED : 0));
  bytes.set(payload, HEADER_BYTES);
  return bytes;
}

/**
 * Cuts a byte stream into frames. `push` returns the frames that are now complete, as parsed JSON.
 * Throws FRAME_TOO_LARGE as soon as a header names more than `maxBytes` (nothing is kept for it), and
 * BAD_FRAME for what is no JSON. Without `inflate` a deflated frame is just too large. After a throw the stream cannot be read on.
 */
export class FrameReader {
  readonly #maxBytes: number;
  readonly #inflate: Inflate | null;
  #chunks: Uint8Array[] = [];
  #length = 0;

  constructor(maxBytes: number, inflate: Inflate | null = null) {
    this.#maxBytes = maxBytes;
    this.#inflate = inflate;
  }

  push(chunk: Uint8Array): unknown[] {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    const frames: unknown[] = [];
    while (this.#length >= HEADER_BYTES) {
      const header = this.#peekHeader();
      const isDeflated = this.#inflate !== null && header >= IS_DEFLATED;
      const payloadBytes = isDeflated ? header - IS_DEFLATED : header;
      if (payloadBytes > this.#maxBytes) {
        throw new PerchError('FRAME_TOO_LARGE', `A frame of ${payloadBytes} bytes is over the limit`, {
          bytes: payloadBytes,
          maxBytes: this.#maxBytes,
        });
      }
      if (this.#length < HEADER_BYTES + payloadBytes) break;
      this.#take(HEADER_BYTES);
      const payload = this.#take(payloadBytes);
      frames.push(parse(isDeflated ? this.#inflated(payload) : payload));
    }
    return frames;
  }

  /** What a few bytes deflate from may be huge: past the limit it is not inflated any further. */
  #inflated(payload: Uint8Array): Uint8Array {
    try {
      return this.#inflate!(payload, this.#maxBytes);
    } catch (cause) {
      throw new PerchError(
        'BAD_FRAME',
        'A frame cannot be inflated, or not within the limit',
        { bytes: payload.length, maxBytes: this.#maxBytes },
        cause,
      );
    }
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
