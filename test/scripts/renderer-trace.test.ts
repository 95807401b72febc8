import { expect, test } from 'vitest';
import { scriptAFrame, type TraceEvent } from '../../bench/renderer/trace.ts';

/** Milliseconds here; the trace counts microseconds. */
const event = (name: string, at: number, ms?: number, tid = 1): TraceEvent => ({
  name,
  ph: ms === undefined ? 'I' : 'X',
  pid: 7,
  tid,
  ts: at * 1000,
  ...(ms !== undefined && { dur: ms * 1000 }),
});
const frames = [0, 16, 32, 48].map((at) => event('BeginMainThreadFrame', at));

test('what lies within another counts once, and what is no script not at all', () => {
  const spent = scriptAFrame([
    ...frames,
    event('FunctionCall', 1, 4),
    event('RunMicrotasks', 2, 1),
    event('MinorGC', 3, 3),
    event('Paint', 8, 5),
    event('FunctionCall', 40, 1),
  ]);
  expect(spent).toEqual([5, 0, 1]);
});

test('what goes on over a frame is in both, and another thread in none', () => {
  const spent = scriptAFrame([...frames, event('FunctionCall', 10, 10), event('FunctionCall', 33, 9, 2)]);
  expect(spent).toEqual([6, 4, 0]);
  expect(scriptAFrame([])).toEqual([]);
});
