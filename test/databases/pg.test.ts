/** A pool of pg, against a PostgreSQL of its own. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Database, startPostgres } from '../support/database.ts';
import { freePort } from '../support/free-port.ts';
import { type Service, startService } from '../support/service.ts';
import { untilTree } from '../support/tree.ts';

let postgres: Database;
let service: Service;

beforeAll(async () => {
  postgres = await startPostgres(await freePort());
});
afterEach(() => service.stop());
afterAll(() => postgres?.remove());

test('a pool says how many connections it has, how many are idle, and who waits for one', async () => {
  service = await startService('pg-pool.cjs', { env: { PORT: String(postgres.port) } });
  const session = await service.session();
  const address = `127.0.0.1:${postgres.port}`;
  const pool = (figures: Record<string, number>, backlog: number) =>
    untilTree(session, (all) => {
      const node = all.find(({ component }) => component?.adapter === 'pg');
      const isSo = Object.entries(figures).every(([name, value]) => node?.metrics.figures?.[name] === value);
      return isSo && node?.metrics.backlog === backlog && node;
    });

  const first = await pool({ total: 1, idle: 1, busy: 0 }, 0);
  expect(first).toMatchObject({
    parent: `${service.pid}.0`,
    lineage: `pg:${address}/postgres`,
    component: { type: 'connection pool', facts: { address, database: 'postgres', max: 2 } },
    backlogWord: 'waiting',
  });
  expect(JSON.stringify(first)).not.toContain('secret');

  service.send('hold');
  await pool({ total: 2, idle: 0, busy: 2 }, 1);
  service.send('release');
  const after = await pool({ total: 2, idle: 1, busy: 1 }, 0);
  expect(after.id).toBe(first.id);
  service.send('release');
  await pool({ total: 2, idle: 2, busy: 0 }, 0);
  service.send('end');
  await untilTree(session, (all) => all.find(({ id, status }) => id === first.id && status === 'exited'));
});
