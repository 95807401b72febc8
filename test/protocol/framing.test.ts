import { deflateRawSync, inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeFrame, FrameReader } from '../../protocol/framing.ts';

const MAX = 10_000;
const wire = (frames: unknown[]): Uint8Array => Buffer.concat(frames.map((frame) => encodeFrame(frame)));

/** A frame's bytes with this payload, whatever it is. */
function raw(payload: Uint8Array, length = payload.length): Uint8Array {
  const header = Buffer.alloc(4);
  header.writeUInt32BE(length);
  return Buffer.concat([header, payload]);
}

it('puts the length first, big endian, in bytes', () => {
  expect([...encodeFrame('é')]).toEqual([0, 0, 0, 4, 0x22, 0xc3, 0xa9, 0x22]);
});

it('gives the frames back however the bytes were cut', () => {
  const cuts = fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 60 });
  fc.assert(
    fc.property(fc.array(fc.jsonValue(), { maxLength: 8 }), cuts, (frames, sizes) => {
      const bytes = wire(frames);
      const reader = new FrameReader(MAX);
      const got: unknown[] = [];
      let at = 0;
      for (const size of sizes) {
        got.push(...reader.push(bytes.subarray(at, at + size)));
        at += size;
      }
      got.push(...reader.push(bytes.subarray(at)));
      expect(JSON.stringify(got)).toBe(JSON.stringify(frames));
    }),
    { numRuns: 500 },
  );
});

it('gives each frame as soon as its last byte is there', () => {
  const reader = new FrameReader(MAX);
  const bytes = wire([{ a: 1 }, { b: 2 }]);
  const got = [...bytes].map((byte) => reader.push(Uint8Array.of(byte)));
  const at = got.flatMap((frames, i) => (frames.length > 0 ? [i] : []));
  expect(at).toEqual([encodeFrame({ a: 1 }).length - 1, bytes.length - 1]);
});

it('keeps nothing of what it gave', () => {
  const reader = new FrameReader(MAX);
  const chunk = wire([{ text: 'first' }]);
  const [frame] = reader.push(chunk);
  chunk.fill(0);
  expect(frame).toEqual({ text: 'first' });
});

describe('what is refused', () => {
  it('a frame over the limit, at its header already', () => {
    const reader = new FrameReader(MAX);
    expect(() => reader.push(raw(new Uint8Array(0), MAX + 1))).toThrowError(
      expect.objectContaining({ code: 'FRAME_TOO_LARGE', facts: { bytes: MAX + 1, maxBytes: MAX } }),
    );
    expect(() => new FrameReader(MAX).push(Buffer.from('SSH-2.0-OpenSSH_9.2\r\n'))).toThrowError(
      expect.objectContaining({ code: 'FRAME_TOO_LARGE' }),
    );
  });

  it('but not one of exactly the limit', () => {
    const text = 'x'.repeat(MAX - 2);
    expect(new FrameReader(MAX).push(encodeFrame(text))).toEqual([text]);
  });

  it.each([
    ['no JSON', Buffer.from('{nope')],
    ['nothing', Buffer.alloc(0)],
    ['half a character', Buffer.from([0x22, 0xc3, 0x22])],
    ['an overlong character', Buffer.from([0x22, 0xc0, 0x80, 0x22])],
    ['a surrogate in UTF-8', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])],
    ['two documents', Buffer.from('1 2')],
  ])('%s', (_, payload) => {
    expect(() => new FrameReader(MAX).push(raw(payload))).toThrowError(
      expect.objectContaining({ code: 'BAD_FRAME' }),
    );
  });

  it('any garbage ends in frames or in a coded error, never in another', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 20 }), (chunks) => {
        const reader = new FrameReader(MAX);
        try {
          for (const chunk of chunks) reader.push(chunk);
        } catch (thrown) {
          expect(['BAD_FRAME', 'FRAME_TOO_LARGE']).toContain((thrown as { code?: string }).code);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('deflated', () => {
  const deflate = (payload: Uint8Array) => (payload.length < 20 ? null : deflateRawSync(payload));
  const inflate = (bytes: Uint8Array, maxOutputLength: number) => inflateRawSync(bytes, { maxOutputLength });

  it('gives the frames back, some deflated and some not', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue(), { maxLength: 8 }), (frames) => {
        const bytes = Buffer.concat(frames.map((frame) => encodeFrame(frame, deflate)));
        expect(JSON.stringify(new FrameReader(MAX, inflate).push(bytes))).toBe(JSON.stringify(frames));
      }),
    );
  });

  it('is not taken by who cannot inflate', () => {
    const bytes = encodeFrame('x'.repeat(100), deflate);
    expect(() => new FrameReader(MAX).push(bytes)).toThrowError(
      expect.objectContaining({ code: 'FRAME_TOO_LARGE' }),
    );
  });

  it('is refused past the limit, however little it deflated to, and when it is no such thing', () => {
    const bomb = encodeFrame('x'.repeat(MAX * 100), deflateRawSync);
    expect(bomb.length).toBeLessThan(MAX / 2);
    for (const bytes of [bomb, raw(Buffer.from('never deflated'), 14 + 0x8000_0000)]) {
      expect(() => new FrameReader(MAX, inflate).push(bytes)).toThrowError(
        expect.objectContaining({ code: 'BAD_FRAME' }),
      );
    }
  });

  it('is refused at its header when it is over the limit itself', () => {
    expect(() =>
      new FrameReader(MAX, inflate).push(raw(new Uint8Array(0), MAX + 1 + 0x8000_0000)),
    ).toThrowError(expect.objectContaining({ code: 'FRAME_TOO_LARGE' }));
  });
});
