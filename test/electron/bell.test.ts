import { beforeEach, expect, test } from 'vitest';
import type { Finding } from '../../client/check/finding.ts';
import { Bell, type Call } from '../../electron/bell.ts';
import type { WatchedPlace } from '../../electron/ipc.ts';
import type { LedgerEvent } from '../../protocol/ledger.ts';

const GAME: WatchedPlace = { instance: 'production/fra', lineage: 'app/games/7f3a' };
let rung: Call[];
let watched: WatchedPlace[] | null;
let seen: WatchedPlace | null;
let now: number;
let bell: Bell;

beforeEach(() => {
  rung = [];
  watched = [GAME];
  seen = null;
  now = 0;
  bell = new Bell({
    watched: () => watched,
    nameOf: () => 'fra',
    isSeen: ({ lineage }) => lineage === seen?.lineage,
    ring: (call) => rung.push(call),
    now: () => now,
  });
});

const started = (lineage: string, incarnation = 2, isFirst = false) =>
  ({
    kind: 'started',
    node: { id: 'x', lineage, incarnation },
    previous: isFirst ? null : { id: 'w', lineage, incarnation: incarnation - 1 },
  }) as unknown as LedgerEvent;
const hear = (events: LedgerEvent[], { instance = GAME.instance, isFresh = false } = {}) =>
  bell.hear(instance, { isFresh, events, lost: 0 });
const spent = (lineage: string, fields: Partial<Finding> = {}) =>
  ({
    id: `budget ${lineage}`,
    rule: 'budget',
    severity: 'failed',
    instance: GAME.instance,
    lineage,
    sentence: '3 of 3 restarts in 5 s are used: the next exit ends it and all below it',
    ...fields,
  }) as Finding;

test('a watched place that restarts is told, and no other', () => {
  hear([started('app/games/other'), started(GAME.lineage, 4), started(GAME.lineage, 1, true)]);
  hear([started(GAME.lineage)], { instance: 'production/lax' });
  expect(rung).toEqual([{ ...GAME, title: 'app/games/7f3a restarted', body: 'fra, now life #4' }]);
});

test('what was there before an instance was met is no news, nor what is looked at', () => {
  hear([started(GAME.lineage)], { isFresh: true });
  seen = GAME;
  hear([started(GAME.lineage)]);
  expect(rung).toEqual([]);
  seen = null;
  hear([started(GAME.lineage)]);
  expect(rung).toHaveLength(1);
});

test('a budget that is spent is told once, for as long as it is; those that were so at first are not', () => {
  bell.see([spent('app')]);
  bell.see([spent('app'), spent('app/games'), spent('app/jobs', { severity: 'warning' })]);
  bell.see([spent('app'), spent('app/games')]);
  expect(rung.map(({ title, body }) => [title, body])).toEqual([
    [
      'app/games has no restart left',
      'fra: 3 of 3 restarts in 5 s are used: the next exit ends it and all below it',
    ],
  ]);
  bell.see([]);
  now += 60_000;
  bell.see([spent('app/games')]);
  expect(rung).toHaveLength(2);
});

test('a storm is told once in a while, and of many places a few', () => {
  for (let at = 0; at < 100; at++) {
    now = at * 100;
    hear([started(GAME.lineage, at + 2)]);
  }
  expect(rung).toHaveLength(1);
  now = 30_000;
  hear([started(GAME.lineage)]);
  expect(rung).toHaveLength(2);
  watched = Array.from({ length: 50 }, (_, at) => ({ instance: GAME.instance, lineage: `app/${at}` }));
  hear(watched.map(({ lineage }) => started(lineage)));
  expect(rung).toHaveLength(5);
  now += 60_000;
  hear([started('app/30')]);
  expect(rung).toHaveLength(6);
});

test('switched off nothing is told, and what came meanwhile not later either', () => {
  bell.see([]);
  watched = null;
  hear([started(GAME.lineage)]);
  bell.see([spent('app')]);
  watched = [GAME];
  bell.see([spent('app')]);
  expect(rung).toEqual([]);
});
