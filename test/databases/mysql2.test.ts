/** A pool of mysql2, against a MariaDB of its own. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Database, startMariadb } from '../support/database.ts';
import { freePort } from '../support/free-port.ts';
import { type Service, startService } from '../support/service.ts';
import { untilTree } from '../support/tree.ts';

let mariadb: Database;
let service: Service;

beforeAll(async () => {
  mariadb = await startMariadb(await freePort());
});
afterEach(() => service.stop());
afterAll(() => mariadb?.remove());

test('a pool says how many connections it has, how many are idle, and who waits for one', async () => {
  service = await startService('mysql-pool.cjs', { env: { PORT: String(mariadb.port) } });
  const session = await service.session();
  const address = `127.0.0.1:${mariadb.port}`;
  const pool = (figures: Record<string, number>, backlog: number) =>
    untilTree(session, (all) => {
      const node = all.find(({ component }) => component?.adapter === 'mysql2');
      const isSo = Object.entries(figures).every(([name, value]) => node?.metrics.figures?.[name] === value);
      return isSo && node?.metrics.backlog === backlog && node;
    });

  const first = await pool({ total: 1, idle: 1, busy: 0 }, 0);
  expect(first).toMatchObject({
    parent: `${service.pid}.0`,
    lineage: `mysql2:${address}/shop`,
    component: { type: 'connection pool', facts: { address, database: 'shop', max: 2 } },
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
