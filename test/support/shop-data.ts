import type { LedgerEvent, LedgerFact, NodeRef } from '../../protocol/ledger.ts';
import type { ChildFacts, TreeNode } from '../../protocol/tree.ts';
import { aNode } from './tree-data.ts';

/** A shop whose supervisors have been at work: for screens that show restarts, budgets and lives. */

const PROCESS: NodeRef = { id: '4121', lineage: 'process:shop', incarnation: 1 };
export const APP: NodeRef = { id: '4121.0.1', lineage: 'app', incarnation: 1 };
export const JOBS: NodeRef = { id: '4121.0.8', lineage: 'app/jobs', incarnation: 1 };
const ANN = { key: 'SHA256:pXc1r4w7k5oVQeYyq8b0s9nJ2mUuT3aZlD6fHcGxRkE', name: 'ann@laptop' };

const child = (fields: Partial<ChildFacts> = {}): ChildFacts => ({
  restart: 'permanent',
  shutdown: 5000,
  significant: false,
  protected: false,
  ...fields,
});

export function shopTree({ jobs = 6, life = 4 } = {}): TreeNode[] {
  const now = Date.now();
  const at = (id: string, fields: Partial<TreeNode>) =>
    aNode({ id, startedAt: now - 3 * 3_600_000, ...fields });
  const under = (id: string, name: string, fields: Partial<TreeNode>) =>
    at(id, { parent: APP.id, name, lineage: `app/${name}`, child: child(), hasState: true, ...fields });
  return [
    at('4121', {
      kind: 'process',
      host: null,
      name: 'shop',
      lineage: 'process:shop',
      threadId: null,
      metrics: { cpuPercent: 12, rssBytes: 9e7 },
    }),
    at('4121.0', {
      parent: '4121',
      kind: 'thread',
      host: null,
      name: 'main',
      metrics: { loopUtilization: 0.12 },
    }),
    at(APP.id, {
      parent: '4121.0',
      kind: 'supervisor',
      host: null,
      name: 'app',
      supervisor: {
        strategy: 'rest_for_one',
        intensity: 5,
        periodMs: 30_000,
        restartsInPeriod: 2,
        nextRefillAt: now + 12_000,
        autoShutdown: 'any_significant',
      },
    }),
    under('4121.0.2', 'db', { child: child({ significant: true, protected: true }) }),
    under('4121.0.31', 'cache', {
      incarnation: life,
      restarts: life - 1,
      startedAt: now - 18_000,
      exitReason: 'Error: connection reset by peer',
      backlogWord: 'pending',
      metrics: { backlog: 4 },
    }),
    under('4121.0.32', 'checkout', { incarnation: 3, restarts: 2, startedAt: now - 17_990 }),
    under('4121.0.5', 'mailer', {
      child: child({ restart: 'transient' }),
      status: 'exited',
      endedAt: now - 21_000,
      exitReason: 'normal',
    }),
    at(JOBS.id, {
      parent: APP.id,
      kind: 'supervisor',
      host: null,
      name: 'jobs',
      lineage: 'app/jobs',
      child: child({ shutdown: 'infinity' }),
      supervisor: { strategy: 'dynamic', intensity: 1000, periodMs: 10_000, restartsInPeriod: 0 },
    }),
    ...Array.from({ length: jobs }, (_, index) =>
      at(`4121.0.${index + 100}`, {
        parent: JOBS.id,
        name: `job-${index + 1}`,
        lineage: `app/jobs/job-${index + 1}`,
        child: child({ restart: 'temporary' }),
        startedAt: now - 60_000 * (index + 1),
      }),
    ),
  ];
}

/** The ledger of a shop: its cache crashed twice and was killed once. */
export function shopLedger(): LedgerEvent[] {
  const now = Date.now();
  const cache = (incarnation: number): NodeRef => ({
    id: incarnation === 4 ? '4121.0.31' : `4121.0.${10 + incarnation}`,
    lineage: 'app/cache',
    incarnation,
  });
  return numbered([
    ...['db', 'cache', 'checkout', 'mailer'].flatMap((name, index) => {
      const node =
        name === 'cache' ? cache(1) : { id: `4121.0.${index + 2}`, lineage: `app/${name}`, incarnation: 1 };
      return [
        stamped({ kind: 'started', node, previous: null }, now - 3 * 3_600_000 + index),
        stamped({ kind: 'ready', node }, now - 3 * 3_600_000 + index + 2),
      ];
    }),
    ...crash(cache(1), cache(2), now - 42 * 60_000, 3.4, 'Error: connection reset by peer', 1),
    ...crash(cache(2), cache(3), now - 41 * 60_000, 212, 'Error: connect ECONNREFUSED 10.0.0.7:6379', 1),
    ...killed(cache(3), cache(4), now - 18_000, 8.2),
  ]);
}

/** What the black box says of the life before. */
export function shopDied(): LedgerEvent {
  const previous = {
    epoch: 'e0',
    pid: 3977,
    diedAt: Date.now() - 3 * 3_600_000 - 900,
    words: 'died 03:12:07, SIGKILL, loop blocked 41 s before in parse()',
    code: null,
    act: null,
    frames: [
      'parse (/srv/shop/feed.js:212:14)',
      'readFeed (/srv/shop/feed.js:88:20)',
      'processTicksAndRejections (node:internal/process/task_queues:105:5)',
    ],
    blockedMs: 41_000,
  };
  return numbered(
    [stamped({ kind: 'previous-epoch', node: PROCESS, previous }, previous.diedAt + 900)],
    1,
  )[0]!;
}

/** A thread of it is held for a while. */
export function shopHeld(): LedgerEvent {
  const node = { id: '4121.4', lineage: 'thread:resizer', incarnation: 1 };
  return numbered([stamped({ kind: 'suspended', node, call: 'd0', leaseMs: 30_000 }, Date.now() - 6000)])[0]!;
}

/** So many restarts of the cache, for a distribution; the last `unrecovered` never came back. */
export function manyRestarts(count: number, unrecovered = 0): LedgerEvent[] {
  const now = Date.now();
  const node = (incarnation: number): NodeRef => ({
    id: incarnation === count + 1 ? '4121.0.31' : `4121.0.${1000 + incarnation}`,
    lineage: 'app/cache',
    incarnation,
  });
  return numbered(
    Array.from({ length: count }, (_, index) => {
      const at = now - (count - index + 1) * 20_000;
      // Skewed as such times are: most are short, a few are long.
      const tookMs = 2 + ((index * 7919) % 31) / 6 + (index % 17 === 16 ? 40 + index : 0);
      const all = crash(node(index + 1), node(index + 2), at, tookMs, 'Error: connection reset by peer', 1);
      return index >= count - unrecovered ? all.slice(0, 2) : all;
    }).flat(),
  );
}

function crash(
  before: NodeRef,
  after: NodeRef,
  at: number,
  tookMs: number,
  reason: string,
  inPeriod: number,
) {
  const stack = `${reason}\n    at Socket.onData (/srv/shop/cache.js:88:11)\n    at TCP.onStreamRead (node:internal/stream_base_commons:191:23)`;
  return [
    stamped({ kind: 'exited', node: before, reason, stack }, at),
    stamped(decided(before, inPeriod), at + 0.4),
    stamped({ kind: 'started', node: after, previous: before }, at + tookMs * 0.3),
    stamped({ kind: 'ready', node: after }, at + tookMs),
  ];
}

function killed(before: NodeRef, after: NodeRef, at: number, tookMs: number) {
  const call = 'b7d1';
  const reason = 'does it come back with a cold cache?';
  return [
    stamped({ kind: 'act', node: before, act: 'kill', call, author: ANN, reason }, at - 2),
    stamped({ kind: 'exited', node: before, reason: 'killed', call, by: ANN }, at),
    stamped(decided(before, 2), at + 0.5),
    stamped({ kind: 'started', node: after, previous: before }, at + 1.1),
    stamped({ kind: 'ready', node: after }, at + tookMs),
    stamped(
      {
        kind: 'lost',
        node: after,
        previous: before,
        call,
        lost: {
          state: {
            gone: 118,
            changed: 2,
            added: 0,
            isPartial: false,
            places: [
              { path: '/entries/cart:81f2', change: 'gone', before: { items: 3 } },
              { path: '/entries/cart:90ab', change: 'gone', before: { items: 1 } },
              { path: '/hits', change: 'changed', before: 80_211, after: 0 },
              { path: '/misses', change: 'changed', before: 1204, after: 0 },
            ],
          },
          backlog: { word: 'pending', before: 6, after: 0, vanished: 6 },
        },
      },
      at + tookMs + 1,
    ),
    stamped(
      {
        kind: 'act-ended',
        node: before,
        act: 'kill',
        call,
        outcome: 'restarted',
        words: 'app/cache #3 → #4 in 8.2 ms',
        untouched: { same: 3, of: 3 },
        audit: { seq: 7, hash: '5d0a'.repeat(16) },
      },
      at + tookMs + 1.2,
    ),
  ];
}

function decided(node: NodeRef, restartsInPeriod: number): LedgerFact {
  return {
    kind: 'decided',
    node,
    by: APP,
    decision: 'restart',
    restartsBefore: restartsInPeriod - 1,
    restartsInPeriod,
    intensity: 5,
    periodMs: 30_000,
    affected: [{ id: '4121.0.4', lineage: 'app/checkout', incarnation: 1 }],
  };
}

type Stamped = LedgerFact & { at: number; t: number };

const stamped = (fact: LedgerFact, at: number): Stamped => ({ ...fact, at: Math.round(at), t: at - 1e12 });

/** In the order of their times, numbered as the agent does. */
export function numbered(events: Stamped[], from = 1): LedgerEvent[] {
  return events.sort((a, b) => a.t - b.t).map((event, index) => ({ ...event, seq: from + index }));
}
