import { describe, expect, test } from 'vitest';
import { checkInstance, ranked } from '../../../client/check/check.ts';
import type { Seen } from '../../../client/check/finding.ts';
import { gone } from '../../../client/check/gone.ts';
import { notReached } from '../../../client/check/not-reached.ts';
import { THRESHOLDS } from '../../../client/check/thresholds.ts';
import { versionSkew } from '../../../client/check/version-skew.ts';
import { aNode } from '../../support/tree-data.ts';
import { failing, find, games, info, look, NOW, restart, seen, thread } from './seen.ts';

/** Rules about instances as a whole, and how findings are ranked. */

const unheard = { info: null, heardAt: null };

describe('gone', () => {
  test('one that was there and is not, since it was last heard', () => {
    const lost = seen({
      state: 'reconnecting',
      failing: failing('CONNECT_FAILED', 'nothing listens there'),
      heardAt: NOW - 40_000,
    });
    expect(find(gone, lost)).toMatchObject([
      {
        severity: 'failed',
        since: NOW - 40_000,
        sentence: 'It was there and no longer answers: nothing listens there',
        lineage: null,
      },
    ]);
    // It is not told twice.
    expect(find(notReached, lost)).toEqual([]);
  });

  test('a local service without a name that ended is a warning', () => {
    const ended = seen({ state: 'gone', failing: failing('GONE'), heardAt: NOW - 1000 });
    expect(find(gone, ended)).toMatchObject([{ severity: 'warning', since: NOW - 1000 }]);
    expect(find(notReached, ended)).toEqual([]);
  });

  test('one that was never there is not gone', () => {
    expect(find(gone, seen({ ...unheard, state: 'connecting', failing: failing('TIMEOUT') }))).toEqual([]);
    expect(find(gone, seen({ state: 'reconnecting' }))).toEqual([]);
  });
});

describe('not reached', () => {
  test('since the first try that failed, in the words of the failure', () => {
    const of = seen({
      ...unheard,
      state: 'connecting',
      failing: failing('TIMEOUT', 'no answer', NOW - 9000),
    });
    expect(find(notReached, of)).toMatchObject([
      { severity: 'failed', since: NOW - 9000, sentence: 'no answer' },
    ]);
    // Nobody knows yet.
    expect(find(notReached, seen({ ...unheard, state: 'connecting' }))).toEqual([]);
  });

  test('a login that this side lacks something for is a warning; a changed host key is not', () => {
    const severity = (code: 'KEY_REFUSED' | 'HOST_KEY_CHANGED') =>
      find(notReached, seen({ state: 'refused', failing: failing(code) })).map((each) => each.severity);
    expect(severity('KEY_REFUSED')).toEqual(['warning']);
    expect(severity('HOST_KEY_CHANGED')).toEqual(['failed']);
  });

  test('a tunnel that is off is told once for all behind it', () => {
    const behind = (key: string, environment = 'production'): Seen =>
      seen({ ...unheard, key, environment, state: 'tunnel-off', failing: failing('TUNNEL_OFF') });
    const all = [behind('a'), behind('b'), behind('c', 'staging')];
    const found = all.flatMap((each) => notReached.find(each, look(...all)));
    expect(found.map(({ instance, sentence }) => [instance, sentence])).toEqual([
      ['a', 'The tunnel of production is off: none of 2 instances behind it can be asked'],
      ['c', 'The tunnel of staging is off'],
    ]);
  });
});

describe('version skew', () => {
  const withVersions = (key: string, agent: string, node: string, more: Partial<Seen> = {}) =>
    seen({ key, info: info({ agent, node }), ...more });
  const found = (...all: Seen[]) =>
    all
      .flatMap((each) => versionSkew.find(each, look(...all)))
      .map(({ instance, sentence }) => [instance, sentence]);

  test('the one that differs from most is told; of as many, the older', () => {
    const [a, b] = [withVersions('a', '0.1.0', '22.11.0'), withVersions('b', '0.1.0', '22.11.0')];
    expect(found(a, b)).toEqual([]);
    expect(found(a, b, withVersions('c', '0.0.9', '24.0.0'))).toEqual([
      [
        'c',
        'It runs with agent 0.0.9, where most of shop have 0.1.0, and Node 24.0.0, where most of shop have 22.11.0',
      ],
    ]);
    expect(found(a, withVersions('c', '0.1.0', '9.9.0')).map(([key]) => key)).toEqual(['c']);
  });

  test('other services, other environments and what is not heard are no measure', () => {
    const a = withVersions('a', '0.1.0', '22.11.0');
    expect(found(a, withVersions('b', '0.2.0', '24.0.0', { service: 'web' }))).toEqual([]);
    expect(found(a, withVersions('b', '0.2.0', '24.0.0', { environment: 'lab' }))).toEqual([]);
    expect(found(a, withVersions('b', '0.2.0', '24.0.0', { state: 'reconnecting' }))).toEqual([]);
    expect(found(a, seen({ key: 'b', info: null }))).toEqual([]);
  });

  test('another protocol is failed: it cannot be looked into at all', () => {
    const of = seen({ ...unheard, state: 'refused', failing: failing('VERSION_SKEW', 'speaks protocol 1') });
    expect(find(versionSkew, of)).toMatchObject([{ severity: 'failed', sentence: 'speaks protocol 1' }]);
    expect(find(notReached, of)).toEqual([]);
  });
});

test('failed comes before warning, then what hurts most, then what has lasted longest', () => {
  const all = [
    seen({ key: 'a', nodes: [games(8), aNode({ id: 's', status: 'straggler' })], events: restart(5000) }),
    seen({ key: 'b', nodes: [games(10)], events: restart(400) }),
    seen({ key: 'c', nodes: [thread({ status: 'blocked', blockedMs: 700 })] }),
    seen({ key: 'd', nodes: [thread({ status: 'blocked', blockedMs: 9000 })] }),
    seen({ key: 'e', ...unheard, state: 'connecting', failing: failing('TIMEOUT') }),
    seen({ key: 'f', state: 'reconnecting', failing: failing('TIMEOUT'), heardAt: NOW - 1 }),
  ];
  const found = ranked(all.flatMap((each) => checkInstance(each, look(...all))));
  expect(found.map(({ instance, rule }) => `${instance} ${rule}`)).toEqual([
    'f gone',
    'd blocked-loop',
    'c blocked-loop',
    'b budget',
    'e not-reached',
    'a budget',
    'a straggler',
  ]);
});

test('of a thousand stragglers the first are told and the others counted', () => {
  const nodes = Array.from({ length: 1000 }, (_, index) =>
    aNode({ id: `4121.0.${index}`, status: 'straggler' }),
  );
  const of = seen({ nodes });
  const found = checkInstance(of, look(of));
  expect(found).toHaveLength(THRESHOLDS.maxOfOneRule);
  expect(found.at(-1)).toMatchObject({ sentence: '991 more of the same: straggler', node: null });
  expect(new Set(found.map(({ id }) => id)).size).toBe(found.length);
});
