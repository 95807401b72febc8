import type { Duplex } from 'node:stream';
import { type AgentFrame, encodeFrame, FrameReader } from '../../protocol/framing.ts';
import { PROTOCOL_VERSION } from '../../protocol/version.ts';

/** The other end of a session, frame by frame, so that tests can also say what no client would. */
export class FramePeer {
  readonly stream: Duplex;
  /** Resolves when the other side has ended or closed the stream. */
  readonly ended: Promise<void>;
  readonly #frames: AgentFrame[] = [];
  #waiting: (() => void)[] = [];

  constructor(stream: Duplex) {
    this.stream = stream;
    const reader = new FrameReader(64 * 1024 * 1024);
    stream.on('data', (chunk: Uint8Array) => {
      this.#frames.push(...(reader.push(chunk) as AgentFrame[]));
      this.#wake();
    });
    stream.on('error', () => {});
    this.ended = new Promise((resolve) => {
      stream.on('end', resolve);
      stream.on('close', resolve);
    });
    void this.ended.then(() => this.#wake());
  }

  send(frame: unknown): void {
    this.stream.write(encodeFrame(frame));
  }

  call(id: number, name: string, args: unknown = {}): Promise<AgentFrame> {
    this.send({ t: 'call', id, name, args });
    return this.answer(id);
  }

  hello(id = 1): Promise<AgentFrame> {
    return this.call(id, 'hello', { protocol: PROTOCOL_VERSION, client: 'test' });
  }

  /** The answer to a call, events aside. */
  answer(id: number): Promise<AgentFrame> {
    return this.next((frame) => frame.id === id && frame.t !== 'event');
  }

  /** The first frame not taken yet for which `wanted` holds; rejects when the stream ends first. */
  async next(wanted: (frame: AgentFrame) => boolean = () => true): Promise<AgentFrame> {
    let hasEnded = false;
    void this.ended.then(() => {
      hasEnded = true;
    });
    for (;;) {
      const index = this.#frames.findIndex(wanted);
      if (index >= 0) return this.#frames.splice(index, 1)[0]!;
      if (hasEnded) throw new Error('the session ended without the frame');
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const go of waiting) go();
  }
}

/** The code of an error frame; fails on anything else. */
export function codeOf(frame: AgentFrame): string {
  if (frame.t !== 'error') throw new Error(`no error: ${JSON.stringify(frame)}`);
  return frame.error.code;
}
