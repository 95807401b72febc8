/** Threads that are held by order: for real, by lease, and never for longer than the session that asked. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import type { Session } from '../../client/session.ts';
import { LIMITS } from '../../protocol/limits.ts';
import { actOn, untilEvent } from '../support/acts.ts';
import { armed } from '../support/armed.ts';
import { type Service, startService } from '../support/service.ts';
import { byLineage, nodesOf, untilTree } from '../support/tree.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const THREADS = { main: 'main', helper: 'thread:helper', child: 'process:ticks/main' };
type Ticker = keyof typeof THREADS;

let service: Service;
let session: Session;
const start = async (options?: Parameters<typeof startService>[1]) => {
  service = await startService('ticks.js', options);
  session = await armed(await service.session());
};
afterEach(() => service.stop());

const threadOf = (ticker: Ticker) =>
  untilTree(session, (all) =>
    all.find(
      (node) =>
        node.lineage.endsWith(THREADS[ticker]) &&
        node.endedAt === null &&
        node.observed &&
        (ticker !== 'main' || node.parent === String(service.pid)),
    ),
  );

/** The longest time it stood still so far. */
async function gapOf(ticker: Ticker): Promise<number> {
  service.send(ticker);
  const { gap } = await service.message<{ gap: number }>(
    (message) => (message as { gap?: number }).gap !== undefined,
  );
  return gap;
}

async function kindsOf(id: string): Promise<string[]> {
  const { events } = await session.call('ledger', {});
  return events.filter(({ node }) => node.id === id).map(({ kind }) => kind);
}

test.each(['main', 'helper', 'child'] as const)(
  '%s stands still until its lease is over, is not called blocked, and goes on',
  async (ticker) => {
    await start();
    const node = await threadOf(ticker);
    const document = await actOn(session, 'suspend', node, { leaseMs: 900 });
    expect(document).toMatchObject({ act: 'suspend', outcome: 'done', target: { id: node.id } });
    await untilTree(session, (all) => all.find(({ id, status }) => id === node.id && status === 'suspended'));
    // The agent answers for it meanwhile.
    expect(await session.call('ping', {})).toMatchObject({ at: expect.any(Number) });
    expect(await actOn(session, 'suspend', node)).toMatchObject({
      outcome: 'refused',
      error: { code: 'NOT_POSSIBLE' },
    });
    const resumed = await untilEvent(session, 'resumed');
    expect(resumed).toMatchObject({ node: { id: node.id }, why: 'lease' });
    expect(resumed.afterMs).toBeGreaterThanOrEqual(890);
    await untilTree(session, (all) => all.find(({ id, status }) => id === node.id && status === 'running'));
    expect(await gapOf(ticker)).toBeGreaterThan(850);
    expect(await kindsOf(node.id)).toEqual(['act', 'suspended', 'act-ended', 'act', 'act-ended', 'resumed']);
  },
);

test('who resumes need not be who suspended', async () => {
  await start();
  const node = await threadOf('helper');
  await actOn(session, 'suspend', node, { leaseMs: 60_000 });
  const other = await armed(await service.session());
  expect(await actOn(other, 'resume', node)).toMatchObject({ outcome: 'done' });
  expect(await untilEvent(session, 'resumed')).toMatchObject({ why: 'asked', node: { id: node.id } });
  expect(await gapOf('helper')).toBeLessThan(60_000);
  expect(await actOn(other, 'resume', node)).toMatchObject({
    outcome: 'refused',
    error: { code: 'NOT_POSSIBLE' },
  });
});

test('without the hub that held it, it goes on long before its lease is over', async () => {
  const fixture = (name: string) => path.join(root, 'dist/test/fixtures', name);
  await start({
    preload: ['-r', fixture('captures-hub.cjs'), '-r', path.join(root, 'agent/dist/register.cjs')],
  });
  const node = await threadOf('helper');
  await actOn(session, 'suspend', node, { leaseMs: 60_000 });
  service.send('end-hub');
  await session.closed;
  // Nothing of it has reached the hub that came after: that does not say that it turns.
  session = await armed(await service.newSession(session));
  expect(await actOn(session, 'resume', { id: node.id })).toMatchObject({
    outcome: 'refused',
    error: { code: 'NOT_OBSERVED' },
  });
  const gap = await gapOf('helper');
  expect(gap).toBeGreaterThan(LIMITS.unattendedMs - 500);
  expect(gap).toBeLessThan(30_000);
  // It is seen again by the hub that came after.
  expect(await threadOf('helper')).toMatchObject({ id: node.id, status: 'running' });
  expect(await actOn(session, 'resume', node)).toMatchObject({ error: { code: 'NOT_POSSIBLE' } });
});

test('what is held can be killed, and its state and stack be asked for', async () => {
  await start();
  const helper = await threadOf('helper');
  await actOn(session, 'suspend', helper, { leaseMs: 60_000 });
  expect(await session.call('stack', { node: helper.id })).toMatchObject({ blocked: false });
  expect(await actOn(session, 'kill', helper)).toMatchObject({ outcome: 'not-restarted' });
  await service.message((message) => message === 'helper ended');
  const main = await threadOf('main');
  await actOn(session, 'suspend', main, { leaseMs: 60_000 });
  await expect(actOn(session, 'kill', { id: String(service.pid) })).rejects.toMatchObject({
    code: 'CONNECTION_LOST',
  });
  expect(await service.exited).toEqual({ code: null, signal: 'SIGKILL' });
});

test('a loop that stands still by itself is not suspended', async () => {
  await start();
  const main = await threadOf('main');
  service.send('block');
  await untilTree(session, (all) => all.find(({ id, status }) => id === main.id && status === 'blocked'));
  expect(await actOn(session, 'suspend', main)).toMatchObject({
    outcome: 'refused',
    error: { code: 'LOOP_BLOCKED' },
  });
});

test('a worker with a thread of its own is held by it; what shares its loop, what is protected, what has no agent is refused', async () => {
  service = await startService('supervised.js');
  session = await armed(await service.session());
  const code = async (lineage: string) =>
    (await actOn(session, 'suspend', byLineage(await nodesOf(session), lineage))).error?.code;
  expect(await code('app/games/7f3a')).toBe('NOT_POSSIBLE');
  expect(await code('app/games')).toBe('NOT_POSSIBLE');
  expect(await code('app/guarded')).toBe('PROTECTED');
  for (const name of ['thinker', 'keeper']) {
    const worker = await untilTree(session, (all) =>
      all.find(
        ({ lineage, endedAt, hasState }) => lineage === `app/pool/${name}` && endedAt === null && hasState,
      ),
    );
    const held = await actOn(session, 'suspend', worker, { leaseMs: 60_000 });
    expect(held).toMatchObject({ outcome: 'done', target: { lineage: worker.lineage } });
    // Killed while it is held, it comes back as it would have.
    expect(await actOn(session, 'kill', worker)).toMatchObject({
      outcome: 'restarted',
      successor: { incarnation: 2 },
    });
  }
});

test('an act that is over its armed time when it ends is not cut short; the next one is refused', async () => {
  await start();
  const node = await threadOf('helper');
  const own = await service.session();
  await own.call('arm', { reason: 'for a moment', forMs: 300 });
  const document = actOn(own, 'signal', { id: String(service.pid) }, { signal: 'SIGWINCH' });
  expect(await untilEvent(session, 'disarmed')).toMatchObject({ why: 'time' });
  expect(await document).toMatchObject({ outcome: 'done' });
  await expect(actOn(own, 'suspend', node)).rejects.toMatchObject({ code: 'NOT_ARMED' });
  const { records } = await own.call('audit', {});
  expect(records.at(-1)).toMatchObject({ act: 'suspend', outcome: 'NOT_ARMED', target: node.id });
});
