import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { readSpec, type TemplateSpec } from '../../../agent/supervisor/child-spec.ts';
import { dynamicSupervisor, supervisor } from '../../../agent/supervisor/supervisor.ts';

const run = () => undefined;

test('defaults are those of OTP', () => {
  expect(readSpec({ host: 'task', run }, 'x', 'never')).toEqual({
    heartbeat: null,
    host: 'task',
    run,
    body: expect.objectContaining({ run, lives: 0 }),
    module: null,
    args: undefined,
    restart: 'permanent',
    significant: false,
    shutdown: { afterMs: 5000 },
    isProtected: false,
    isReadyExplicit: false,
    resourceLimits: undefined,
  });
});

test('a module is a file URL or an absolute path, whatever is in it', () => {
  const file = '/srv/my app/100%/wörker #1.js';
  const read = (module: string | URL) => readSpec({ host: 'thread', module }, 'x', 'never').module;
  expect(read(file)).toBe(pathToFileURL(file).href);
  expect(read(pathToFileURL(file))).toBe(pathToFileURL(file).href);
  expect(read(pathToFileURL(file).href)).toBe(pathToFileURL(file).href);
});

describe('what cannot be is refused with the name of the child and what to write', () => {
  const specs: [string, object, string][] = [
    ['no host', { run }, "app: child a: host is undefined; it must be 'task', 'thread' or 'process'"],
    ['a strange host', { host: 'fiber', run }, "host is 'fiber'"],
    ['a task without run', { host: 'task', module: '/x.js' }, 'run is undefined; it must be a function'],
    ['a thread without module', { host: 'thread', run }, 'module is undefined'],
    ['a relative module', { host: 'thread', module: './bot.js' }, "new URL('./worker.js', import.meta.url)"],
    ['a module from the net', { host: 'thread', module: new URL('https://x/y.js') }, "'https://x/y.js'"],
    [
      'a strange restart',
      { host: 'task', run, restart: 'always' },
      "'permanent', 'transient' or 'temporary'",
    ],
    ['a bare number', { host: 'task', run, shutdown: 5000 }, '{ afterMs: 5000 }'],
    ['a negative time', { host: 'task', run, shutdown: { afterMs: -1 } }, 'shutdown is an object'],
    [
      'a strange ready',
      { host: 'task', run, ready: true },
      "ready is true; it must be 'implied' or 'explicit'",
    ],
    ['significant, never', { host: 'task', run, restart: 'transient', significant: true }, "'never'"],
    [
      'a heartbeat of its own rhythm',
      { host: 'task', run, heartbeat: {} },
      'heartbeat: everyMs is undefined',
    ],
    ['a heartbeat too fast', { host: 'task', run, heartbeat: { everyMs: 9 } }, 'milliseconds, 10 or more'],
    ['a heartbeat never missed', { host: 'task', run, heartbeat: { everyMs: 10, missed: 0 } }, 'missed is 0'],
    ['a heartbeat that is a number', { host: 'task', run, heartbeat: 10 }, 'heartbeat: it is 10'],
    ['a deadline longer than a timer', { host: 'task', run, shutdown: { afterMs: 2 ** 31 } }, 'shutdown'],
    ['no id', { host: 'task', run, id: undefined }, 'without a slash, not undefined'],
    ['an id with a slash', { host: 'task', run, id: 'a/b' }, "without a slash, not 'a/b'"],
    ['an id with a newline', { host: 'task', run, id: 'a\nb' }, 'printable'],
  ];
  test.each(specs)('%s', (_, spec, words) => {
    const children = [{ id: 'a', ...spec } as never];
    expect(() => supervisor('app', { children })).toThrow(TypeError);
    expect(() => supervisor('app', { children })).toThrow(words);
  });

  const options: [string, object, string][] = [
    ['a strange strategy', { strategy: 'all_for_one' }, "supervisor app: strategy is 'all_for_one'"],
    ['simple_one_for_one', { strategy: 'dynamic' }, 'strategy'],
    ['half an intensity', { intensity: 0.5 }, 'a whole number of restarts'],
    ['an endless intensity', { intensity: Number.POSITIVE_INFINITY }, 'a whole number of restarts'],
    ['no period', { periodMs: 0 }, 'milliseconds, 1 or more'],
    ['a strange autoShutdown', { autoShutdown: 'always' }, "'any_significant'"],
    ['a back-off without a first wait', { backOff: { firstMs: 0, mostMs: 9 } }, 'backOff: firstMs is 0'],
    ['a back-off that shrinks', { backOff: { firstMs: 10, mostMs: 9 } }, 'mostMs is 9'],
    ['a back-off longer than a timer', { backOff: { firstMs: 1, mostMs: 2 ** 31 } }, 'mostMs is 2147483648'],
    ['half a factor', { backOff: { firstMs: 1, mostMs: 9, factor: 0.5 } }, 'factor is 0.5'],
    ['too much jitter', { backOff: { firstMs: 1, mostMs: 9, jitter: 2 } }, 'a share from 0 to 1'],
    ['a back-off that is a number', { backOff: 100 }, 'backOff: it is 100'],
    ['children of another kind', { children: {} }, 'an array'],
    ['no child', { children: [null] }, 'must be a child spec or a supervisor, not null'],
    [
      'two of one id',
      { children: [1, 2].map(() => ({ id: 'a', host: 'task', run })) },
      "two children have the id 'a'",
    ],
  ];
  test.each(options)('%s', (_, more, words) => {
    expect(() => supervisor('app', more as never)).toThrow(words);
  });

  test('a permanent child, a supervisor too, cannot be significant', () => {
    const significant = {
      autoShutdown: 'any_significant',
      children: [{ id: 'a', host: 'task', run, significant: true }],
    };
    expect(() => supervisor('app', significant as never)).toThrow('permanent');
    const inner = supervisor('inner', { restart: 'transient', significant: true });
    expect(() => supervisor('app', { children: [inner] })).toThrow(
      "the autoShutdown of supervisor app is 'never'",
    );
    expect(() => supervisor('app', { autoShutdown: 'any_significant', children: [inner] })).not.toThrow();
  });

  test('a dynamic supervisor without a child spec', () => {
    expect(() => dynamicSupervisor('games', {} as never)).toThrow(
      'supervisor games: child must be a child spec',
    );
    const child = { host: 'thread' } as TemplateSpec;
    expect(() => dynamicSupervisor('games', { child })).toThrow(
      'supervisor games: child: module is undefined',
    );
  });
});
