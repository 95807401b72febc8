import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { WorkerContext } from '../../../agent/supervisor/context.ts';
import { dynamicSupervisor, supervisor } from '../../../agent/supervisor/supervisor.ts';
import { LIMITS } from '../../../protocol/limits.ts';
import { watchEachTest } from './watch.ts';

const watch = watchEachTest();

/** A task whose first life ends when the test says so, whatever it is told; later ones obey. */
function stubborn() {
  const lives: { context: WorkerContext; end(): void }[] = [];
  const run = (context: WorkerContext) =>
    new Promise<void>((end) => {
      lives.push({ context, end });
      if (context.incarnation > 1) void context.stopped.then(end);
    });
  return { lives, run };
}

describe('a kill', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
  afterEach(() => void vi.useRealTimers());

  test('of a task that obeys: it has ended before its successor starts', async () => {
    const app = supervisor('app', {
      children: [{ id: 'a', host: 'task', run: (context) => context.stopped }],
    });
    await app.start();
    watch.facts = [];
    watch.act('app/a', 'kill');
    await watch.fact('ready', 'app/a', 2);
    expect(watch.tale()).toEqual([
      ...['exited app/a#1 killed', 'decided app/a#1 restart', 'started app/a#2', 'ready app/a#2'],
    ]);
    await app.stop();
  });

  test('of one that does not: its successor runs beside it, it is a straggler, and exited when it ends at last', async () => {
    const { lives, run } = stubborn();
    const app = supervisor('app', { children: [{ id: 'a', host: 'task', run }] });
    await app.start();
    const old = watch.node('app/a');
    watch.facts = [];
    watch.act('app/a', 'kill', 'call-7');
    await watch.fact('ready', 'app/a', 2);
    expect(watch.tale()).toEqual(['decided app/a#1 restart', 'started app/a#2', 'ready app/a#2']);
    expect([old.status, old.endedAt]).toEqual(['stopping', null]);
    expect(watch.lineages().filter((lineage) => lineage === 'app/a')).toHaveLength(2);
    expect(old.act('kill', { call: 'again', reason: '', author: { key: '', name: '' } })).toMatchObject({
      code: 'GONE',
    });

    vi.advanceTimersByTime(LIMITS.stragglerMs - 1);
    expect(old.status).toBe('stopping');
    vi.advanceTimersByTime(1);
    expect(old.status).toBe('straggler');
    const straggler = await watch.fact('straggler', 'app/a');
    expect(straggler.afterMs).toBeGreaterThanOrEqual(LIMITS.stragglerMs);

    watch.facts = [];
    lives[0]!.end();
    const exited = await watch.fact('exited', 'app/a');
    expect(exited).toMatchObject({ node: old, reason: 'killed', call: 'call-7' });
    expect([old.status, watch.ended]).toEqual(['exited', [old]]);
    expect(watch.tale()).toEqual(['exited app/a#1 killed']);
    await app.stop();
  });

  test('takes the handle away at once: nothing it says is heard any more', async () => {
    const { lives, run } = stubborn();
    const heard: unknown[] = [];
    const app = supervisor('app', { children: [{ id: 'a', host: 'task', run }] });
    app.child('a')!.on('message', (message) => heard.push(message));
    await app.start();
    const old = watch.node('app/a');
    watch.act('app/a', 'kill');
    await watch.fact('ready', 'app/a', 2);
    const { context } = lives[0]!;
    context.post('from the dead');
    context.state({ a: 1 });
    lives[1]!.context.post('from the living');
    await new Promise((resolve) => setImmediate(resolve));
    expect([heard, old.state]).toEqual([['from the living'], undefined]);
    expect(context.signal).toMatchObject({
      aborted: true,
      reason: { name: 'AbortError', message: /killed/ },
    });
    lives[0]!.end();
    await app.stop();
  });
});

describe('an orderly stop', () => {
  test('waits for the task, which may end with its AbortError', async () => {
    const order: string[] = [];
    const app = supervisor('app', {
      children: [
        {
          id: 'a',
          host: 'task',
          async run({ signal }) {
            await new Promise((resolve) => signal.addEventListener('abort', resolve));
            await new Promise((resolve) => setImmediate(resolve));
            order.push('a has cleaned up');
            signal.throwIfAborted();
          },
        },
      ],
    });
    await app.start();
    await app.stop();
    order.push('app has stopped');
    expect(order).toEqual(['a has cleaned up', 'app has stopped']);
    expect(watch.tale()).toContain('exited app/a#1 shutdown');
  });

  test('says so when the task fails while it stops', async () => {
    const app = supervisor('app', {
      children: [
        { id: 'a', host: 'task', run: (context) => context.stopped.then(() => Promise.reject('disk full')) },
      ],
    });
    await app.start();
    await app.stop();
    expect(watch.tale()).toContain('exited app/a#1 disk full');
  });

  test('kills it when its time is over; brutal_kill gives it none', async () => {
    const { lives, run } = stubborn();
    const app = supervisor('app', {
      children: [
        { id: 'brutal', host: 'task', shutdown: 'brutal_kill', run },
        { id: 'slow', host: 'task', shutdown: { afterMs: 30 }, run },
      ],
    });
    await app.start();
    const startedAt = performance.now();
    await app.stop();
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(29);
    // Not called dead: their code still runs.
    expect(watch.tale().filter((line) => /^exited app\//.test(line))).toEqual([]);
    expect(watch.lineages()).toEqual(['app/brutal', 'app/slow']);
    for (const { end } of lives) end();
    await watch.until(() => watch.lineages().length === 0);
    expect(watch.tale().filter((line) => /^exited app\//.test(line))).toEqual([
      ...['exited app/brutal#1 killed', 'exited app/slow#1 killed'],
    ]);
  });

  test('infinity waits as long as it takes', async () => {
    const { lives, run } = stubborn();
    const app = supervisor('app', { children: [{ id: 'a', host: 'task', shutdown: 'infinity', run }] });
    await app.start();
    let hasStopped = false;
    const stopped = app.stop().then(() => {
      hasStopped = true;
    });
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(hasStopped).toBe(false);
    lives[0]!.end();
    await stopped;
  });
});

describe('a context', () => {
  test('knows who it is, and hands over state and backlog by reference', async () => {
    const board = { cells: ['x'] };
    const moves = [1, 2, 3];
    const games = dynamicSupervisor('games', {
      child: {
        host: 'task',
        async run(context) {
          expect([context.id, context.lineage, context.incarnation]).toEqual(['7f3a', 'games/7f3a', 1]);
          context.state(board, { redact: ['token', '/players/x'] });
          context.backlog('moves', moves);
          await context.stopped;
        },
      },
    });
    await games.start();
    await games.startChild('7f3a');
    const node = watch.node('games/7f3a');
    expect(node.state!.reference).toBe(board);
    expect(node.state!.redact).toEqual(['token', '/players/x']);
    expect(node.backlog).toEqual({ word: 'moves', reference: moves });
    await games.stop();
  });

  test('makes a signal only when it is touched', async () => {
    const real = globalThis.AbortController;
    const made = vi.fn();
    vi.stubGlobal(
      'AbortController',
      class extends real {
        constructor() {
          super();
          made();
        }
      },
    );
    const contexts: WorkerContext[] = [];
    const run = (context: WorkerContext) => {
      contexts.push(context);
      return context.stopped;
    };
    const app = supervisor('app', { children: [{ id: 'a', host: 'task', run }] });
    await app.start();
    watch.act('app/a', 'kill');
    await watch.fact('ready', 'app/a', 2);
    expect(made).not.toHaveBeenCalled();
    expect([contexts[0]!.signal.aborted, contexts[1]!.signal.aborted]).toEqual([true, false]);
    expect(made).toHaveBeenCalledTimes(2);
    vi.unstubAllGlobals();
    await app.stop();
  });

  test('aborts its signal also when the task crashes, so that what hangs on it ends', async () => {
    const signals: AbortSignal[] = [];
    const app = supervisor('app', {
      children: [
        {
          id: 'a',
          host: 'task',
          async run({ signal, incarnation, stopped }) {
            signals.push(signal);
            if (incarnation === 1) throw new Error('crash');
            await stopped;
          },
        },
      ],
    });
    await app.start();
    await watch.fact('ready', 'app/a', 2);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
    await app.stop();
  });
});

describe('messages', () => {
  const echo = {
    host: 'task' as const,
    async run(context: WorkerContext) {
      context.onMessage((message: { say?: string; throw?: boolean; hang?: boolean }) => {
        if (message.throw) throw new Error('no');
        if (message.hang) return new Promise(() => {});
        context.post(`heard ${message.say}`);
        return `${message.say} by #${context.incarnation}`;
      });
      await context.stopped;
    },
  };

  test('a handle speaks with whichever incarnation runs; listeners stay', async () => {
    const app = supervisor('app', { children: [{ id: 'echo', ...echo }] });
    const handle = app.child('echo')!;
    const heard: unknown[] = [];
    const unlisten = handle.on('message', (message) => heard.push(message));
    expect(handle.post({ say: 'too early' })).toBe(false);
    await expect(handle.ask({ say: 'too early' })).rejects.toMatchObject({ code: 'not_running' });
    await app.start();
    expect(await handle.ask({ say: 'one' })).toBe('one by #1');
    watch.act('app/echo', 'kill');
    await watch.fact('ready', 'app/echo', 2);
    expect(await handle.ask({ say: 'two' })).toBe('two by #2');
    unlisten();
    expect(await handle.ask({ say: 'three' })).toBe('three by #2');
    expect(heard).toEqual(['heard one', 'heard two']);
    await app.stop();
  });

  test('a question has an end: a thrown error, the death of the worker, a deadline', async () => {
    const app = supervisor('app', { children: [{ id: 'echo', ...echo }] });
    await app.start();
    const handle = app.child('echo')!;
    await expect(handle.ask({ throw: true })).rejects.toMatchObject({
      code: 'no_answer',
      message: 'app/echo gave no answer: Error: no',
    });
    await expect(handle.ask({ hang: true }, { timeoutMs: 5 })).rejects.toMatchObject({ code: 'timeout' });
    const asked = handle.ask({ hang: true });
    watch.act('app/echo', 'kill');
    await expect(asked).rejects.toMatchObject({ code: 'no_answer' });
    await app.stop();
  });

  test('a message that its handler cannot take crashes the worker', async () => {
    const app = supervisor('app', { children: [{ id: 'echo', ...echo }] });
    await app.start();
    app.child('echo')!.post({ throw: true });
    await watch.fact('ready', 'app/echo', 2);
    expect(watch.tale()).toContain('exited app/echo#1 Error: no');
    await app.stop();
  });
});

test('what a context offers can be taken off it: run({ state, ready })', async () => {
  const current = { turn: 'x' };
  const app = supervisor('app', {
    children: [
      {
        id: 'a',
        host: 'task',
        ready: 'explicit',
        run: ({ state, backlog, ready, post, onMessage, stopped }) => {
          state(current);
          backlog('queue', []);
          onMessage((word: string) => post(`heard ${word}`));
          ready();
          return stopped;
        },
      },
    ],
  });
  await app.start();
  expect(watch.node('app/a').state?.reference).toBe(current);
  expect(watch.node('app/a').backlog?.word).toBe('queue');
  const handle = app.child('a')!;
  const answer = new Promise((resolve) => handle.on('message', resolve));
  handle.post('hello');
  expect(await answer).toBe('heard hello');
  await app.stop();
});

test('100,000 tasks are started, killed and stopped', async () => {
  const games = dynamicSupervisor('games', {
    intensity: 1_000_000,
    child: { host: 'task', run: (context) => context.stopped },
  });
  await games.start();
  watch.start();
  const ids = Array.from({ length: 100_000 }, (_, n) => `g${n}`);
  await Promise.all(ids.map((id) => games.startChild(id)));
  expect(games.countChildren()).toEqual({ specs: 1, active: 100_000, supervisors: 0, workers: 100_000 });
  for (const lineage of ['games/g0', 'games/g99999']) expect(watch.lineages()).toContain(lineage);
  const cause = { call: 'c', reason: '', author: { key: '', name: '' } };
  const { registry } = await import('../../../agent/registry.ts');
  for (const node of [...registry().nodes.values()]) if (node.kind === 'worker') node.act('kill', cause);
  await watch.until(() => watch.ended.length === 100_000);
  await watch.fact('ready', 'games/g99999', 2);
  expect(games.countChildren().active).toBe(100_000);
  expect(watch.facts.filter(({ kind }) => kind === 'straggler')).toEqual([]);
  await games.stop();
  expect(watch.lineages()).toEqual([]);
}, 60_000);
