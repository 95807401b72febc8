import { describe, expect, test } from 'vitest';
import { Drive, exits } from './drive.ts';

/** What comes too early, too late, or twice: no host should say it, and nothing may come of it. */
describe('what is said of a life', () => {
  test('that it has ended, twice, is heard once', () => {
    const drive = new Drive({}, ['t:transient']).start();
    drive.exit('t', 'normal');
    drive.exit('t', 'normal');
    expect(drive.log).toEqual(['no-restart t']);
  });

  test('that it is ready, of the one before, is not taken for the present one', () => {
    const drive = new Drive({}, ['a', 'b']).start();
    const { pid } = drive.child('a');
    drive.slow.add('a');
    drive.exit('a', 'crash');
    drive.feed({ type: 'started', child: drive.child('a'), pid });
    expect(drive.child('a').phase).toBe('starting');
    drive.started('a');
    expect(drive.child('a').phase).toBe('running');
  });

  test('that it is ready, twice, lets the next be no less awaited', () => {
    const drive = new Drive({}, ['a', 'b', 'c']);
    for (const id of ['a', 'b']) drive.slow.add(id);
    drive.feed({ type: 'start' });
    drive.started('a');
    drive.started('a');
    expect(drive.log).toEqual(['start a', 'start b']);
  });

  test('that it has ended, of one that was started again meanwhile, is not decided about', () => {
    const drive = new Drive({ strategy: 'one_for_all', intensity: 5 }, ['a', 't:transient', 'z']).start();
    drive.slow.add('z');
    drive.exit('a', 'crash');
    drive.exit('t', 'normal');
    drive.slow.clear();
    drive.slow.add('a');
    drive.exit('z', 'shutdown');
    drive.slow.clear();
    drive.log.length = 0;
    // Both exits of t wait now: the one that its restart made void, and that of its second life.
    drive.slow.add('z');
    drive.started('a');
    drive.exit('t', 'crash');
    drive.slow.clear();
    drive.started('z');
    expect(drive.log).toEqual([
      ...['start t', 'start z', 'restart t with a z', 'stop z', 'stop a', 'start a', 'start t', 'start z'],
    ]);
  });

  test('that its wait is over, of a wait that was ended, does not end the next', () => {
    const backOff = { firstMs: 100, mostMs: 1000, factor: 2, jitter: 0 };
    const drive = new Drive({ intensity: 9, backOff }, ['a']).start();
    drive.exit('a', 'crash');
    const { pid } = drive.child('a');
    drive.feed({ type: 'terminate-child', id: 'a', request: 'end' });
    drive.feed({ type: 'restart-child', id: 'a', request: 'again' });
    drive.exit('a', 'crash');
    expect(drive.feed({ type: 'due', child: drive.child('a'), pid })).toEqual([]);
  });
});

describe('what is asked of a supervisor', () => {
  test('before it was started waits until it runs', () => {
    const drive = new Drive({}, ['a']);
    expect(drive.feed({ type: 'terminate-child', id: 'a', request: 'early' })).toEqual([]);
    expect(drive.feed({ type: 'start' })).toEqual(['start a', 'ready', 'stop a', 'early: ok']);
  });

  test('after it has ended is refused', () => {
    const drive = new Drive({}, ['a']).start();
    drive.feed({ type: 'shutdown' });
    expect(drive.feed({ type: 'restart-child', id: 'a', request: 'late' })).toEqual(['late: shutdown']);
  });

  test('about a certain life that is the present one is done', () => {
    const drive = new Drive({}, ['a']).start();
    const { pid } = drive.child('a');
    expect(drive.feed({ type: 'terminate-child', id: 'a', pid, request: 'end' })).toEqual([
      'stop a',
      'end: ok',
    ]);
  });

  test('a shutdown of one that gives up does not change why it ends', () => {
    const drive = new Drive({ intensity: 0 }, ['a', 'b']).start();
    drive.slow.add('a');
    drive.exit('b', 'crash');
    drive.feed({ type: 'shutdown' });
    drive.feed({ type: 'exited', child: drive.child('a'), pid: drive.child('a').pid, exit: exits.shutdown });
    expect(drive.log).toEqual(['escalate b', 'stop a', 'exit intensity']);
  });
});

test('a dynamic child that cannot be restarted any more is gone before the others are stopped', () => {
  const drive = new Drive({ strategy: 'dynamic', intensity: 0 }, ['a', 'b']).start();
  drive.exit('a', 'crash');
  expect(drive.log).toEqual(['escalate a', 'forget a', 'stop b', 'exit intensity']);
});

test('a significant child means nothing to a supervisor that never shuts down by itself', () => {
  const drive = new Drive({ autoShutdown: 'never' }, ['a', 's:transient:significant']).start();
  drive.exit('s', 'normal');
  expect(drive.log).toEqual(['no-restart s']);
});

test('with back-off a failure that is told twice is tried once', () => {
  const backOff = { firstMs: 100, mostMs: 1000, factor: 2, jitter: 0 };
  const drive = new Drive({ intensity: 9, backOff }, ['a']).start();
  drive.failing.set('a', 1);
  drive.exit('a', 'crash');
  drive.due('a');
  drive.log.length = 0;
  expect(drive.feed({ type: 'try-again', child: drive.child('a') })).toEqual([]);
});

test('with back-off those of the group that run again when it is due are stopped right to left', () => {
  const backOff = { firstMs: 100, mostMs: 1000, factor: 2, jitter: 0 };
  const drive = new Drive({ strategy: 'one_for_all', intensity: 9, backOff }, ['a', 'b', 'c']).start();
  drive.exit('a', 'crash');
  for (const id of ['b', 'c']) drive.feed({ type: 'restart-child', id, request: id });
  drive.log.length = 0;
  expect(drive.due('a')).toEqual(['end-wait a', 'stop c', 'stop b', 'start a', 'start b', 'start c']);
});
