import { expect, test, vi } from 'vitest';
import { ThreadLink } from '../../../agent/hub/thread-link.ts';
import { newPulse, PulseReader, PulseWriter } from '../../../agent/probe/pulse.ts';
import { LIMITS } from '../../../protocol/limits.ts';

const BLOCKED_AFTER_MS = LIMITS.blockedMs;

function linked() {
  const memory = newPulse();
  const sent: unknown[] = [];
  const link = new ThreadLink(3, memory, (message) => sent.push(message), 0);
  return { writer: new PulseWriter(memory), reader: new PulseReader(memory), link, sent };
}

test('a loop without a beat is blocked, with its age from the last beat, and turns again with the next', () => {
  const { writer, link } = linked();
  writer.beat(LIMITS.beatMs);
  expect(link.check(1000)).toBeNull();
  expect(link.check(1000 + BLOCKED_AFTER_MS - 1)).toBeNull();
  expect(link.check(1000 + BLOCKED_AFTER_MS)).toEqual({ blocked: true });
  expect(link.blockedSince).toBe(1000);
  expect(link.check(5000)).toBeNull();
  writer.beat(LIMITS.beatMs);
  expect(link.check(6000)).toEqual({ blocked: false, blockedMs: 5000 });
  expect(link.blockedSince).toBeNull();
});

test('beats that a late hub did not see are no sign of a block', () => {
  const { link } = linked();
  link.forgive(10_000);
  expect(link.check(10_000 + BLOCKED_AFTER_MS - 1)).toBeNull();
});

test('questions fail with LOOP_BLOCKED the moment the loop is found blocked, and at once from then on', async () => {
  const { link } = linked();
  const asked = link.ask('flush', {}, 60_000);
  link.check(BLOCKED_AFTER_MS);
  await expect(asked).rejects.toMatchObject({ code: 'LOOP_BLOCKED' });
  await expect(link.ask('flush', {}, 60_000)).rejects.toMatchObject({ code: 'LOOP_BLOCKED' });
});

test('an answer that comes in time is taken, one that never comes has a deadline', async () => {
  vi.useFakeTimers();
  const { link, sent } = linked();
  const first = link.ask('terminate', { threadId: 5 }, 100);
  expect(sent).toEqual([{ t: 'ask', id: 1, question: 'terminate', args: { threadId: 5 } }]);
  expect(link.receive({ t: 'answer', id: 1, value: true })).toBe(true);
  expect(await first).toBe(true);
  const second = link.ask('flush', {}, 100);
  const refused = expect(second).rejects.toMatchObject({ code: 'LOOP_BLOCKED' });
  await vi.advanceTimersByTimeAsync(100);
  await refused;
  vi.useRealTimers();
});

test('figures cross by shared memory; what was never sampled is absent', () => {
  const { writer, reader } = linked();
  expect(reader.figures()).toEqual({});
  writer.sample();
  const figures = reader.figures();
  expect(figures.heapUsedBytes).toBeGreaterThan(1_000_000);
  expect(figures.loopUtilization).toBeGreaterThanOrEqual(0);
  expect(writer.isWatched).toBe(false);
  reader.watch(true);
  expect(writer.isWatched).toBe(true);
});

test('a thread that is held by order is not blocked, nor when it goes on; it is asked nothing meanwhile', async () => {
  const { writer, reader, link } = linked();
  reader.askHold();
  writer.takeHold();
  expect(link.check(10_000)).toBeNull();
  await expect(link.ask('flush', {}, 60_000)).rejects.toMatchObject({
    code: 'LOOP_BLOCKED',
    message: expect.stringContaining('suspended'),
  });
  reader.letGo();
  expect(link.check(10_000 + BLOCKED_AFTER_MS - 1)).toBeNull();
  expect(link.blockedSince).toBeNull();
});
