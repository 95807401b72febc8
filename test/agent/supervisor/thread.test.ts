import { threadId } from 'node:worker_threads';
import { describe, expect, test, vi } from 'vitest';
import { supervisor } from '../../../agent/supervisor/supervisor.ts';
import { fixture } from './hosts.ts';
import { watchEachTest } from './watch.ts';

// Real threads, on machines that may be busy with others.
vi.setConfig({ testTimeout: 30_000 });

const watch = watchEachTest();

const thread = (name: string, more: object = {}) => ({
  id: 'w',
  host: 'thread' as const,
  module: fixture(name),
  ...more,
});

test('it runs on a thread of its own, is told who it is, and answers', async () => {
  const app = supervisor('app', { children: [thread('supervised-echo', { args: new Map([['depth', 3]]) })] });
  const heard: unknown[] = [];
  app.child('w')!.on('message', (message) => heard.push(message));
  await app.start();
  const answer = await app.child('w')!.ask<{ threadId: number }>({ move: 4n });
  expect(answer).toEqual({
    asked: { move: 4n },
    id: 'w',
    lineage: 'app/w',
    incarnation: 1,
    args: new Map([['depth', 3]]),
    pid: process.pid,
    threadId: expect.any(Number),
  });
  expect(answer.threadId).not.toBe(threadId);
  expect(watch.node('app/w')).toMatchObject({ host: 'thread', runsIn: { threadId: answer.threadId } });
  await app.stop();
  expect(heard).toEqual(['hello from #1', 'goodbye from #1']);
  expect(watch.tale()).toContain('exited app/w#1 shutdown');
});

test('a killed thread is terminated also in a busy loop; what was asked of it is refused', async () => {
  const app = supervisor('app', { intensity: 5, children: [thread('supervised-spins')] });
  const handle = app.child('w')!;
  await app.start();
  const spinning = new Promise((resolve) => handle.on('message', resolve));
  const asked = handle.ask('spin').catch((error) => error.code);
  await spinning;
  watch.act('app/w', 'kill', 'call-1');
  await watch.fact('ready', 'app/w', 2);
  expect(await watch.fact('exited', 'app/w')).toMatchObject({ reason: 'killed', call: 'call-1' });
  expect(await asked).toBe('no_answer');
  expect(handle.incarnation).toBe(2);
  await app.stop();
});

test('a thread in a busy loop is stopped when its time is over', async () => {
  const app = supervisor('app', { children: [thread('supervised-spins', { shutdown: { afterMs: 50 } })] });
  await app.start();
  const spinning = new Promise((resolve) => app.child('w')!.on('message', resolve));
  app.child('w')!.post('spin');
  await spinning;
  await app.stop();
  expect(watch.tale()).toContain('exited app/w#1 killed');
});

describe('it says how it ended', () => {
  const endings: [string, object, string][] = [
    ['returns', { reason: 'normal', code: 0 }, 'restart'],
    [
      'rejects',
      { reason: 'TypeError: rejected', stack: expect.stringContaining('supervised-fails') },
      'restart',
    ],
    [
      'uncaught',
      { reason: 'TypeError: uncaught', stack: expect.stringContaining('supervised-fails') },
      'restart',
    ],
    ['exit 0', { reason: 'normal', code: 0 }, 'restart'],
    ['exit 7', { reason: 'exit code 7', code: 7 }, 'restart'],
  ];
  test.each(endings)('%s', async (way, exit, decision) => {
    const app = supervisor('app', { children: [thread('supervised-fails', { args: way })] });
    await app.start().catch(() => {});
    await watch.fact('ready', 'app/w', 2);
    expect(await watch.fact('exited', 'app/w')).toMatchObject(exit);
    expect(await watch.fact('decided', 'app/w')).toMatchObject({ decision });
    await app.stop();
  });

  test('out of memory, which ends the thread and nothing else', async () => {
    const resourceLimits = { maxOldGenerationSizeMb: 16 };
    const app = supervisor('app', {
      children: [thread('supervised-fails', { args: 'out of memory', resourceLimits, ready: 'explicit' })],
    });
    const failure = await app.start().catch((error) => error);
    expect(failure.cause).toMatchObject({ code: 'ERR_WORKER_OUT_OF_MEMORY' });
    expect(watch.tale().join('\n')).toMatch(/start-failed app\/w#1 .*memory limit/);
    await app.stop();
  });
});

test.each([
  ['a run that throws', { module: fixture('supervised-fails'), args: 'throws' }, 'TypeError: thrown at once'],
  ['a module that is not there', { module: '/nowhere/worker.js' }, "Cannot find module '/nowhere/worker.js'"],
  ['args that cannot be cloned', { args: () => {} }, 'could not be cloned'],
])('%s is a failed start', async (_, more, reason) => {
  const app = supervisor('app', { children: [thread('supervised-echo', more)] });
  await expect(app.start()).rejects.toMatchObject({
    code: 'start_failed',
    message: expect.stringContaining(reason),
  });
  await app.stop();
  expect(watch.lineages()).toEqual([]);
});

test('a message that its handler cannot take crashes the worker', async () => {
  const app = supervisor('app', { children: [thread('supervised-echo')] });
  await app.start();
  app.child('w')!.post('throw');
  await watch.fact('ready', 'app/w', 2);
  expect(await watch.fact('exited', 'app/w')).toMatchObject({ reason: 'RangeError: asked too much' });
  await app.stop();
});
