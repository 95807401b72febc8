import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { BoxFile } from '../../agent/hub/black-box/box-file.ts';
import { BOX, BOX_BYTES, type BoxHeader, decodeBox } from '../../protocol/black-box.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'perch-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const header: BoxHeader = {
  format: 1,
  keptAs: 'game~fra-1~0123456789ab',
  service: 'game',
  instance: 'fra-1',
  epoch: 'e1',
  pid: 4121,
  startTicks: 77,
  bootId: 'boot',
  pidNamespace: 'pid:[1]',
  startedAt: 1_000,
  node: '24.0.0',
  agent: '0.1.0',
};

const event = (seq: number) => JSON.stringify({ seq, kind: 'ready', node: { id: 'x' }, at: seq, t: seq });
const sample = (at: number) => ({ at, cpuPercent: 1, rssBytes: 1, threads: [] });
const read = (file: string) => new Uint8Array(readFileSync(file));

it('its places do not overlap and fill the file', () => {
  const regions = [BOX.header, BOX.exit, BOX.error, ...BOX.words, ...BOX.samples, ...BOX.events];
  let at = 0;
  for (const region of regions) {
    expect(region.at).toBe(at);
    at += region.bytes;
  }
  expect(at).toBe(BOX_BYTES);
});

it('holds what was written, the newest of what does not fit', () => {
  const box = new BoxFile(path.join(folder, 'a/1.box'), header);
  for (let seq = 1; seq <= 6000; seq++) box.events([event(seq)]);
  for (let at = 1; at <= 2000; at++) box.sample(sample(at));
  box.words({ pending: null, blocked: [{ lineage: 'main', since: 5, frames: ['parse (a.js:1:1)'] }] });
  const contents = decodeBox(read(box.file))!;
  expect(contents).toMatchObject({ header, exit: null, error: null, words: { blocked: [{ since: 5 }] } });
  expect(contents.samples.at(-1)!.at).toBe(2000);
  expect(contents.samples.length).toBeGreaterThan(200);
  const seqs = contents.events.map(({ seq }) => seq);
  expect(seqs.at(-1)).toBe(6000);
  expect(seqs.length).toBeGreaterThan(1000);
  expect(seqs).toEqual(seqs.map((_, index) => seqs[0]! + index));
  expect(read(box.file).length).toBe(BOX_BYTES);
});

it('a later hub of the same process finds the events of the one before, and adds its own', () => {
  const file = path.join(folder, 'a/1.box');
  const first = new BoxFile(file, header);
  first.events([event(1), event(2)]);
  first.close();
  const second = new BoxFile(file, { ...header, epoch: 'e2' });
  expect(second.earlier.map(({ seq }) => seq)).toEqual([1, 2]);
  second.events([event(3)]);
  const contents = decodeBox(read(file))!;
  expect(contents.header.epoch).toBe('e2');
  expect(contents.events.map(({ seq }) => seq)).toEqual([1, 2, 3]);
});

it('a box of that name which another process writes is left alone', () => {
  const file = path.join(folder, 'a/1.box');
  const first = new BoxFile(file, header);
  expect(() => new BoxFile(file, { ...header, pidNamespace: 'pid:[2]' })).toThrow("another process's");
  first.events([event(1)]);
  expect(decodeBox(read(file))!.events).toHaveLength(1);
});

it('a write that was torn at any byte loses itself only', () => {
  const file = path.join(folder, 'a/1.box');
  const box = new BoxFile(file, header);
  const pending = (call: string) => ({
    pending: {
      act: 'kill' as const,
      call,
      author: { key: 'k', name: 'n' },
      reason: 'r',
      at: 1,
      signal: 'SIGKILL',
    },
    blocked: [],
  });
  box.words(pending('one'));
  box.events([event(1)]);
  const before = read(file);
  box.words(pending('two'));
  box.events([event(2), event(3)]);
  const after = read(file);
  const changed = [...after.keys()].filter((at) => after[at] !== before[at]);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: changed.length }), (count) => {
      const torn = new Uint8Array(before);
      for (const at of changed.slice(0, count)) torn[at] = after[at]!;
      const contents = decodeBox(torn)!;
      expect(['one', 'two']).toContain(contents.words!.pending!.call);
      const seqs = contents.events.map(({ seq }) => seq);
      expect([[1], [1, 2], [1, 2, 3]]).toContainEqual(seqs);
    }),
  );
});

it('reads nothing out of noise, and never throws', () => {
  expect(decodeBox(new Uint8Array())).toBeNull();
  expect(decodeBox(new Uint8Array(BOX_BYTES))).toBeNull();
  const box = new BoxFile(path.join(folder, 'a/1.box'), header);
  box.events([event(1)]);
  const whole = read(box.file);
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 0, max: BOX_BYTES - 1 }), fc.integer({ min: 0, max: 255 })), {
        maxLength: 40,
      }),
      fc.integer({ min: 0, max: BOX_BYTES }),
      (changes, length) => {
        const noise = whole.slice(0, length);
        for (const [at, byte] of changes) if (at < noise.length) noise[at] = byte;
        const contents = decodeBox(noise);
        for (const each of contents?.events ?? []) expect(each.seq).toBe(1);
      },
    ),
  );
});
