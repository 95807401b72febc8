/** One event of Chromium's tracing; microseconds. */
export interface TraceEvent {
  name: string;
  ph: string;
  pid: number;
  tid: number;
  ts: number;
  dur?: number;
  args?: { name?: string };
}

/** What runs JavaScript, and what collects after it. One may lie within another. */
const SCRIPT = new Set([
  'FunctionCall',
  'EvaluateScript',
  'v8.evaluateModule',
  'RunMicrotasks',
  'MinorGC',
  'MajorGC',
]);
const FRAME = 'BeginMainThreadFrame';

/**
 * Milliseconds of JavaScript in each frame of the page, from the trace of one page: from the beginning of a frame on the
 * main thread to that of the next, whatever ran it (frames, timers, messages, events).
 */
export function scriptAFrame(events: readonly TraceEvent[]): number[] {
  const main = mainThread(events);
  const own = events.filter(({ pid, tid }) => main !== null && pid === main.pid && tid === main.tid);
  const frames = own.filter(({ name }) => name === FRAME).map(({ ts }) => ts);
  frames.sort((one, other) => one - other);
  const runs = joined(own.filter(({ name, ph }) => ph === 'X' && SCRIPT.has(name)));
  const spent = frames.slice(1).map(() => 0);
  let at = 0;
  for (const { from, until } of runs) {
    while (at < spent.length && frames[at + 1]! <= from) at += 1;
    for (let frame = at; frame < spent.length && frames[frame]! < until; frame++) {
      const part = Math.min(until, frames[frame + 1]!) - Math.max(from, frames[frame]!);
      if (part > 0) spent[frame]! += part / 1000;
    }
  }
  return spent;
}

/** The renderer's main thread with the most frames: the page's. */
function mainThread(events: readonly TraceEvent[]): { pid: number; tid: number } | null {
  const counts = new Map<string, { pid: number; tid: number; frames: number }>();
  for (const { name, pid, tid } of events) {
    if (name !== FRAME) continue;
    const key = `${pid} ${tid}`;
    const known = counts.get(key) ?? { pid, tid, frames: 0 };
    known.frames += 1;
    counts.set(key, known);
  }
  return [...counts.values()].sort((one, other) => other.frames - one.frames)[0] ?? null;
}

/** Intervals without those that lie in others. */
function joined(events: readonly TraceEvent[]): { from: number; until: number }[] {
  const sorted = [...events].sort((one, other) => one.ts - other.ts);
  const runs: { from: number; until: number }[] = [];
  for (const { ts, dur = 0 } of sorted) {
    const last = runs.at(-1);
    if (last && ts <= last.until) last.until = Math.max(last.until, ts + dur);
    else runs.push({ from: ts, until: ts + dur });
  }
  return runs;
}
