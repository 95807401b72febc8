/** Workers of BullMQ, against a Redis of their own. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Database, startRedis } from '../support/database.ts';
import { freePort } from '../support/free-port.ts';
import { type Service, startService } from '../support/service.ts';
import { untilTree } from '../support/tree.ts';

let redis: Database;
let service: Service;

beforeAll(async () => {
  redis = await startRedis(await freePort());
});
afterEach(() => service.stop());
afterAll(() => redis?.remove());

const startWorker = (env: Record<string, string> = {}) =>
  startService('queue-worker.js', { env: { PORT: String(redis.port), ...env } });

test('a worker says how many jobs are active, and how many it found stalled', async () => {
  service = await startWorker();
  const session = await service.session();
  const worker = (wanted: Record<string, unknown>) =>
    untilTree(session, (all) => {
      const node = all.find((each) => each.lineage === 'bullmq:emails');
      const is = { status: node?.status, ...node?.metrics.figures } as Record<string, unknown>;
      return Object.entries(wanted).every(([name, value]) => is[name] === value) && node;
    });

  const first = await worker({ status: 'running', active: 0, stalled: 0 });
  expect(first).toMatchObject({
    parent: `${service.pid}.0`,
    component: { type: 'queue worker', facts: { queue: 'emails', concurrency: 2 } },
  });

  service.send('add');
  await worker({ active: 2, stalled: 0 });
  // Another worker takes the third job and dies: this one finds it stalled, and takes it as soon as it is free.
  service.send('stall');
  await worker({ active: 2, stalled: 1 });
  service.send('finish');
  const after = await worker({ active: 1, stalled: 1 });
  expect(after.id).toBe(first.id);
  expect(JSON.stringify(after)).not.toContain('planted');
  service.send('finish');
  await worker({ active: 0 });
  service.send('pause');
  await worker({ status: 'suspended', active: 0 });

  service.send('close');
  await untilTree(session, (all) => all.find(({ id, status }) => id === first.id && status === 'exited'));
});

test('a worker that nothing leads to is known by its queue, and what is not seen of it is said', async () => {
  service = await startWorker({ UNREACHABLE: 'yes' });
  const session = await service.session();
  const node = await untilTree(session, (all) => all.find(({ lineage }) => lineage === 'bullmq:letters'));
  expect(node).toMatchObject({ status: 'running', component: { type: 'queue worker', facts: {} } });
  expect(node.metrics.figures ?? {}).toEqual({});
  const { adapters } = await untilTree(session, (all) => all.find((each) => each.adapters !== null));
  expect(adapters).toEqual([
    expect.objectContaining({ adapter: 'bullmq', isOff: false, why: expect.stringContaining('letters') }),
  ]);
});
