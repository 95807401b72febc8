/** Clients of ioredis, against a Redis of their own that goes away and comes back. */
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

test('a client says how it is connected, what is under way and what waits while its server is away', async () => {
  service = await startService('redis-client.js', { env: { PORT: String(redis.port) } });
  const session = await service.session();
  const address = `127.0.0.1:${redis.port}`;
  const cache = `ioredis:${address}/2`;
  const client = (wanted: Record<string, unknown>, lineage = cache) =>
    untilTree(session, (all) => {
      const node = all.find((each) => each.lineage === lineage && each.endedAt === null);
      const is = {
        ...node?.component?.facts,
        ...node?.metrics.figures,
        backlog: node?.metrics.backlog,
      } as Record<string, unknown>;
      return Object.entries(wanted).every(([name, value]) => is[name] === value) && node;
    });

  const first = await client({ connection: 'ready', inFlight: 0, backlog: 0 });
  expect(first).toMatchObject({
    parent: `${service.pid}.0`,
    component: { type: 'redis client', facts: { address, db: 2 } },
    backlogWord: 'offline queue',
  });
  await client({ connection: 'ready', subscriber: true }, 'ioredis:news');

  service.send('block');
  await client({ inFlight: 1 });

  await redis.kill();
  service.send('ask');
  const away = await client({ inFlight: 1, backlog: 3 });
  expect(away).toMatchObject({ id: first.id, status: 'starting' });

  await redis.start();
  // All of it is sent, behind what still blocks.
  const back = await client({ connection: 'ready', inFlight: 4, backlog: 0 });
  expect(back).toMatchObject({ id: first.id, status: 'running', incarnation: 1 });

  service.send('leave');
  await untilTree(session, (all) => all.find(({ id, status }) => id === first.id && status === 'exited'));
});
