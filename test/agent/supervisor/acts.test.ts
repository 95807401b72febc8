import { describe, expect, test } from 'vitest';
import type { WorkerContext } from '../../../agent/supervisor/context.ts';
import { dynamicSupervisor, supervisor } from '../../../agent/supervisor/supervisor.ts';
import { causeOf, watchEachTest } from './watch.ts';

const watch = watchEachTest();

const task = (id: string, more: object = {}) => ({
  id,
  host: 'task' as const,
  run: (context: WorkerContext) => context.stopped,
  ...more,
});

test('a kill carries its call, counts, and is followed to the successor', async () => {
  const app = supervisor('app', { intensity: 3, children: [task('a')] });
  await app.start();
  const old = watch.node('app/a');
  watch.facts = [];
  expect(old.act('kill', causeOf('call-42'))).toEqual({ accepted: true });
  expect(watch.facts, 'nothing happens before the receipt').toEqual([]);
  await watch.fact('ready', 'app/a', 2);
  expect(watch.facts).toMatchObject([
    { kind: 'exited', node: old, reason: 'killed', call: 'call-42' },
    { kind: 'decided', decision: 'restart', restartsInPeriod: 1, intensity: 3, by: watch.node('app') },
    { kind: 'started', previous: old },
    { kind: 'ready', node: watch.node('app/a') },
  ]);
  expect(watch.facts[3]).not.toHaveProperty('call');
  await app.stop();
});

test('a stop is orderly and not decided about; the child stays, exited, until it is restarted', async () => {
  const app = supervisor('app', { intensity: 0, children: [task('a'), task('b')] });
  await app.start();
  watch.facts = [];
  watch.act('app/a', 'stop', 'call-1');
  await watch.fact('exited', 'app/a');
  expect(watch.facts).toMatchObject([{ kind: 'exited', reason: 'shutdown', call: 'call-1' }]);
  const stopped = watch.node('app/a');
  expect(stopped.status).toBe('exited');
  expect(stopped.act('kill', causeOf('x'))).toMatchObject({ accepted: false, code: 'GONE' });
  expect(stopped.act('stop', causeOf('x'))).toMatchObject({ accepted: false, code: 'GONE' });

  watch.facts = [];
  expect(stopped.act('restart', causeOf('call-2'))).toEqual({ accepted: true });
  await watch.fact('ready', 'app/a', 2);
  expect(watch.tale()).toEqual(['started app/a#2', 'ready app/a#2']);
  expect(watch.facts[0]).toMatchObject({ previous: stopped });
  expect(watch.ended).toContain(stopped);
  await app.stop();
});

test('a restart stops and starts, is not counted, and works on dynamic and temporary children', async () => {
  const games = dynamicSupervisor('games', { intensity: 0, child: task('x', { restart: 'temporary' }) });
  const app = supervisor('app', { intensity: 0, children: [task('once', { restart: 'temporary' }), games] });
  await app.start();
  await games.startChild('7f3a');
  for (const lineage of ['app/once', 'app/games/7f3a']) {
    watch.facts = [];
    watch.act(lineage, 'restart', 'call-3');
    await watch.fact('ready', lineage, 2);
    expect(watch.tale()).toEqual([
      `exited ${lineage}#1 shutdown`,
      `started ${lineage}#2`,
      `ready ${lineage}#2`,
    ]);
    expect(watch.facts[0]).toMatchObject({ call: 'call-3' });
  }
  await app.stop();
});

test('an incarnation that is over is GONE, whatever runs in its place', async () => {
  const app = supervisor('app', { intensity: 9, children: [task('a')] });
  await app.start();
  const old = watch.node('app/a');
  watch.act('app/a', 'kill');
  await watch.fact('ready', 'app/a', 2);
  for (const act of ['kill', 'stop', 'restart'] as const) {
    expect(old.act(act, causeOf('late'))).toMatchObject({ accepted: false, code: 'GONE' });
  }
  expect(watch.node('app/a')).toMatchObject({ incarnation: 2, status: 'running' });
  const last = watch.node('app/a');
  await app.stop();
  expect(last.act('restart', causeOf('late'))).toMatchObject({ accepted: false, code: 'GONE' });
});

test('two kills of one incarnation end one incarnation', async () => {
  const app = supervisor('app', { intensity: 9, children: [task('a')] });
  await app.start();
  const old = watch.node('app/a');
  old.act('kill', causeOf('one'));
  old.act('kill', causeOf('two'));
  await watch.fact('ready', 'app/a', 2);
  await new Promise((resolve) => setImmediate(resolve));
  expect(watch.node('app/a').incarnation).toBe(2);
  await app.stop();
});

describe('on supervisors', () => {
  test('a kill takes all below it, brutally, and the one above decides', async () => {
    const pool = supervisor('pool', { children: [task('a'), task('b')] });
    const app = supervisor('app', { children: [pool] });
    await app.start();
    watch.facts = [];
    watch.act('app/pool', 'kill', 'call-5');
    await watch.fact('ready', 'app/pool', 2);
    expect(watch.tale()).toEqual([
      ...['exited app/pool/b#1 killed', 'exited app/pool/a#1 killed', 'exited app/pool#1 killed'],
      ...['decided app/pool#1 restart', 'started app/pool#2'],
      ...['started app/pool/a#2', 'ready app/pool/a#2', 'started app/pool/b#2', 'ready app/pool/b#2'],
      'ready app/pool#2',
    ]);
    expect(watch.facts.flatMap((fact) => ('call' in fact ? [[fact.node.lineage, fact.call]] : []))).toEqual([
      ['app/pool', 'call-5'],
    ]);
    await app.stop();
  });

  test('a restart stops what is below in order, and starts it again', async () => {
    const app = supervisor('app', {
      intensity: 0,
      children: [supervisor('pool', { children: [task('a'), task('b')] })],
    });
    await app.start();
    watch.facts = [];
    watch.act('app/pool', 'restart');
    await watch.fact('ready', 'app/pool', 2);
    expect(watch.tale().slice(0, 4)).toEqual([
      ...['exited app/pool/b#1 shutdown', 'exited app/pool/a#1 shutdown', 'exited app/pool#1 shutdown'],
      'started app/pool#2',
    ]);
    await app.stop();
  });

  test('the outermost can be killed, stopped and restarted; nothing restarts it by itself', async () => {
    const app = supervisor('app', { children: [task('a')] });
    await app.start();
    watch.act('app', 'restart', 'call-1');
    await watch.fact('ready', 'app', 2);
    expect((await watch.fact('started', 'app', 2)).previous).toMatchObject({
      lineage: 'app',
      incarnation: 1,
    });
    watch.act('app', 'kill', 'call-2');
    expect(await app.exited).toBe('killed');
    expect(watch.node('app')).toMatchObject({ incarnation: 2, status: 'exited', exitReason: 'killed' });
    expect((await watch.fact('exited', 'app', 2)).call).toBe('call-2');
    watch.act('app', 'restart');
    await watch.fact('ready', 'app', 3);
    watch.act('app', 'stop');
    await watch.fact('exited', 'app', 3);
    expect(watch.lineages()).toEqual(['app']);
    await app.stop();
    expect(watch.lineages()).toEqual([]);
  });
});

describe('protected', () => {
  test('is refused on the node, on what is below it, and on a supervisor above it', async () => {
    const app = supervisor('app', {
      children: [
        task('free'),
        task('db', { protected: true }),
        supervisor('core', { protected: true, children: [task('a')] }),
      ],
    });
    await app.start();
    for (const lineage of ['app/db', 'app/core', 'app/core/a', 'app']) {
      const receipt = watch.act(lineage, 'kill');
      expect(receipt, lineage).toMatchObject({ accepted: false, code: 'PROTECTED' });
    }
    expect(watch.act('app', 'stop')).toMatchObject({ words: expect.stringContaining('app/db') });
    expect(watch.node('app/core/a').child).toMatchObject({ protected: true });
    expect(watch.act('app/free', 'restart')).toEqual({ accepted: true });
    await watch.fact('ready', 'app/free', 2);
    await app.stop();
  });
});

test('what a task throws from its abort listener never reaches who asked for the act', async () => {
  const thrown: unknown[] = [];
  const caught = (error: unknown) => thrown.push(error);
  const others = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  process.on('uncaughtException', caught);
  const app = supervisor('app', {
    children: [
      {
        id: 'a',
        host: 'task',
        run(context) {
          if (context.incarnation > 1) return context.stopped;
          context.signal.addEventListener('abort', () => {
            throw new Error('bad listener');
          });
          return context.stopped;
        },
      },
    ],
  });
  await app.start();
  expect(watch.act('app/a', 'kill')).toEqual({ accepted: true });
  await watch.fact('ready', 'app/a', 2);
  await new Promise((resolve) => setImmediate(resolve));
  process.off('uncaughtException', caught);
  for (const other of others) process.on('uncaughtException', other);
  // Node hands what an event listener throws to the service's own handler; the supervisor went on.
  expect(thrown).toMatchObject([{ message: 'bad listener' }]);
  await app.stop();
});
