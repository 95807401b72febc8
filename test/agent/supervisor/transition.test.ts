import { describe, expect, test } from 'vitest';
import { childNamed, Drive } from './drive.ts';

describe('start and stop', () => {
  test('children start left to right, each once the one before is ready, and stop right to left', () => {
    const drive = new Drive({}, ['a', 'b', 'c']);
    drive.slow.add('b');
    expect(drive.feed({ type: 'start' })).toEqual(['start a', 'start b']);
    drive.started('b');
    expect(drive.log).toEqual(['start a', 'start b', 'start c', 'ready']);
    drive.slow.clear();
    expect(drive.feed({ type: 'shutdown' })).toEqual(['stop c', 'stop b', 'stop a', 'exit shutdown']);
  });

  test('a stop waits for the child before it goes on to the next', () => {
    const drive = new Drive({}, ['a', 'b']).start();
    drive.slow.add('b');
    expect(drive.feed({ type: 'shutdown' })).toEqual(['stop b']);
    drive.exit('b', 'shutdown');
    expect(drive.log).toEqual(['stop b', 'stop a', 'exit shutdown']);
  });

  test('a failed start rolls back those before it, in reverse, and starts none after it', () => {
    const drive = new Drive({}, ['a', 'b', 'c', 'd']);
    drive.failing.set('c', 1);
    expect(drive.feed({ type: 'start' })).toEqual([
      ...['start a', 'start b', 'start c', 'stop b', 'stop a', 'exit start_failed'],
    ]);
  });

  test('a child that ends while others still start is dealt with once they have', () => {
    const drive = new Drive({}, ['a', 'b']);
    drive.slow.add('b');
    drive.feed({ type: 'start' });
    drive.exit('a', 'crash');
    expect(drive.log).toEqual(['start a', 'start b']);
    drive.started('b');
    expect(drive.log.slice(2)).toEqual(['ready', 'restart a', 'start a']);
  });

  test('a shutdown while a child starts stops that one too, and waits for it', () => {
    const drive = new Drive({}, ['a', 'b']);
    drive.slow.add('b');
    drive.feed({ type: 'start' });
    expect(drive.feed({ type: 'shutdown' })).toEqual(['stop b']);
    drive.exit('b', 'shutdown');
    expect(drive.log.slice(-2)).toEqual(['stop a', 'exit shutdown']);
  });

  test('a kill kills all at once, also those that were already told to stop', () => {
    const drive = new Drive({}, ['a', 'b', 'c']).start();
    drive.slow.add('c');
    drive.feed({ type: 'shutdown' });
    expect(drive.feed({ type: 'kill' })).toEqual(['kill c', 'kill b', 'kill a', 'exit killed']);
  });
});

describe('strategies', () => {
  const crashOf = (strategy: 'one_for_one' | 'one_for_all' | 'rest_for_one', id: string) => {
    const drive = new Drive({ strategy }, ['a', 'b', 'c', 'd']).start();
    drive.exit(id, 'crash');
    return drive.log;
  };

  test('one_for_one restarts the child alone', () => {
    expect(crashOf('one_for_one', 'b')).toEqual(['restart b', 'start b']);
  });

  test('one_for_all stops the others right to left and starts all left to right', () => {
    expect(crashOf('one_for_all', 'b')).toEqual([
      ...['restart b with a c d', 'stop d', 'stop c', 'stop a', 'start a', 'start b', 'start c', 'start d'],
    ]);
  });

  test('rest_for_one does so with those after it', () => {
    expect(crashOf('rest_for_one', 'b')).toEqual([
      ...['restart b with c d', 'stop d', 'stop c', 'start b', 'start c', 'start d'],
    ]);
    expect(crashOf('rest_for_one', 'd')).toEqual(['restart d', 'start d']);
  });

  test('a temporary sibling is stopped with its group and not started again with it', () => {
    const drive = new Drive({ strategy: 'one_for_all' }, ['a', 't:temporary', 'b']).start();
    drive.exit('a', 'crash');
    expect(drive.log).toEqual([
      ...['restart a with b t', 'stop b', 'stop t', 'forget t', 'start a', 'start b'],
    ]);
    expect(drive.running()).toEqual(['a', 'b']);
  });

  test('a child that was terminated is started again with its group, as in OTP', () => {
    const drive = new Drive({ strategy: 'one_for_all' }, ['a', 'b']).start();
    drive.feed({ type: 'terminate-child', id: 'b', request: 'terminate' });
    drive.log.length = 0;
    drive.exit('a', 'crash');
    expect(drive.log).toEqual(['restart a with b', 'start a', 'start b']);
  });

  test('a sibling that crashes while its group is stopped is not counted again', () => {
    const drive = new Drive({ strategy: 'one_for_all', intensity: 1 }, ['a', 'b', 'c']).start();
    drive.slow.add('c');
    drive.exit('a', 'crash');
    drive.exit('b', 'crash');
    drive.slow.clear();
    drive.exit('c', 'shutdown');
    expect(drive.log).toEqual(['restart a with b c', 'stop c', 'start a', 'start b', 'start c']);
  });
});

describe('restart types', () => {
  const table: [string, 'normal' | 'shutdown' | 'crash' | 'killed', string[]][] = [
    ['a', 'normal', ['restart a', 'start a']],
    ['a', 'shutdown', ['restart a', 'start a']],
    ['a', 'killed', ['restart a', 'start a']],
    ['a:transient', 'normal', ['no-restart a']],
    ['a:transient', 'shutdown', ['no-restart a']],
    ['a:transient', 'crash', ['restart a', 'start a']],
    ['a:transient', 'killed', ['restart a', 'start a']],
    ['a:temporary', 'normal', ['no-restart a', 'forget a']],
    ['a:temporary', 'crash', ['no-restart a', 'forget a']],
  ];
  test.each(table)('%s after %s: %j', (child, how, expected) => {
    const drive = new Drive({}, [child]).start();
    drive.exit('a', how);
    expect(drive.log).toEqual(expected);
  });

  test('what is not restarted is not counted', () => {
    const drive = new Drive({ intensity: 0 }, ['a:transient', 'b:temporary']).start();
    drive.exit('a', 'normal');
    drive.exit('b', 'crash');
    expect(drive.log).not.toContain('exit intensity');
  });
});

describe('intensity', () => {
  test('one restart more than allowed within the period ends the supervisor, the others stopped in reverse', () => {
    const drive = new Drive({ intensity: 2, periodMs: 1000 }, ['a', 'b', 'c']).start();
    drive.exit('a', 'crash');
    drive.nowMs = 500;
    drive.exit('a', 'crash');
    drive.log.length = 0;
    drive.nowMs = 1000;
    drive.exit('a', 'crash');
    expect(drive.log).toEqual(['escalate a', 'stop c', 'stop b', 'exit intensity']);
  });

  test('a millisecond later the first one has left the period', () => {
    const drive = new Drive({ intensity: 2, periodMs: 1000 }, ['a']).start();
    drive.exit('a', 'crash');
    drive.nowMs = 500;
    drive.exit('a', 'crash');
    drive.nowMs = 1001;
    drive.exit('a', 'crash');
    expect(drive.log.slice(-2)).toEqual(['restart a', 'start a']);
  });

  test('intensity 0 allows none', () => {
    const drive = new Drive({ intensity: 0 }, ['a']).start();
    drive.exit('a', 'crash');
    expect(drive.log).toEqual(['escalate a', 'exit intensity']);
  });

  test('a restart that fails is tried again, and each try counts', () => {
    const drive = new Drive({ intensity: 3 }, ['a', 'b']).start();
    drive.failing.set('b', 2);
    drive.exit('b', 'crash');
    expect(drive.log).toEqual(['restart b', 'start b', 'restart b', 'start b', 'restart b', 'start b']);
    drive.failing.set('b', 9);
    drive.log.length = 0;
    drive.exit('b', 'crash');
    expect(drive.log).toEqual(['escalate b', 'stop a', 'exit intensity']);
  });

  test('a group whose restart fails keeps those it started, and is restarted as a group again', () => {
    const drive = new Drive({ strategy: 'one_for_all', intensity: 5 }, ['a', 'b', 'c']).start();
    drive.failing.set('b', 1);
    drive.exit('c', 'crash');
    expect(drive.log).toEqual([
      ...['restart c with a b', 'stop b', 'stop a', 'start a', 'start b'],
      ...['restart b with a c', 'stop a', 'start a', 'start b', 'start c'],
    ]);
  });

  test('a restart that fails twice is first tried again for the failure that came first, as in OTP', () => {
    const drive = new Drive({ strategy: 'rest_for_one', intensity: 5 }, ['a', 'b']).start();
    drive.holdsRetries = true;
    drive.failing.set('b', 2);
    drive.exit('a', 'crash');
    drive.exit('a', 'crash');
    drive.log.length = 0;
    expect(drive.retry()).toEqual(['restart b', 'start b']);
  });

  test('a child that is being restarted can be terminated, which ends the tries', () => {
    const drive = new Drive({ intensity: 5 }, ['a']).start();
    drive.holdsRetries = true;
    drive.failing.set('a', 1);
    drive.exit('a', 'crash');
    expect(drive.feed({ type: 'restart-child', id: 'a', request: 'again' })).toEqual(['again: restarting']);
    expect(drive.feed({ type: 'terminate-child', id: 'a', request: 'end' })).toEqual(['end: ok']);
    expect(drive.retry()).toEqual([]);
    expect(drive.feed({ type: 'restart-child', id: 'a', request: 'again' })).toEqual([
      'start a',
      'again: ok',
    ]);
  });
});

describe('requests', () => {
  test('terminate, restart and delete of a static child', () => {
    const drive = new Drive({}, ['a', 'b']).start();
    const ask = (type: 'terminate-child' | 'restart-child' | 'delete-child', id: string) =>
      drive.feed({ type, id, request: 'reply' });
    expect(ask('delete-child', 'a')).toEqual(['reply: running']);
    expect(ask('restart-child', 'a')).toEqual(['reply: running']);
    expect(ask('terminate-child', 'a')).toEqual(['stop a', 'reply: ok']);
    expect(ask('terminate-child', 'a')).toEqual(['reply: ok']);
    expect(ask('restart-child', 'a')).toEqual(['start a', 'reply: ok']);
    expect(ask('terminate-child', 'a')).toEqual(['stop a', 'reply: ok']);
    expect(ask('delete-child', 'a')).toEqual(['forget a', 'reply: ok']);
    expect(ask('delete-child', 'a')).toEqual(['reply: not_found']);
    expect(drive.running()).toEqual(['b']);
  });

  test('a restart that was asked for and fails is not tried again', () => {
    const drive = new Drive({}, ['a']).start();
    drive.feed({ type: 'terminate-child', id: 'a', request: 'terminate' });
    drive.failing.set('a', 1);
    expect(drive.feed({ type: 'restart-child', id: 'a', request: 'again' })).toEqual([
      ...['start a', 'again: start_failed'],
    ]);
    expect(drive.child('a').phase).toBe('none');
  });

  test('a new child goes to the end; its id must be free; when it fails to start it is no child', () => {
    const drive = new Drive({}, ['a', 'b']).start();
    const add = (name: string) => drive.feed({ type: 'start-child', child: childNamed(name), request: name });
    expect(add('c')).toEqual(['start new c', 'c: ok']);
    expect(add('a')).toEqual(['a: already_started']);
    drive.feed({ type: 'terminate-child', id: 'a', request: 'terminate' });
    expect(add('a')).toEqual(['a: already_present']);
    drive.failing.set('d', 1);
    expect(add('d')).toEqual(['start new d', 'forget d', 'd: start_failed']);
    expect(drive.feed({ type: 'shutdown' })).toEqual(['stop c', 'stop b', 'exit shutdown']);
  });

  test('requests wait while the supervisor is busy, and are refused when it ends', () => {
    const drive = new Drive({}, ['a', 'b']).start();
    drive.slow.add('a');
    drive.feed({ type: 'terminate-child', id: 'a', request: 'first' });
    drive.feed({ type: 'terminate-child', id: 'b', request: 'second' });
    drive.exit('a', 'shutdown');
    expect(drive.log).toEqual(['stop a', 'first: ok', 'stop b', 'second: ok']);
    drive.feed({ type: 'restart-child', id: 'a', request: 'third' });
    drive.feed({ type: 'restart-child', id: 'b', request: 'fourth' });
    expect(drive.feed({ type: 'shutdown' })).toEqual(['third: shutdown', 'fourth: shutdown', 'stop a']);
    expect(drive.feed({ type: 'restart-child', id: 'b', request: 'late' })).toEqual(['late: shutdown']);
  });

  test('a cycle whose start fails leaves a static child at rest, and takes a dynamic one away', () => {
    const drive = new Drive({ intensity: 0 }, ['a']).start();
    drive.failing.set('a', 1);
    const cycle = { type: 'cycle-child', id: 'a', request: 'cycle' } as const;
    expect(drive.feed(cycle)).toEqual(['stop a', 'start a', 'cycle: start_failed']);
    expect(drive.child('a').phase).toBe('none');
    const dynamic = new Drive({ strategy: 'dynamic', intensity: 0 }, []).start();
    dynamic.feed({ type: 'start-child', child: childNamed('a'), request: 'add' });
    dynamic.failing.set('a', 1);
    expect(dynamic.feed(cycle)).toEqual(['stop a', 'start a', 'forget a', 'cycle: start_failed']);
    expect(dynamic.state.children.size).toBe(0);
  });

  test('one that means a certain life is never carried out on its successor', () => {
    const drive = new Drive({ strategy: 'one_for_all' }, ['a', 'b']).start();
    const { pid } = drive.child('b');
    drive.slow.add('a');
    drive.exit('b', 'crash');
    drive.feed({ type: 'terminate-child', id: 'b', pid, request: 'stop' });
    drive.feed({ type: 'cycle-child', id: 'b', pid, request: 'cycle' });
    drive.slow.clear();
    drive.exit('a', 'shutdown');
    expect(drive.log).toEqual([
      ...['restart b with a', 'stop a', 'start a', 'start b', 'stop: not_found', 'cycle: not_found'],
    ]);
  });

  test('a cycle stops and starts without being counted, and starts what was stopped', () => {
    const drive = new Drive({ intensity: 0 }, ['a']).start();
    expect(drive.feed({ type: 'cycle-child', id: 'a', request: 'cycle' })).toEqual([
      'stop a',
      'start a',
      'cycle: ok',
    ]);
    drive.feed({ type: 'terminate-child', id: 'a', request: 'terminate' });
    expect(drive.feed({ type: 'cycle-child', id: 'a', request: 'cycle' })).toEqual(['start a', 'cycle: ok']);
  });
});

describe('dynamic', () => {
  const dynamic = () => {
    const drive = new Drive({ strategy: 'dynamic', intensity: 2 }, []);
    expect(drive.feed({ type: 'start' })).toEqual(['ready']);
    for (const id of ['a', 'b', 'c:transient']) {
      drive.feed({ type: 'start-child', child: childNamed(id), request: 'add' });
    }
    drive.log.length = 0;
    return drive;
  };

  test('children are restarted alone, and go when they are terminated or end for good', () => {
    const drive = dynamic();
    drive.exit('a', 'crash');
    drive.exit('c', 'normal');
    drive.feed({ type: 'terminate-child', id: 'b', request: 'terminate' });
    expect(drive.log).toEqual([
      ...['restart a', 'start a', 'no-restart c', 'forget c', 'stop b', 'forget b', 'terminate: ok'],
    ]);
    expect([...drive.state.children.keys()]).toEqual(['a']);
  });

  test('restart and delete of a child are no words of a dynamic supervisor', () => {
    const drive = dynamic();
    expect(drive.feed({ type: 'restart-child', id: 'a', request: 'x' })).toEqual(['x: simple_one_for_one']);
    expect(drive.feed({ type: 'delete-child', id: 'a', request: 'x' })).toEqual(['x: simple_one_for_one']);
  });

  test('it stops all its children at once', () => {
    const drive = dynamic();
    for (const id of ['a', 'b', 'c']) drive.slow.add(id);
    expect(drive.feed({ type: 'shutdown' })).toEqual(['stop c', 'stop b', 'stop a']);
    for (const id of ['a', 'c', 'b']) drive.exit(id, 'shutdown');
    expect(drive.log.at(-1)).toBe('exit shutdown');
  });
});

describe('auto_shutdown', () => {
  test('any_significant: the first that ends for good takes the supervisor with it', () => {
    const drive = new Drive({ autoShutdown: 'any_significant', intensity: 5 }, [
      'a',
      's:transient:significant',
    ]).start();
    drive.exit('s', 'crash');
    expect(drive.log).toEqual(['restart s', 'start s']);
    drive.log.length = 0;
    drive.exit('s', 'normal');
    expect(drive.log).toEqual(['shutdown s', 'stop a', 'exit auto_shutdown']);
  });

  test('all_significant: only the last of them does', () => {
    const significant = ['s:temporary:significant', 't:transient:significant'];
    const drive = new Drive({ autoShutdown: 'all_significant' }, ['a', ...significant]).start();
    drive.exit('s', 'crash');
    expect(drive.log).toEqual(['no-restart s', 'forget s']);
    drive.exit('t', 'normal');
    expect(drive.log.slice(2)).toEqual(['shutdown t', 'stop a', 'exit auto_shutdown']);
  });

  test('a significant child that code terminates takes nobody with it', () => {
    const drive = new Drive({ autoShutdown: 'any_significant' }, ['s:transient:significant']).start();
    expect(drive.feed({ type: 'terminate-child', id: 's', request: 'x' })).toEqual(['stop s', 'x: ok']);
  });
});
