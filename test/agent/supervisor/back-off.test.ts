import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { registry } from '../../../agent/registry.ts';
import type { WorkerContext } from '../../../agent/supervisor/context.ts';
import { supervisor } from '../../../agent/supervisor/supervisor.ts';
import { LIMITS } from '../../../protocol/limits.ts';
import { Drive } from './drive.ts';
import { watchEachTest } from './watch.ts';

const BACK_OFF = { firstMs: 100, mostMs: 1000, factor: 2, jitter: 0 };
const flags = { intensity: 9, periodMs: 5000, backOff: BACK_OFF };

describe('what is decided', () => {
  test('each restart in a row waits longer, to the longest; after a period of running, anew', () => {
    const drive = new Drive(flags, ['a']).start();
    const waits = [100, 200, 400, 800, 1000, 1000];
    for (const ms of waits) {
      drive.exit('a', 'crash');
      drive.nowMs += ms;
      expect(drive.due('a')).toEqual(['end-wait a', 'start a']);
    }
    expect(drive.log.filter((line) => line.startsWith('wait'))).toEqual(waits.map((ms) => `wait a ${ms}`));
    drive.log.length = 0;
    drive.nowMs += 4999;
    drive.exit('a', 'crash');
    expect(drive.log).toEqual(['restart a', 'wait a 1000']);
    drive.due('a');
    drive.nowMs += 5000;
    drive.log.length = 0;
    drive.exit('a', 'crash');
    expect(drive.log).toEqual(['restart a', 'wait a 100']);
  });

  test('chance shortens it by its share at most', () => {
    const drive = new Drive({ ...flags, backOff: { ...BACK_OFF, jitter: 0.5 } }, ['a', 'b']).start();
    drive.exit('a', 'crash');
    drive.random = 0.998;
    drive.exit('b', 'crash');
    expect(drive.log).toEqual(['restart a', 'wait a 100', 'restart b', 'wait b 50']);
  });

  test('a restart counts when it is decided, and once', () => {
    const drive = new Drive({ ...flags, intensity: 2, periodMs: 1000 }, ['a']).start();
    drive.exit('a', 'crash');
    drive.due('a');
    drive.exit('a', 'crash');
    drive.due('a');
    drive.exit('a', 'crash');
    expect(drive.log.slice(-2)).toEqual(['escalate a', 'exit intensity']);
  });

  test('a restart that fails waits like any other', () => {
    const drive = new Drive(flags, ['a']).start();
    drive.failing.set('a', 1);
    drive.exit('a', 'crash');
    drive.due('a');
    expect(drive.log).toEqual([
      ...['restart a', 'wait a 100', 'end-wait a', 'start a', 'restart a', 'wait a 200'],
    ]);
    expect(drive.due('a')).toEqual(['end-wait a', 'start a']);
    expect(drive.running()).toEqual(['a']);
  });

  test('meanwhile everything else is served; terminated, it stays stopped', () => {
    const drive = new Drive(flags, ['a', 'b']).start();
    drive.exit('a', 'crash');
    const ask = (type: 'restart-child' | 'delete-child' | 'terminate-child', id: string) =>
      drive.feed({ type, id, request: type });
    expect(ask('restart-child', 'a')).toEqual(['restart-child: restarting']);
    expect(ask('delete-child', 'a')).toEqual(['delete-child: restarting']);
    expect(ask('terminate-child', 'b')).toEqual(['stop b', 'terminate-child: ok']);
    expect(ask('terminate-child', 'a')).toEqual(['no-restart a', 'end-wait a', 'terminate-child: ok']);
    // Its timer may have fired already.
    expect(drive.due('a')).toEqual([]);
    expect(ask('restart-child', 'a')).toEqual(['start a', 'restart-child: ok']);
    expect(drive.due('a')).toEqual([]);
    expect(drive.feed({ type: 'shutdown' })).toEqual(['stop a', 'exit shutdown']);
  });

  test('started by hand it starts at once', () => {
    const drive = new Drive(flags, ['a']).start();
    drive.exit('a', 'crash');
    expect(drive.feed({ type: 'cycle-child', id: 'a', request: 'cycle' })).toEqual([
      ...['end-wait a', 'start a', 'cycle: ok'],
    ]);
  });

  test.each(['shutdown', 'kill'] as const)('a %s does not wait', (type) => {
    const drive = new Drive(flags, ['a', 'b']).start();
    drive.exit('a', 'crash');
    const ending =
      type === 'kill' ? ['kill b', 'end-wait a', 'exit killed'] : ['stop b', 'end-wait a', 'exit shutdown'];
    expect(drive.feed({ type })).toEqual(ending);
  });

  test('its group stops at once and starts with it', () => {
    const drive = new Drive({ ...flags, strategy: 'rest_for_one' }, ['a', 'b', 'c:temporary', 'd']).start();
    drive.slow.add('d');
    drive.exit('b', 'crash');
    expect(drive.log).toEqual(['restart b with c d', 'stop d']);
    const d = drive.child('d');
    drive.log.length = 0;
    drive.feed({ type: 'exited', child: d, pid: d.pid, exit: { kind: 'shutdown', reason: 'shutdown' } });
    expect(drive.log).toEqual(['stop c', 'forget c', 'wait b 100']);
    drive.slow.clear();
    // What is started by hand meanwhile is stopped again: it would have run without the one before it.
    drive.feed({ type: 'restart-child', id: 'd', request: 'd' });
    expect(drive.due('b')).toEqual(['end-wait b', 'stop d', 'start b', 'start d']);
  });

  test('the crash of one before it takes a waiting one along', () => {
    const drive = new Drive({ ...flags, strategy: 'rest_for_one' }, ['a', 'b']).start();
    drive.exit('b', 'crash');
    drive.nowMs += 60;
    drive.log.length = 0;
    drive.exit('a', 'crash');
    expect(drive.log).toEqual(['restart a with b', 'end-wait b', 'wait a 100']);
    expect(drive.feed({ type: 'due', child: drive.child('b'), pid: drive.child('b').pid })).toEqual([]);
    expect(drive.due('a')).toEqual(['end-wait a', 'start a', 'start b']);
  });

  test('what gives up meanwhile takes the waiting one along', () => {
    const drive = new Drive({ ...flags, intensity: 1 }, ['a', 'b']).start();
    drive.exit('a', 'crash');
    drive.log.length = 0;
    drive.exit('b', 'crash');
    expect(drive.log).toEqual(['escalate b', 'end-wait a', 'exit intensity']);
  });
});

describe('what is done', () => {
  const watch = watchEachTest();
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date', 'performance', 'setTimeout', 'clearTimeout'] });
  });
  afterEach(() => {
    expect(vi.getTimerCount(), 'no timer is left').toBe(0);
    vi.useRealTimers();
  });

  function newApp(more: object = {}) {
    let crash: (thrown: unknown) => void = () => {};
    const a = {
      id: 'a',
      host: 'task' as const,
      run: (context: WorkerContext) =>
        new Promise<void>((resolve, reject) => {
          crash = reject;
          void context.stopped.then(resolve);
        }),
      ...more,
    };
    const backOff = { firstMs: 100, mostMs: 1000 };
    const app = supervisor('app', { intensity: 9, backOff, children: [a] });
    const crashed = async () => {
      crash(new Error('broken'));
      await watch.until(() => watch.facts.at(-1)?.kind === 'decided');
    };
    return { app, crashed };
  }

  test('the tree says that it waits, and until when', async () => {
    const { app, crashed } = newApp();
    await app.start();
    expect(watch.node('app').supervisor).toMatchObject({ backOff: { firstMs: 100, mostMs: 1000 } });
    await crashed();
    expect(watch.facts.at(-1)).toMatchObject({ kind: 'decided', decision: 'restart', delayMs: 100 });
    const waiting = watch.node('app/a');
    expect(waiting).toMatchObject({
      ...{ incarnation: 1, status: 'restarting', exitReason: 'Error: broken', restartsAt: Date.now() + 100 },
    });
    expect(app.whichChildren()).toMatchObject([{ id: 'a', status: 'restarting' }]);
    vi.advanceTimersByTime(99);
    expect(watch.node('app/a')).toBe(waiting);
    vi.advanceTimersByTime(1);
    expect(watch.node('app/a')).toMatchObject({ incarnation: 2, status: 'running' });
    expect(waiting).toMatchObject({ status: 'exited', restartsAt: null });
    expect(watch.ended).toEqual([waiting]);
    await app.stop();
  });

  test('terminated meanwhile it is just stopped; the decision is taken back', async () => {
    const { app, crashed } = newApp();
    await app.start();
    await crashed();
    await app.terminateChild('a');
    expect(watch.tale().at(-1)).toBe('decided app/a#1 no-restart');
    expect(watch.node('app/a')).toMatchObject({ status: 'exited', restartsAt: null });
    expect(vi.getTimerCount()).toBe(0);
    await app.stop();
  });

  test('a person can stop it, or have it started at once', async () => {
    const { app, crashed } = newApp();
    await app.start();
    await crashed();
    expect(watch.act('app/a', 'kill')).toMatchObject({ accepted: false, code: 'GONE' });
    expect(watch.act('app/a', 'stop')).toEqual({ accepted: true });
    await watch.until(() => watch.node('app/a').status === 'exited');
    expect(watch.act('app/a', 'stop')).toMatchObject({ accepted: false, code: 'GONE' });
    watch.act('app/a', 'restart');
    await watch.fact('ready', 'app/a', 2);
    await crashed();
    watch.act('app/a', 'restart');
    await watch.fact('ready', 'app/a', 3);
    await app.stop();
  });

  test('the end of its supervisor ends the wait', async () => {
    const { app, crashed } = newApp();
    await app.start();
    await crashed();
    await app.stop();
    expect([watch.lineages(), registry().nodes.size]).toEqual([[], 0]);
  });

  test('killed code that runs on beside the wait is called what it is', async () => {
    let end: () => void = () => {};
    const endless = new Promise<void>((resolve) => {
      end = resolve;
    });
    const { app } = newApp({ run: () => endless });
    await app.start();
    watch.act('app/a', 'kill');
    await watch.fact('decided', 'app/a');
    expect(watch.node('app/a')).toMatchObject({ status: 'stopping', restartsAt: expect.any(Number) });
    end();
    await watch.fact('exited', 'app/a');
    expect(watch.node('app/a')).toMatchObject({ status: 'restarting' });
    await app.stop();
    vi.advanceTimersByTime(LIMITS.stragglerMs);
  });
});
