import { threadId } from 'node:worker_threads';
import { expect, test, vi } from 'vitest';
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

test('args that cannot be cloned are a failed start', async () => {
  const app = supervisor('app', { children: [thread('supervised-echo', { args: () => {} })] });
  await expect(app.start()).rejects.toMatchObject({
    code: 'start_failed',
    message: expect.stringContaining('could not be cloned'),
  });
  await app.stop();
  expect(watch.lineages()).toEqual([]);
});
