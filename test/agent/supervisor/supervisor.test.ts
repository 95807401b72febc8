import { describe, expect, test } from 'vitest';
import { registry } from '../../../agent/registry.ts';
import type { WorkerContext } from '../../../agent/supervisor/context.ts';
import { dynamicSupervisor, supervisor } from '../../../agent/supervisor/supervisor.ts';
import { LIMITS } from '../../../protocol/limits.ts';
import { watchEachTest } from './watch.ts';

const watch = watchEachTest();

/** A task that writes down its life. */
function diary(log: string[]) {
  return (id: string, more: object = {}) => ({
    id,
    host: 'task' as const,
    async run(context: WorkerContext) {
      log.push(`+${id}`);
      await context.stopped;
      log.push(`-${id}`);
    },
    ...more,
  });
}

describe('a tree', () => {
  test('starts left to right, stops right to left, through nested supervisors', async () => {
    const log: string[] = [];
    const task = diary(log);
    const app = supervisor('app', {
      children: [task('a'), supervisor('inner', { children: [task('b'), task('c')] }), task('d')],
    });
    await app.start();
    expect(log).toEqual(['+a', '+b', '+c', '+d']);
    expect(watch.lineages()).toEqual(['app', 'app/a', 'app/inner', 'app/inner/b', 'app/inner/c', 'app/d']);
    expect(watch.node('app/inner/b').parent).toBe(watch.node('app/inner'));
    log.length = 0;
    await app.stop();
    expect(log).toEqual(['-d', '-c', '-b', '-a']);
    expect(watch.lineages()).toEqual([]);
  });

  test('resolves its start only when a child that says so itself is ready', async () => {
    let sayReady: () => void = () => {};
    const app = supervisor('app', {
      children: [
        {
          id: 'db',
          host: 'task',
          ready: 'explicit',
          async run(context) {
            sayReady = () => context.ready();
            await context.stopped;
          },
        },
      ],
    });
    let isStarted = false;
    const started = app.start().then(() => {
      isStarted = true;
    });
    await Promise.resolve();
    expect([isStarted, watch.node('app/db').status]).toEqual([false, 'starting']);
    sayReady();
    await started;
    expect(watch.node('app/db').status).toBe('running');
    await app.stop();
  });

  test('rejects its start with what the child threw, the others stopped in reverse', async () => {
    const log: string[] = [];
    const task = diary(log);
    const cause = new Error('no database');
    const fails = {
      id: 'db',
      host: 'task' as const,
      run() {
        throw cause;
      },
    };
    const app = supervisor('app', {
      children: [task('a'), supervisor('inner', { children: [task('b'), fails, task('never')] })],
    });
    const failure = await app.start().catch((error) => error);
    expect(failure).toMatchObject({ name: 'SupervisorError', code: 'start_failed', cause });
    expect(failure.message).toContain('app: it failed to start: inner failed to start: db failed to start');
    expect(log).toEqual(['+a', '+b', '-b', '-a']);
    expect(watch.tale()).toContain('start-failed app/inner/db#1 Error: no database');
    // It stays where a person sees why; a stop clears it away.
    expect([watch.lineages(), watch.node('app').status]).toEqual([['app'], 'exited']);
    await app.stop();
    expect(watch.lineages()).toEqual([]);
  });

  test('a child that ends before it is ready has failed to start', async () => {
    const app = supervisor('app', {
      children: [{ id: 'a', host: 'task', ready: 'explicit', run: async () => {} }],
    });
    await expect(app.start()).rejects.toMatchObject({ code: 'start_failed' });
    await app.stop();
  });

  test('can be started anew; incarnations go on counting', async () => {
    const app = supervisor('app', { children: [diary([])('a')] });
    await app.start();
    await app.stop();
    await app.start();
    expect(watch.node('app/a').incarnation).toBe(2);
    expect(watch.node('app').incarnation).toBe(2);
    await app.stop();
  });

  test('a start while it stops begins anew; its end can be awaited from before the start', async () => {
    const app = supervisor('app', { children: [diary([])('a')] });
    const { exited } = app;
    await app.start();
    const stopped = app.stop();
    await app.start();
    await stopped;
    expect(watch.node('app/a')).toMatchObject({ incarnation: 2, status: 'running' });
    expect(await exited).toBe('shutdown');
    await app.stop();
  });

  test('a start that waits for a stop is taken back by the next one', async () => {
    const app = supervisor('app', { children: [diary([])('a')] });
    await app.start();
    const stopped = app.stop();
    const started = [app.start(), app.start()].map((start) => start.catch((error) => error.code));
    await Promise.all([stopped, app.stop()]);
    expect(await Promise.all(started)).toEqual(['shutdown', 'shutdown']);
    expect(watch.lineages()).toEqual([]);
    await app.start();
    expect(watch.node('app').incarnation).toBe(2);
    await app.stop();
  });

  test('a child that stops the tree in its very start, and fails, leaves nothing behind', async () => {
    const app = supervisor('app', { children: [] });
    await app.start();
    const run = () => {
      void app.stop();
      throw new Error('not like this');
    };
    await expect(app.startChild({ id: 'a', host: 'task', run })).rejects.toMatchObject({ code: 'shutdown' });
    await app.stop();
    expect(watch.lineages()).toEqual([]);
  });

  test('a stop while it starts ends what has begun, and rejects the start', async () => {
    const log: string[] = [];
    const app = supervisor('app', {
      children: [diary(log)('a'), diary(log)('b', { ready: 'explicit' }), diary(log)('c')],
    });
    const started = app.start().catch((error) => error.code);
    await app.stop();
    expect(await started).toBe('start_failed');
    expect(log).toEqual(['+a', '+b', '-b', '-a']);
    expect(watch.lineages()).toEqual([]);
  });
});

describe('crashes', () => {
  test('exit, decision, start and ready are told in order, with the reason, stack and budget', async () => {
    let crash: (error: Error) => void = () => {};
    const app = supervisor('app', {
      intensity: 3,
      children: [
        {
          id: 'a',
          host: 'task',
          run: () =>
            new Promise((_, reject) => {
              crash = reject;
            }),
        },
      ],
    });
    await app.start();
    watch.facts = [];
    crash(new RangeError('too far'));
    await watch.fact('ready', 'app/a', 2);
    expect(watch.tale()).toEqual([
      'exited app/a#1 RangeError: too far',
      'decided app/a#1 restart',
      'started app/a#2',
      'ready app/a#2',
    ]);
    const [exited, decided, started] = watch.facts as [never, never, never];
    expect(exited).toMatchObject({ stack: expect.stringContaining('supervisor.test.ts') });
    expect(decided).toMatchObject({
      ...{ restartsBefore: 0, restartsInPeriod: 1, intensity: 3, periodMs: 5000, affected: [] },
    });
    expect(started).toMatchObject({ previous: watch.ended[0] });
    const times = watch.facts.map(({ t }) => t);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(watch.node('app/a')).toMatchObject({ restarts: 1, exitReason: 'RangeError: too far' });
    expect(watch.node('app').supervisor).toMatchObject({ restartsInPeriod: 1 });
    expect(watch.lineages()).toEqual(['app', 'app/a']);
    watch.act('app/a', 'kill');
    await app.stop();
  });

  test('past the intensity the supervisor gives up and the one above restarts it, all below with it', async () => {
    const log: string[] = [];
    const task = diary(log);
    const inner = supervisor('inner', { intensity: 1, children: [task('a'), task('b'), task('c')] });
    const app = supervisor('app', { intensity: 1, children: [task('before'), inner] });
    await app.start();
    watch.act('app/inner/a', 'kill');
    await watch.fact('ready', 'app/inner/a', 2);
    log.length = 0;
    watch.facts = [];
    watch.act('app/inner/a', 'kill');
    await watch.fact('ready', 'app/inner', 2);
    expect(log).toEqual(['-a', '-c', '-b', '+a', '+b', '+c']);
    expect(watch.tale().filter((line) => /decided|inner#/.test(line))).toEqual([
      'decided app/inner/a#2 escalate',
      'exited app/inner#1 shutdown (restart intensity reached)',
      'decided app/inner#1 restart',
      'started app/inner#2',
      'ready app/inner#2',
    ]);
    expect(watch.node('app/inner/a')).toMatchObject({ incarnation: 3, restarts: 2, exitReason: 'killed' });
    await app.stop();
  });

  test('a tree that gives up says so to its code, and stays to be seen and restarted', async () => {
    const app = supervisor('app', { intensity: 0, children: [diary([])('a')] });
    await app.start();
    watch.act('app/a', 'kill');
    expect(await app.exited).toBe('shutdown (restart intensity reached)');
    expect(watch.lineages()).toEqual(['app']);
    expect(watch.node('app')).toMatchObject({ status: 'exited', endedAt: expect.any(Number) });
    await app.start();
    expect(watch.node('app')).toMatchObject({ incarnation: 2, status: 'running' });
    await app.stop();
  });

  test('a restart that fails is tried again on later turns, and counts', async () => {
    let failures = 0;
    let crash: (error: Error) => void = () => {};
    const app = supervisor('app', {
      intensity: 5,
      children: [
        {
          id: 'a',
          host: 'task',
          run() {
            if (failures-- > 0) throw new Error('not yet');
            return new Promise((_, reject) => {
              crash = reject;
            });
          },
        },
      ],
    });
    await app.start();
    failures = 2;
    watch.facts = [];
    crash(new Error('crash'));
    await watch.fact('ready', 'app/a', 4);
    expect(watch.tale()).toEqual([
      ...['exited app/a#1 Error: crash', 'decided app/a#1 restart', 'started app/a#2'],
      ...['start-failed app/a#2 Error: not yet', 'decided app/a#2 restart', 'started app/a#3'],
      ...[
        'start-failed app/a#3 Error: not yet',
        'decided app/a#3 restart',
        'started app/a#4',
        'ready app/a#4',
      ],
    ]);
    crash(new DOMException('', 'AbortError'));
    await app.stop();
  });

  test('one_for_all tells who else was affected', async () => {
    const log: string[] = [];
    const task = diary(log);
    const app = supervisor('app', { strategy: 'one_for_all', children: [task('a'), task('b'), task('c')] });
    await app.start();
    log.length = 0;
    watch.act('app/b', 'kill');
    const decided = await watch.fact('decided', 'app/b');
    expect(decided.affected.map(({ lineage }) => lineage).sort()).toEqual(['app/a', 'app/c']);
    await watch.fact('ready', 'app/c', 2);
    expect(log).toEqual(['-b', '-c', '-a', '+a', '+b', '+c']);
    await app.stop();
  });
});

describe('restart types', () => {
  test('a transient child that ends normally keeps its place, exited, and can be restarted or deleted', async () => {
    const app = supervisor('app', {
      children: [{ id: 'once', host: 'task', restart: 'transient', run: async () => {} }],
    });
    await app.start();
    await watch.fact('decided', 'app/once');
    expect(watch.node('app/once')).toMatchObject({ status: 'exited', exitReason: 'normal' });
    expect(app.whichChildren()).toEqual([{ id: 'once', kind: 'worker', status: 'stopped', incarnation: 1 }]);
    expect(app.countChildren()).toEqual({ specs: 1, active: 0, supervisors: 0, workers: 1 });
    await app.restartChild('once');
    await watch.fact('decided', 'app/once', 2);
    await app.deleteChild('once');
    expect(watch.lineages()).toEqual(['app']);
    await app.stop();
  });

  test('a temporary child goes for good', async () => {
    const app = supervisor('app', {
      children: [
        { id: 'once', host: 'task', restart: 'temporary', run: () => Promise.reject(new Error('x')) },
      ],
    });
    await app.start();
    await watch.fact('decided', 'app/once');
    expect(watch.lineages()).toEqual(['app']);
    expect(app.whichChildren()).toEqual([]);
    await app.stop();
  });
});

describe('children at run time', () => {
  test('a dynamic supervisor starts, restarts and terminates children by their ids', async () => {
    const seen: unknown[] = [];
    const games = dynamicSupervisor('games', {
      intensity: 10,
      child: {
        host: 'task',
        async run(context) {
          seen.push([context.id, context.incarnation, context.args]);
          await context.stopped;
        },
      },
    });
    const app = supervisor('app', { children: [games] });
    await expect(games.startChild('early')).rejects.toMatchObject({ code: 'not_running' });
    await app.start();
    const game = await games.startChild('7f3a', { moves: 3 });
    expect([game.lineage, game.incarnation, game.status]).toEqual(['app/games/7f3a', 1, 'running']);
    expect(game.nodeId).toBe(
      `${process.pid}.${(await import('node:worker_threads')).threadId}.${watch.node(game.lineage).serial}`,
    );
    await expect(games.startChild('7f3a')).rejects.toMatchObject({ code: 'already_started' });
    await expect(games.startChild('a/b')).rejects.toThrow('without a slash');
    watch.act('app/games/7f3a', 'kill');
    await watch.fact('ready', 'app/games/7f3a', 2);
    expect(seen).toEqual([
      ['7f3a', 1, { moves: 3 }],
      ['7f3a', 2, { moves: 3 }],
    ]);
    expect(game.incarnation).toBe(2);
    await games.terminateChild('7f3a');
    expect([game.incarnation, game.status]).toEqual([null, null]);
    expect(games.child('7f3a')).toBeUndefined();
    await expect(games.terminateChild('7f3a')).rejects.toMatchObject({ code: 'not_found' });
    // The lineage goes on: a new game of this id is its third life, and no restart.
    expect((await games.startChild('7f3a')).incarnation).toBe(3);
    expect(watch.node('app/games/7f3a').restarts).toBe(1);
    await app.stop();
    await expect(games.startChild('late')).rejects.toMatchObject({ code: 'not_running' });
  });

  test('its children are gone after its own restart, as in OTP', async () => {
    const games = dynamicSupervisor('games', { child: diary([])('x') });
    const app = supervisor('app', { children: [games] });
    await app.start();
    await games.startChild('a');
    watch.act('app/games', 'kill');
    await watch.fact('ready', 'app/games', 2);
    expect(games.whichChildren()).toEqual([]);
    await app.stop();
  });

  test('a child that fails to start is none, and its error comes back', async () => {
    const cause = new Error('bad args');
    const games = dynamicSupervisor('games', {
      child: {
        host: 'task',
        run() {
          throw cause;
        },
      },
    });
    await games.start();
    await expect(games.startChild('a')).rejects.toMatchObject({ code: 'start_failed', cause });
    expect(games.whichChildren()).toEqual([]);
    expect(watch.lineages()).toEqual(['games']);
    await games.stop();
  });

  test('a static supervisor takes another child, a supervisor too', async () => {
    const log: string[] = [];
    const app = supervisor('app', { children: [diary(log)('a')] });
    await app.start();
    await app.startChild(supervisor('more', { children: [diary(log)('b')] }));
    expect(watch.lineages()).toContain('app/more/b');
    await app.terminateChild('a');
    await app.stop();
    expect(log).toEqual(['+a', '+b', '-a', '-b']);
  });
});

test('what a child was declared as can be asked for', async () => {
  const games = dynamicSupervisor('games', { child: { ...diary([])('x'), heartbeat: { everyMs: 5000 } } });
  const app = supervisor('app', { children: [diary([])('a', { restart: 'transient' }), games] });
  const worker = { kind: 'worker', host: 'task', significant: false, protected: false, heartbeat: null };
  const spec = { ...worker, id: 'a', restart: 'transient', shutdown: { afterMs: 5000 } };
  expect(app.getChildSpec('a')).toEqual(spec);
  await app.start();
  expect(app.getChildSpec('a')).toEqual(spec);
  expect(app.getChildSpec('games')).toEqual({
    ...{ ...worker, id: 'games', kind: 'supervisor', host: null, restart: 'permanent', shutdown: 'infinity' },
  });
  await games.startChild('7f3a');
  expect(games.getChildSpec('7f3a')).toMatchObject({ heartbeat: { everyMs: 5000, missed: 3 } });
  expect([games.getChildSpec('x'), app.getChildSpec('nobody')]).toEqual([undefined, undefined]);
  await app.stop();
});

test('of many ended children the counts of the latest are remembered, not of all', async () => {
  const games = dynamicSupervisor('games', { child: { host: 'task', restart: 'temporary', run: () => {} } });
  await games.start();
  const play = async (ids: string[]) => {
    watch.start();
    await Promise.all(ids.map((id) => games.startChild(id)));
    await watch.until(() => watch.ended.length === ids.length);
    return watch.ended.at(-1)!.incarnation;
  };
  expect(await play(['first'])).toBe(1);
  expect(await play(['first'])).toBe(2);
  const others = Array.from({ length: 2 * LIMITS.maxEndedLineages }, (_, n) => `g${n}`);
  await play(others);
  expect(await play([others.at(-1)!])).toBe(2);
  expect(await play(['first'])).toBe(1);
  await games.stop();
}, 30_000);

test('nobody watching, nothing is told, and the tree is there all the same', async () => {
  registry().observer = null;
  const app = supervisor('app', { children: [diary([])('a')] });
  await app.start();
  expect(watch.lineages()).toEqual(['app', 'app/a']);
  await app.stop();
  expect(watch.facts).toEqual([]);
});

test('a nested supervisor is started by the one above it only', async () => {
  const inner = supervisor('inner', { children: [] });
  supervisor('app', { children: [inner] });
  await expect(inner.start()).rejects.toThrow('app');
  expect(() => supervisor('other', { children: [inner] })).toThrow('a supervisor has one place');
});
