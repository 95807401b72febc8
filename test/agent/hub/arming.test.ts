import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Armings } from '../../../agent/hub/arming.ts';
import type { Arming } from '../../../protocol/ledger.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const ada = { key: 'SHA256:ada', name: 'ada' };

function lab() {
  const told: string[] = [];
  const armings = new Armings({
    armed: ({ reason }: Arming) => told.push(`armed ${reason}`),
    disarmed: ({ reason }, why) => told.push(`${why} ${reason}`),
    isKnownCall: (call) => call === 'known',
  });
  return { armings, told, session: armings.session(ada) };
}

test('a session may act from arm to disarm, and everybody is told of both', () => {
  const { armings, told, session } = lab();
  expect(session.mayAct('c')).toBe(false);
  const arming = session.arm('a drill', 60_000);
  expect(arming).toMatchObject({ author: ada, reason: 'a drill', until: arming.since + 60_000 });
  expect(armings.all).toEqual([arming]);
  expect(session.mayAct('c')).toBe(true);
  session.disarm();
  session.disarm();
  expect(session.mayAct('c')).toBe(false);
  expect(armings.all).toEqual([]);
  expect(told).toEqual(['armed a drill', 'asked a drill']);
});

test('its time ends it, also when the wall clock was set back', () => {
  const { told, session } = lab();
  session.arm('a drill', 1000);
  vi.setSystemTime(0);
  vi.advanceTimersByTime(999);
  expect(session.mayAct('c')).toBe(true);
  vi.advanceTimersByTime(1);
  expect(session.mayAct('c')).toBe(false);
  expect(told).toEqual(['armed a drill', 'time a drill']);
});

test('a new arming takes the place of the one before; the end of the session ends it', () => {
  const { armings, told, session } = lab();
  session.arm('one', 1000);
  session.arm('two', 5000);
  vi.advanceTimersByTime(2000);
  expect(session.mayAct('c')).toBe(true);
  session.end();
  expect(armings.all).toEqual([]);
  expect(told).toEqual(['armed one', 'asked one', 'armed two', 'session two']);
});

test('sessions of one key are armed each for itself', () => {
  const { armings, session } = lab();
  const other = armings.session(ada);
  session.arm('mine', 1000);
  expect(other.mayAct('c')).toBe(false);
});

test('what became of a known call is given without it; a reason is needed', () => {
  const { session } = lab();
  expect(session.mayAct('known')).toBe(true);
  expect(() => session.arm('  ', 1000)).toThrow(expect.objectContaining({ code: 'BAD_CALL' }));
});
