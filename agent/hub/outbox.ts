import type { Duplex, Writable } from 'node:stream';
import { deflateRawSync } from 'node:zlib';
import { asPerchError, PerchError } from '../../protocol/errors.ts';
import { type AgentFrame, type Deflate, encodeFrame } from '../../protocol/framing.ts';
import { LIMITS } from '../../protocol/limits.ts';

/** A stream of frames. */
export type SessionStream = Duplex & {
  /** The socket beneath a channel: bytes the channel has let go of may still wait there. */
  readonly transport?: Writable;
  /** Says how it went before the stream ends (an exit status: 0 is well), where the stream has words for it. */
  leave?(exit: 0 | 1): void;
};

/** Past this a client is not slow, it is not reading: one whole tree, and what was queued before it. */
const ABANDON_BYTES = LIMITS.maxFrameBytes + LIMITS.maxQueuedBytes;

/** The sending half of a session: counts what waits, and never throws. */
export class Outbox {
  /** The client takes large frames deflated. */
  mayDeflate = false;
  readonly #stream: SessionStream;
  #queued = 0;
  #isClosed = false;
  #waiting: (() => void)[] = [];
  readonly #traffic: { bytesOut: number };

  /** `traffic` counts what has left. */
  constructor(stream: SessionStream, traffic: { bytesOut: number }, onClose: () => void) {
    this.#stream = stream;
    this.#traffic = traffic;
    const { transport } = stream;
    const closed = () => {
      stream.off('close', closed);
      transport?.off('close', closed);
      this.#isClosed = true;
      this.#release();
      onClose();
    };
    stream.on('close', closed);
    // A channel that is paused, since its client takes nothing, never comes to its own `close`.
    transport?.on('close', closed);
  }

  /** A frame that cannot be sent (too large, no JSON) goes out as an error in its place. */
  send(frame: AgentFrame): void {
    if (this.#isClosed) return;
    const bytes = encode(frame, this.mayDeflate ? deflate : undefined);
    this.#queued += bytes.length;
    try {
      this.#stream.write(bytes, (error) => {
        this.#queued -= bytes.length;
        if (!error) this.#traffic.bytesOut += bytes.length;
        if (this.#queued === 0) this.#release();
      });
    } catch {
      // A channel whose connection has just ended throws; its `close` follows.
      this.abandon();
    }
    if (this.queuedBytes() > ABANDON_BYTES) this.abandon();
  }

  /** Bytes that the client has not taken yet. */
  queuedBytes(): number {
    return this.#queued + (this.#stream.transport?.writableLength ?? 0);
  }

  /** Resolves once what is queued now is in the kernel's hands, or the stream has closed. */
  async drained(): Promise<void> {
    if (this.#queued > 0 && !this.#isClosed)
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    const transport = this.#stream.transport;
    if (!transport || transport.writableLength === 0 || this.#isClosed) return;
    // Nothing, written behind the rest: its callback comes when all of that has gone, or can no more.
    await new Promise<void>((resolve) => transport.write('', () => resolve()));
  }

  /** Ends after what is queued; a client that does not take it is let go. */
  end(exit: 0 | 1): void {
    if (this.#isClosed) return;
    try {
      this.#stream.leave?.(exit);
      this.#stream.end();
    } catch {
      this.abandon();
    }
    const timer = setTimeout(() => this.abandon(), LIMITS.loginMs);
    timer.unref();
    this.#waiting.push(() => clearTimeout(timer));
  }

  /** Ends at once, with the connection beneath. */
  abandon(): void {
    (this.#stream.transport ?? this.#stream).destroy();
  }

  #release(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const go of waiting) go();
  }
}

/** Level 1: half the time of the usual one, for a tree's columns within a tenth of its size. */
const deflate: Deflate = (payload) =>
  payload.length < LIMITS.deflateFromBytes || payload.length > LIMITS.maxFrameBytes
    ? null
    : deflateRawSync(payload, { level: 1 });

function encode(frame: AgentFrame, deflate?: Deflate): Uint8Array {
  try {
    const bytes = encodeFrame(frame, deflate);
    if (bytes.length <= LIMITS.maxFrameBytes) return bytes;
    const facts = { bytes: bytes.length, maxBytes: LIMITS.maxFrameBytes };
    throw new PerchError(
      'FRAME_TOO_LARGE',
      `The answer has ${bytes.length} bytes, more than a frame holds`,
      facts,
    );
  } catch (thrown) {
    const { code, message } = asPerchError(thrown);
    return encodeFrame({ t: 'error', id: frame.id, error: { code, message, facts: {} } });
  }
}
