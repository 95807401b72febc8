import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Caller } from '../../protocol/caller.ts';
import { PerchError } from '../../protocol/errors.ts';
import type { ClientFrame } from '../../protocol/framing.ts';

let sent: ClientFrame[];
let caller: Caller;
beforeEach(() => {
  vi.useFakeTimers();
  sent = [];
  caller = new Caller((frame) => sent.push(frame));
});
afterEach(() => void vi.useRealTimers());

it('matches answers to calls by id, in whatever order they come', async () => {
  const first = caller.call('ping', {});
  const second = caller.call('node', { node: '1' });
  expect(sent).toEqual([
    { t: 'call', id: 1, name: 'ping', args: {} },
    { t: 'call', id: 2, name: 'node', args: { node: '1' } },
  ]);
  caller.receive({ t: 'error', id: 2, error: { code: 'NO_SUCH_NODE', message: 'none', facts: {} } });
  caller.receive({ t: 'result', id: 1, value: { at: 5 } });
  caller.receive({ t: 'result', id: 1, value: { at: 6 } });
  caller.receive({ t: 'result', id: 77, value: null });
  await expect(first).resolves.toEqual({ at: 5 });
  await expect(second).rejects.toMatchObject({ code: 'NO_SUCH_NODE' });
});

it('cancels at the agent what is given up here', async () => {
  const given = new AbortController();
  const call = caller.call('tree', {}, { signal: given.signal });
  given.abort();
  await expect(call).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(sent.at(-1)).toEqual({ t: 'cancel', id: 1 });
  caller.receive({ t: 'result', id: 1, value: null });
});

it('sends nothing of a call that was given up before', async () => {
  await expect(caller.call('tree', {}, { signal: AbortSignal.abort() })).rejects.toMatchObject({
    code: 'CANCELLED',
  });
  expect(sent).toEqual([]);
});

it('passes events on until a watch is ended, which is no error', async () => {
  const events: unknown[] = [];
  const ended = new AbortController();
  const watch = caller.call(
    'watch-ledger',
    {},
    { signal: ended.signal, onEvent: (event) => events.push(event) },
  );
  caller.receive({ t: 'event', id: 1, value: { firstSeq: 1 } });
  ended.abort();
  caller.receive({ t: 'event', id: 1, value: { firstSeq: 2 } });
  await expect(watch).resolves.toBe(null);
  expect(events).toEqual([{ firstSeq: 1 }]);
  expect(sent.at(-1)).toEqual({ t: 'cancel', id: 1 });
});

it('waits a little longer than the agent, then gives up and says so there', async () => {
  const call = caller.call('state', { node: '1', timeoutMs: 3000 });
  const outcome = expect(call).rejects.toMatchObject({ code: 'TIMEOUT' });
  await vi.advanceTimersByTimeAsync(3500);
  expect(sent).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(2000);
  await outcome;
  expect(sent.at(-1)).toEqual({ t: 'cancel', id: 1 });
});

it('gives a watch no deadline, and leaves no timer behind', async () => {
  void caller.call('watch-tree', {});
  const call = caller.call('ping', {});
  expect(vi.getTimerCount()).toBe(1);
  caller.receive({ t: 'result', id: 2, value: { at: 1 } });
  await call;
  expect(vi.getTimerCount()).toBe(0);
});

it('fails everything under way when the connection ends, and everything after', async () => {
  const lost = new PerchError('CONNECTION_LOST', 'It ended');
  const calls = [caller.call('ping', {}), caller.call('watch-tree', {})].map((call) =>
    expect(call).rejects.toBe(lost),
  );
  caller.end(lost);
  caller.end(new PerchError('INTERNAL', 'Too late'));
  await Promise.all(calls);
  await expect(caller.call('ping', {})).rejects.toBe(lost);
  expect(sent).toHaveLength(2);
});

describe('what is no answer', () => {
  it.each([
    [null],
    ['x'],
    [{}],
    [{ t: 'call', id: 1 }],
    [{ t: 'result' }],
    [{ t: 'error', id: 1 }],
    [{ t: 'error', id: 1, error: { code: 5 } }],
  ])('%j', (frame) => {
    void caller.call('ping', {}).catch(() => {});
    expect(() => caller.receive(frame)).toThrowError(expect.objectContaining({ code: 'BAD_FRAME' }));
  });
});
