import { describe, expect, test } from 'vitest';
import { blockedLoop } from '../../../client/check/blocked-loop.ts';
import { budget } from '../../../client/check/budget.ts';
import type { Finding } from '../../../client/check/finding.ts';
import { gaveUp } from '../../../client/check/gave-up.ts';
import { heap } from '../../../client/check/heap.ts';
import { ofNote } from '../../../client/check/of-note.ts';
import { restartStorm } from '../../../client/check/restart-storm.ts';
import { RULES } from '../../../client/check/rules.ts';
import { stale } from '../../../client/check/stale.ts';
import { straggler } from '../../../client/check/straggler.ts';
import { LIMITS } from '../../../protocol/limits.ts';
import { aNode } from '../../support/tree-data.ts';
import { event, find, GAMES, games, info, NOW, restart, seen, thread } from './seen.ts';

/** Rules about what is inside an instance: each on, off, at its boundary, and with nothing known. */

const times = (count: number, agoMs: (index: number) => number) =>
  Array.from({ length: count }, (_, index) => restart(agoMs(index))).flat();

test('no rule finds anything in an instance that is well, or of which nothing is known', () => {
  const nodes = [
    aNode({ id: '4121', kind: 'process', host: null, threadId: null }),
    thread({ metrics: { heapUsedBytes: 1, heapLimitBytes: 100 } }),
    games(0),
  ];
  for (const rule of RULES) {
    expect(find(rule, seen({ nodes })), rule.id).toEqual([]);
    expect(find(rule, seen({ info: null, heardAt: null, state: 'connecting' })), rule.id).toEqual([]);
  }
});

test('what an instance said that is no longer heard is not called wrong now', () => {
  const nodes = [
    thread({ status: 'blocked', blockedMs: 900, metrics: { heapUsedBytes: 99, heapLimitBytes: 100 } }),
    games(10),
    aNode({ id: 's', status: 'straggler' }),
    aNode({ id: 't', status: 'stale' }),
  ];
  const events = times(9, (index) => index * 100);
  const inside = [blockedLoop, restartStorm, gaveUp, budget, heap, straggler, stale];
  for (const rule of inside) {
    expect(find(rule, seen({ nodes, events, state: 'reconnecting' })), rule.id).toEqual([]);
  }
});

describe('blocked loop', () => {
  const node = thread({ status: 'blocked', blockedMs: 4000 });
  const blocked = event(3500, {
    kind: 'blocked',
    node,
    frames: ['parse (file:///srv/shop/parse.js:41:7)', 'main (file:///srv/shop/main.js:1:1)'],
  });

  test('leads to its stack, with where it stands and since when by this side’s clock', () => {
    const [found] = find(blockedLoop, seen({ nodes: [node], events: [blocked], aheadMs: 60_000 }));
    expect(found).toEqual<Finding>({
      id: 'blocked-loop production/fra-1 4121.0',
      rule: 'blocked-loop',
      severity: 'failed',
      instance: 'production/fra-1',
      environment: 'production',
      lineage: 'main',
      node: '4121.0',
      since: NOW - 63_500 - LIMITS.blockedMs,
      sentence: 'Its loop stands still in parse (parse.js:41:7)',
      leadsTo: { tab: 'stack' },
    });
  });

  test('without an event for this block it goes by what the thread says', () => {
    const over = event(3000, { kind: 'unblocked', node, blockedMs: 500 });
    for (const events of [[], [blocked, over]]) {
      const [found] = find(blockedLoop, seen({ nodes: [node], events }));
      expect(found).toMatchObject({ since: NOW - 4000, sentence: 'Its loop stands still' });
    }
    const unknown = seen({ nodes: [{ ...node, blockedMs: null }] });
    expect(find(blockedLoop, unknown)[0]).toMatchObject({ since: null });
  });

  test('a loop that turns, or is held by a person, is not one', () => {
    const nodes = [thread(), thread({ id: '4121.1', status: 'suspended' })];
    expect(find(blockedLoop, seen({ nodes, events: [blocked] }))).toEqual([]);
  });
});

describe('restart storm', () => {
  test('five within a minute are one, four are not', () => {
    const four = times(4, (index) => 40_000 - index * 1000);
    expect(find(restartStorm, seen({ events: four }))).toEqual([]);
    const [found, ...more] = find(restartStorm, seen({ events: [...four, ...restart(1000)] }));
    expect(more).toEqual([]);
    expect(found).toMatchObject({
      severity: 'warning',
      lineage: 'app/games',
      node: GAMES.id,
      since: NOW - 40_000,
      sentence: '5 restarts in the last minute of 7f3a, the last after: TypeError: no board',
      leadsTo: { tab: 'overview' },
    });
  });

  test('the minute’s edge counts, by the agent’s clock', () => {
    const events = times(5, (index) => 60_000 - index * 10);
    expect(find(restartStorm, seen({ events }))).toHaveLength(1);
    expect(find(restartStorm, seen({ events, aheadMs: 1 }))).toEqual([]);
  });

  test('it goes back to where it began, and is failed once there is one every three seconds', () => {
    const events = [...times(2, (index) => 600_000 - index), ...times(40, (index) => 100_000 - index * 2500)];
    const [found] = find(restartStorm, seen({ events }));
    expect(found).toMatchObject({ severity: 'failed', since: NOW - 100_000 });
  });

  test('several children are not named, and what is not restarted does not count', () => {
    const events = ['a', 'b', 'c', 'd', 'e'].flatMap((child) => restart(100, 'restart', child));
    expect(find(restartStorm, seen({ events }))[0]!.sentence).toMatch(/^5 restarts in the last minute, the/);
    const ends = Array.from({ length: 9 }, () => restart(100, 'escalate')).flat();
    expect(find(restartStorm, seen({ events: ends }))).toEqual([]);
  });
});

describe('gave up', () => {
  const events = restart(9000, 'escalate');

  test('a supervisor that nothing has started again', () => {
    const ghost = { ...games(0), endedAt: NOW - 9000, status: 'exited' as const };
    const [found] = find(gaveUp, seen({ events, nodes: [ghost] }));
    expect(found).toMatchObject({
      severity: 'failed',
      lineage: 'app/games',
      node: GAMES.id,
      since: NOW - 9000,
      leadsTo: { tab: 'history' },
    });
    expect(found!.sentence).toBe(
      'It gave up: 7f3a ended once more than the 10 restarts in 5 s that it may do, and nothing below it runs',
    );
    // Its ghost has left the tree; the ledger still tells.
    expect(find(gaveUp, seen({ events }))[0]).toMatchObject({ node: null, lineage: 'app/games' });
  });

  test('its next life is well, and only the outermost that gave up is told', () => {
    const next = { ...games(0), id: '4121.0.90', incarnation: 2 };
    expect(find(gaveUp, seen({ events, nodes: [next] }))).toEqual([]);
    const app = { id: '4121.0.1', lineage: 'app', incarnation: 1 };
    const [, last] = events;
    const above = { ...last!, seq: 9999, by: app, node: GAMES } as typeof last;
    const found = find(gaveUp, seen({ events: [...events, above!] }));
    expect(found.map(({ lineage }) => lineage)).toEqual(['app']);
  });
});

describe('budget', () => {
  test('failed when the next exit ends it, a warning from a fifth on, quiet before', () => {
    const of = (used: number, intensity: number) =>
      find(budget, seen({ nodes: [games(used, intensity)] })).map(({ severity }) => severity);
    expect(of(10, 10)).toEqual(['failed']);
    expect(of(8, 10)).toEqual(['warning']);
    expect(of(7, 10)).toEqual([]);
    expect(of(1, 1)).toEqual(['failed']);
    expect(find(budget, seen({ nodes: [games(1, 1)] }))[0]!.sentence).toMatch(
      /^1 of 1 restart in 5 s is used:/,
    );
    expect(of(1, 2)).toEqual(['warning']);
    expect(of(1, 3)).toEqual([]);
    // None was ever meant, and none was used.
    expect(of(0, 0)).toEqual([]);
    expect(of(0, 1)).toEqual([]);
  });

  test('says what is used, since the last restart, and leads to the supervisor', () => {
    const [found] = find(budget, seen({ nodes: [games(10)], events: restart(700), aheadMs: -1000 }));
    expect(found).toMatchObject({
      lineage: 'app/games',
      since: NOW + 300,
      sentence: '10 of 10 restarts in 5 s are used: the next exit ends it and all below it',
      leadsTo: { tab: 'overview' },
    });
    expect(find(budget, seen({ nodes: [games(10)] }))[0]!.since).toBeNull();
    expect(find(budget, seen({ nodes: [{ ...games(10), endedAt: NOW }] }))).toEqual([]);
  });
});

describe('heap', () => {
  const MB = 1024 ** 2;
  /** Node 22 as it starts: 2 GB for what lives long, and 48 MB for what does not. */
  const at = (share: number) =>
    thread({ metrics: { heapUsedBytes: share * 2048 * MB, heapLimitBytes: (2048 + 48) * MB } });
  const found = (share: number, before: Finding[] | null = null) =>
    find(heap, seen({ nodes: [at(share)] }), before && new Map(before.map((each) => [each.id, each])));

  test('a warning from 85 % on, failed from 95 % on', () => {
    expect(found(0.849)).toEqual([]);
    expect(found(0.85)).toMatchObject([
      { severity: 'warning', sentence: 'Its heap holds 85 % of the 2.0 GB it may grow to', lineage: 'main' },
    ]);
    expect(found(0.95)).toMatchObject([{ severity: 'failed' }]);
  });

  test('what the limit counts for short-lived objects is not there for those that stay', () => {
    // As measured: these end with 250 MB in their heaps.
    for (const [node, limitMb] of [
      ['20.20.2', 304],
      ['24.21.0', 448],
      ['26.10.0', 352],
    ] as const) {
      const metrics = { heapUsedBytes: 250 * MB, heapLimitBytes: limitMb * MB };
      const [found] = find(heap, seen({ nodes: [thread({ metrics })], info: info({ node }) }));
      expect(found).toMatchObject({
        severity: 'failed',
        sentence: 'Its heap holds 97 % of the 256 MB it may grow to',
      });
    }
    const tiny = { heapUsedBytes: 10 * MB, heapLimitBytes: 40 * MB };
    expect(find(heap, seen({ nodes: [thread({ metrics: tiny })] }))).toEqual([]);
  });

  test('once found it stays until it is clearly less', () => {
    const before = found(0.86);
    expect(found(0.81, before)).toHaveLength(1);
    expect(found(0.81, [])).toEqual([]);
    expect(found(0.79, before)).toEqual([]);
  });

  test('a figure that is not known is none', () => {
    for (const metrics of [
      {},
      { heapUsedBytes: 9 },
      { heapLimitBytes: 9 },
      { heapUsedBytes: 9, heapLimitBytes: 0 },
    ]) {
      expect(find(heap, seen({ nodes: [thread({ metrics })] }))).toEqual([]);
    }
    expect(find(heap, seen({ nodes: [{ ...at(1), endedAt: NOW }] }))).toEqual([]);
  });
});

describe('straggler', () => {
  const node = aNode({ id: '4121.0.7', lineage: 'app/deaf', status: 'straggler' });

  test('says what it holds, since it was told to end', () => {
    const holds = ['Timeout 1000 ms, repeats, game.ts:41', 'Socket', 'Socket'];
    const told = event(4000, { kind: 'straggler', node, afterMs: 1000, holds });
    const [found] = find(straggler, seen({ nodes: [node], events: [told] }));
    expect(found).toMatchObject({
      severity: 'warning',
      node: '4121.0.7',
      since: NOW - 5000,
      sentence: 'It was told to end and still runs; it holds Timeout 1000 ms, repeats, game.ts:41 and 2 more',
    });
  });

  test('one whose event is no longer kept is told all the same', () => {
    const [found] = find(straggler, seen({ nodes: [node] }));
    expect(found).toMatchObject({ since: null, sentence: 'It was told to end and still runs' });
    expect(find(straggler, seen({ nodes: [{ ...node, status: 'stopping' }] }))).toEqual([]);
  });
});

describe('stale', () => {
  test('an agent that is silent, since it was last heard', () => {
    const [found] = find(stale, seen({ state: 'stale', heardAt: NOW - 6000 }));
    expect(found).toMatchObject({ lineage: null, since: NOW - 6000, severity: 'warning' });
  });

  test('of a process that is silent the outermost node is told, not all below it', () => {
    const nodes = [
      aNode({ id: '9', kind: 'process', status: 'stale', parent: '4121' }),
      aNode({ id: '9.0', status: 'stale', parent: '9' }),
    ];
    expect(find(stale, seen({ nodes })).map(({ node }) => node)).toEqual(['9']);
  });
});

test('a running worker without figures of its own is of no note; all else is', () => {
  const worker = aNode({ id: 'w', metrics: { backlog: 3, cpuPercent: 90 } });
  const noted = [
    aNode({ id: 's', status: 'straggler' }),
    games(0),
    thread({ metrics: { heapUsedBytes: 1, heapLimitBytes: 2 } }),
  ];
  expect(ofNote([worker, ...noted])).toEqual(noted);
});
