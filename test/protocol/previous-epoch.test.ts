import { expect, it } from 'vitest';
import type { BoxContents, PendingAct } from '../../protocol/black-box.ts';
import type { LedgerEvent } from '../../protocol/ledger.ts';
import { previousEpochOf } from '../../protocol/previous-epoch.ts';

const at = Date.parse('2026-03-04T03:12:07Z');
const now = at + 5000;
const sample = (when: number) => ({ at: when, cpuPercent: 0, rssBytes: 1, threads: [] });
const pending: PendingAct = {
  act: 'kill',
  call: 'c1',
  author: { key: 'SHA256:ada', name: 'ada' },
  reason: 'drill',
  at: at - 200,
  signal: 'SIGKILL',
};

function box(contents: Partial<BoxContents> = {}): BoxContents {
  return {
    header: {
      format: 1,
      keptAs: 'game',
      service: 'game',
      instance: 'fra-1',
      epoch: 'e1',
      pid: 4121,
      startTicks: 7,
      bootId: 'one',
      pidNamespace: null,
      startedAt: at - 100_000,
      node: '24.0.0',
      agent: '0.1.0',
    },
    exit: null,
    error: null,
    words: { pending: null, blocked: [] },
    samples: [sample(at - 1000), sample(at)],
    events: [],
    ...contents,
  };
}

const words = (contents: Partial<BoxContents>, boot = 'one') =>
  previousEpochOf(box(contents), boot, now).words;

it('says what is known, and no more', () => {
  expect(words({})).toBe(
    'died 03:12:07 UTC, without a word: SIGKILL, a signal without a handler, or a crash of Node',
  );
  expect(words({}, 'two')).toBe('died 03:12:07 UTC, without a word; the machine was started anew since');
  expect(words({ exit: { code: 0, at } })).toBe('ended 03:12:07 UTC with exit code 0');
  expect(previousEpochOf(box(), 'one', now + 86_400_000).words).toMatch(/^died 2026-03-04 03:12:07 UTC/);
});

it('a heap near its limit is told beside it, as no more than what was seen', () => {
  const heap = (threads: BoxContents['samples'][number]['threads']) => ({
    samples: [{ ...sample(at), threads }],
  });
  expect(words(heap([[0, 1, 1979.6, 900, 2096]]))).toMatch(
    /or a crash of Node, main's heap was at 1980 of 2096 MB when last looked at$/,
  );
  expect(words(heap([[0, 1, 900, 0, 2096]]))).toMatch(/a crash of Node$/);
  // Of Node 24's limit 192 MB are for what does not live long: with 256 MB for the rest it ends here.
  expect(words(heap([[0, 1, 248, 0, 448]]))).toMatch(/main's heap was at 248 of 448 MB when last looked at$/);
  // An older agent wrote no limit; a worker's heap ends the worker alone; who was told to end did not die of it.
  expect(words(heap([[0, 1, 1980, 0]]))).toMatch(/a crash of Node$/);
  expect(words(heap([[3, 1, 250, 0, 256]]))).toMatch(/a crash of Node$/);
  expect(words({ ...heap([[0, 1, 1980, 0, 2096]]), words: { pending, blocked: [] } })).not.toContain('heap');
  expect(words({ ...heap([[0, 1, 1980, 0, 2096]]), exit: { code: 0, at } })).not.toContain('heap');
});

it('names who ended it through Perch', () => {
  const blocked = [
    { lineage: 'main', since: at - 41_000, frames: ['Math.random', 'parse (/srv/app.js:41:9)'] },
  ];
  const previous = previousEpochOf(box({ words: { pending, blocked } }), 'one', now);
  expect(previous).toEqual({
    epoch: 'e1',
    pid: 4121,
    diedAt: at,
    words: 'died 03:12:07 UTC, SIGKILL by ada through Perch, loop blocked 41 s before in parse()',
    code: null,
    act: { act: 'kill', call: 'c1', author: pending.author, reason: 'drill', at: pending.at },
    frames: blocked[0]!.frames,
    blockedMs: 41_000,
  });
});

it('says of an orderly end what asked for it, and when', () => {
  const stop = { ...pending, act: 'stop' as const, signal: 'SIGTERM', at: at - 1500 };
  expect(words({ exit: { code: 0, at }, words: { pending: stop, blocked: [] } })).toBe(
    'ended 03:12:07 UTC with exit code 0, SIGTERM by ada through Perch 1.5 s before',
  );
});

it('does not blame a signal that the process outlived', () => {
  const early = { ...pending, at: at - 40_000 };
  const ended = { kind: 'act-ended', call: 'c1', outcome: 'straggler', at: at - 30_000 } as LedgerEvent;
  const previous = previousEpochOf(
    box({ words: { pending: early, blocked: [] }, events: [ended] }),
    'one',
    now,
  );
  expect(previous.words).toMatch(/^died .*, SIGKILL by ada through Perch 40 s before, without a word: /);
  expect(previous.act).toBeNull();
  expect(words({ words: { pending: { ...pending, at: at - 3_600_000 }, blocked: [] } })).not.toContain(
    'Perch',
  );
});

it('names the error that nobody caught, unless the process lived on after it', () => {
  const error = { class: 'TypeError', message: 'x is not a function', stack: '', at: at - 20 };
  expect(words({ exit: { code: 1, at }, error })).toBe(
    'ended 03:12:07 UTC with exit code 1, uncaught TypeError: x is not a function',
  );
  const long = { ...error, at: at - 60_000 };
  expect(words({ exit: { code: 1, at }, error: long })).toBe('ended 03:12:07 UTC with exit code 1');
  expect(words({ exit: { code: 0, at }, error })).toBe('ended 03:12:07 UTC with exit code 0');
});

it('names the loop of another thread, and a frame that is no plain name as it stands', () => {
  const blocked = [{ lineage: 'thread:pool', since: at - 2500, frames: ['(anonymous) (/srv/a.js:1:1)'] }];
  expect(words({ words: { pending: null, blocked } })).toMatch(
    /, loop of thread:pool blocked 2\.5 s before in \(anonymous\) \(\/srv\/a\.js:1:1\)$/,
  );
});
