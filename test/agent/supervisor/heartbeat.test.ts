import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { registry } from '../../../agent/registry.ts';
import type { WorkerContext } from '../../../agent/supervisor/context.ts';
import { AwaitedBeats } from '../../../agent/supervisor/heartbeat.ts';
import type { FromRunner } from '../../../agent/supervisor/hosts/notes.ts';
import { serve } from '../../../agent/supervisor/hosts/runner.ts';
import { supervisor } from '../../../agent/supervisor/supervisor.ts';
import { LIMITS } from '../../../protocol/limits.ts';
import { fixture } from './hosts.ts';
import { watchEachTest } from './watch.ts';

const watch = watchEachTest();

describe('on a loop whose time is told by the test', () => {
  let nowMs = 0;
  beforeEach(() => {
    nowMs = 1000;
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
    vi.spyOn(performance, 'now').mockImplementation(() => nowMs);
  });
  afterEach(() => {
    expect(vi.getTimerCount(), 'no timer is left').toBe(0);
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  /** The loop turns: timers fire when they are due. */
  function turn(ms: number, each: () => void = () => {}): void {
    for (let passed = 0; passed < ms; passed++) {
      nowMs++;
      vi.advanceTimersByTime(1);
      each();
    }
  }

  /** It stands still: time passes and no timer fires. */
  function stand(ms: number): void {
    nowMs += ms;
  }

  test('who beats in time is never missed, who does not is missed once, soon', () => {
    const missed: string[] = [];
    const beats = new AwaitedBeats({ everyMs: 100, missed: 2 }, () => {
      missed.push(`at ${nowMs}`);
      beats.end();
    });
    for (let round = 0; round < 20; round++) {
      turn(99);
      beats.beat();
    }
    expect(missed).toEqual([]);
    const lastMs = nowMs;
    turn(225);
    expect(missed).toEqual([]);
    turn(1000);
    expect(missed).toHaveLength(1);
    expect(Number(missed[0]!.slice(3)) - lastMs).toBeLessThanOrEqual(225 + 50 + 25);
  });

  test('time in which the loop stood still does not count', () => {
    let missed = 0;
    const beats = new AwaitedBeats({ everyMs: 100, missed: 1 }, () => missed++);
    for (let round = 0; round < 20; round++) {
      stand(60_000);
      // The overdue timer fires first of all, before whoever wanted to beat can.
      turn(1);
      turn(90);
      beats.beat();
    }
    expect(missed).toBe(0);
    beats.end();
  });

  test('a pause counts until the next beat', () => {
    let missed = 0;
    const beats = new AwaitedBeats({ everyMs: 100, missed: 1 }, () => missed++);
    beats.pause(5000);
    turn(5100);
    expect(missed).toBe(0);
    beats.pause(5000);
    turn(10);
    beats.beat();
    turn(500);
    expect(missed).toBeGreaterThan(0);
    beats.end();
  });

  test('one timer for all, as fast as the fastest asks for', () => {
    const awaited = Array.from(
      { length: 1000 },
      (_, n) => new AwaitedBeats({ everyMs: n % 2 ? 60_000 : 1000, missed: 3 }, () => {}),
    );
    expect(vi.getTimerCount()).toBe(1);
    let missed = 0;
    const quick = new AwaitedBeats({ everyMs: 20, missed: 1 }, () => missed++);
    expect(vi.getTimerCount()).toBe(1);
    turn(40);
    expect(missed).toBeGreaterThan(0);
    quick.end();
    expect(vi.getTimerCount()).toBe(1);
    for (const each of awaited) each.end();
  });

  test('a task that beats no more has crashed, and is restarted', async () => {
    let beat: () => void = () => {};
    const run = (context: WorkerContext) => {
      beat = context.beat;
      return context.stopped;
    };
    const heartbeat = { everyMs: 100, missed: 3 };
    const app = supervisor('app', { children: [{ id: 'a', host: 'task', run, heartbeat }] });
    await app.start();
    expect(watch.node('app/a').child).toMatchObject({ heartbeat });
    turn(2000, () => nowMs % 50 === 0 && beat());
    expect(watch.node('app/a').incarnation).toBe(1);
    turn(400);
    await watch.fact('ready', 'app/a', 2);
    expect(watch.tale().slice(-4)).toEqual([
      ...['exited app/a#1 heartbeat missed', 'decided app/a#1 restart', 'started app/a#2', 'ready app/a#2'],
    ]);
    // A beat of the one before does nothing for its successor, and a stop ends the waiting.
    await app.stop();
    expect(vi.getTimerCount()).toBe(0);
  });

  test('beats are awaited from when it is ready until it is told to stop', async () => {
    let end: () => void = () => {};
    const run = (context: WorkerContext) => {
      return new Promise<void>((resolve) => {
        end = () => {
          context.ready();
          end = resolve;
        };
      });
    };
    const app = supervisor('app', {
      children: [
        { id: 'a', host: 'task', run, ready: 'explicit', shutdown: 'infinity', heartbeat: { everyMs: 10 } },
      ],
    });
    const started = app.start();
    turn(500);
    expect(watch.tale()).toEqual(['started app#1', 'started app/a#1']);
    end();
    await started;
    const stopped = app.stop();
    turn(500);
    end();
    await stopped;
    expect(watch.tale()).toContain('exited app/a#1 shutdown');
  });

  test('a task that hangs and ignores its signal is a straggler beside its successor', async () => {
    const app = supervisor('app', {
      children: [{ id: 'a', host: 'task', run: () => new Promise(() => {}), heartbeat: { everyMs: 10 } }],
    });
    await app.start();
    const hung = watch.node('app/a');
    turn(60);
    await watch.fact('ready', 'app/a', 2);
    expect(hung).toMatchObject({ status: 'stopping', exitReason: 'heartbeat missed' });
    turn(LIMITS.stragglerMs);
    expect(hung.status).toBe('straggler');
    watch.act('app', 'kill');
    await watch.fact('exited', 'app');
    turn(LIMITS.stragglerMs);
    await app.stop();
  });
});

test('a runner says that its thread is about to be held', async () => {
  const sent: FromRunner[] = [];
  const start = { id: 'w', lineage: 'app/w', incarnation: 1, args: { beatsMs: 0 }, isReadyExplicit: false };
  const module = `data:text/javascript,export const run = ({ beat }) => beat()`;
  await new Promise<void>((resolve) => {
    const line = { send: (note: FromRunner) => void sent.push(note), end: () => resolve() };
    serve({ perch: 'start', ...start, module, graceMs: 0, beatMs: 10 }, line);
    registry().onHold!(30_000);
  });
  delete registry().onHold;
  expect(sent).toEqual([
    ...[{ perch: 'held', forMs: 30_000 }, { perch: 'beat' }, { perch: 'ready' }, { perch: 'done' }],
  ]);
});

describe.each(['thread', 'process'] as const)('a %s', (host) => {
  test('is heard from within its busy loop, and is ended when it says nothing more', async () => {
    const child = {
      ...{ id: 'w', host, module: fixture('supervised-beats'), ready: 'explicit' as const },
      args: { beatsMs: 1500 },
      heartbeat: { everyMs: 250, missed: 3 },
    };
    const app = supervisor('app', { children: [child] });
    const said: unknown[] = [];
    app.child('w')!.on('message', (message) => said.push([message, app.child('w')!.incarnation]));
    await app.start();
    const exited = await watch.fact('exited', 'app/w');
    // Longer than its limit it has lived on beats alone; the last word came before the end.
    expect(said).toEqual([['has beaten', 1]]);
    expect(exited).toMatchObject({ reason: 'heartbeat missed' });
    await watch.fact('ready', 'app/w', 2);
    watch.act('app', 'kill');
    await watch.fact('exited', 'app');
    await app.stop();
  }, 30_000);
});
