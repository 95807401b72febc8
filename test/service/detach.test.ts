/** The agent leaves a service that goes on: what is left of it is counted, beside the same service without an agent. */
import { once } from 'node:events';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { armed } from '../support/armed.ts';
import { type Service, startService } from '../support/service.ts';
import { byLineage, nodesOf, untilTree } from '../support/tree.ts';
import { until } from '../support/until.ts';

const file = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const counting = ['-r', file('dist/test/fixtures/counts.cjs')];
const preload = [...counting, '-r', file('agent/dist/register.cjs')];

let service: Service;
let without: unknown;
afterEach(() => service.stop());

/** What is there in main, in its thread and in its child process. */
async function counted(): Promise<unknown> {
  const answer = once(service.process, 'message');
  service.send('count');
  return (await answer)[0];
}

async function ticks(): Promise<number> {
  const answer = once(service.process, 'message');
  service.send('tick');
  return (await answer)[0].ticks;
}

/** Started, and seen whole: its thread and its child process have joined. */
async function startSeen() {
  service = await startService('counted.js', { preload });
  const session = await armed(await service.session());
  const child = await service.message<{ child: number }>(
    (message) => (message as { child?: number }).child !== undefined,
  );
  await untilTree(session, (all) => {
    const isThere = (found: { name: string; pid: number; observed: boolean }) =>
      found.observed && (found.name === 'counted' || found.pid === child.child);
    return all.filter(isThere).length >= 3;
  });
  return session;
}

async function expectNothingLeft(): Promise<void> {
  await until(counted).toEqual(without);
  expect(service.localSockets().filter((name) => name !== 'off')).toEqual([]);
  const before = await ticks();
  await until(ticks).toBeGreaterThan(before);
  expect(service.stderr()).toBe('');
}

beforeAll(async () => {
  service = await startService('counted.js', { preload, env: { PERCH: 'off' } });
  without = await counted();
  await service.stop();
});

test('what is counted tells an agent from none, in each of its places', async () => {
  await startSeen();
  const there = (await counted()) as Record<string, object>;
  for (const place of ['main', 'thread', 'child']) {
    expect(there[place]).not.toEqual((without as Record<string, object>)[place]);
  }
});

test('detached by a call nothing of it is left, in no thread and no process; it is told, and stands in the audit', async () => {
  const session = await startSeen();
  const told: string[] = [];
  const watch = session.call(
    'watch-ledger',
    {},
    {
      onEvent: ({ events }) => {
        for (const event of events) if (event.kind === 'left') told.push(`${event.node.id} ${event.reason}`);
      },
    },
  );
  watch.catch(() => {});
  await session.call('detach', { reason: 'looked enough' });
  expect(await session.closed).toMatchObject({ code: 'CONNECTION_LOST' });
  expect(told).toContain(`${service.pid} its agent was taken out (looked enough), the process lives`);
  await expectNothingLeft();
  const audit = path.join(service.runtimeDir, '.local/state/perch/audit');
  const records = readdirSync(audit, { recursive: true, encoding: 'utf8' });
  expect(records.filter((name) => name.endsWith('.jsonl'))).toHaveLength(1);
});

test('a session that is not armed does not detach', async () => {
  service = await startService('blocks-loop.js');
  const session = await service.session();
  await expect(session.call('detach', { reason: 'no' })).rejects.toMatchObject({ code: 'NOT_ARMED' });
  expect(byLineage(await nodesOf(session), 'main').status).toBe('running');
});

test('detached from within, while a thread of it is held and its loop was stuck a moment before', async () => {
  const session = await startSeen();
  const thread = byLineage(await nodesOf(session), 'thread:counted');
  await session.call('act', {
    act: 'suspend',
    call: 'hold',
    node: thread.id,
    epoch: session.hello.instance.epoch,
    reason: 'held when it leaves',
    leaseMs: 60_000,
  });
  service.send('block');
  service.send('detach');
  await service.message((message) => (message as { hasDetached?: true }).hasDetached === true);
  await expectNothingLeft();
});

test.each(['.local/state/perch', 'perch'])(
  'the file `off` in %s takes it out, and keeps it out',
  async (folder) => {
    const session = await startSeen();
    const off = path.join(service.runtimeDir, folder, 'off');
    mkdirSync(path.dirname(off), { recursive: true, mode: 0o700 });
    writeFileSync(off, '');
    await session.closed;
    await expectNothingLeft();
    const env = { XDG_RUNTIME_DIR: service.runtimeDir, HOME: service.runtimeDir };
    const first = service;
    try {
      service = await startService('counted.js', { preload, env });
      expect(await counted()).toEqual(without);
      await service.stop();
      rmSync(off);
    } finally {
      await first.stop();
    }
  },
);

test('a life that was left is not told of as a death by the next one', async () => {
  service = await startService('blocks-loop.js', { env: { PERCH_INSTANCE: 'one' } });
  const session = await armed(await service.session());
  await session.call('detach', { reason: 'a test' });
  await session.closed;
  const boxes = path.join(service.runtimeDir, '.local/state/perch/black-box');
  const names = () =>
    readdirSync(boxes, { recursive: true, encoding: 'utf8' }).filter((name) => /\.\w+$/.test(name));
  await until(names).toEqual([expect.stringMatching(/\.past$/)]);
});
