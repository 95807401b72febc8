/** Pools of undici: those behind Node's own `fetch`, and those of the package. */
import { afterEach, expect, test } from 'vitest';
import { type Service, startService } from '../../support/service.ts';
import { untilTree } from '../../support/tree.ts';

let service: Service;
afterEach(() => service.stop());

test('what is under way and what waits for a connection, by origin', async () => {
  service = await startService('fetches.js');
  const { origin } = await service.message<{ origin: string }>(
    (message) => (message as { ready?: true }).ready === true,
  );
  const session = await service.session();
  const does = (word: string) => {
    service.send(word);
    return service.message((message) => (message as { done?: string }).done === word);
  };
  const until = (name: string, inFlight: number) =>
    untilTree(session, (all) =>
      all.find(
        (node) =>
          node.name === name &&
          node.metrics.figures?.inFlight === inFlight &&
          node.metrics.figures.total! > 0,
      ),
    );
  await does('hold');
  const fetches = await until(origin, 3);
  expect(fetches).toMatchObject({
    parent: `${service.pid}.0`,
    lineage: `undici:${origin}`,
    component: { adapter: 'undici', type: 'connection pool', facts: { origin } },
    metrics: { figures: { total: 3, busy: 3, idle: 0, inFlight: 3 }, backlog: 0 },
    backlogWord: 'waiting',
  });
  const ours = origin.replace('127.0.0.1', 'localhost');
  const pool = await until(ours, 1);
  expect(pool).toMatchObject({
    component: { type: 'connection pool', facts: { 'most connections': 1 } },
    metrics: { figures: { total: 1, busy: 1, idle: 0 }, backlog: 2 },
  });

  await does('release');
  expect((await until(ours, 0)).metrics).toMatchObject({ figures: { idle: 1 }, backlog: 0 });
  await does('close');
  const ended = await untilTree(session, (all) =>
    all.find(({ id, endedAt }) => id === pool.id && endedAt !== null),
  );
  expect(ended.status).toBe('exited');
});
