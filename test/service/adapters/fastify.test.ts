/** An application of fastify is a subtree of its plugins. */
import { afterEach, expect, test } from 'vitest';
import { type Service, startService } from '../../support/service.ts';
import { untilTree } from '../../support/tree.ts';

let service: Service;
afterEach(() => service.stop());

test.each([
  ['from the start', {}],
  ['that comes once it listens', { preload: [], env: { LATE: '1' } }],
])('plugins stand where they are registered, with prefix and routes, under an agent %s', async (_, how) => {
  service = await startService('fastify-app.js', how);
  const session = await service.session();
  const parts = await untilTree(session, (all) => {
    const own = all.filter((node) => node.component?.adapter === 'fastify');
    return own.some(({ metrics }) => metrics.figures?.routes !== undefined) ? own : undefined;
  });
  expect(
    parts.map(({ lineage, component, metrics }) => [lineage, component!.facts, metrics.figures]),
  ).toEqual([
    ['fastify:app', { address: expect.stringMatching(/^127\.0\.0\.1:\d+$/) }, { routes: 1 }],
    ['fastify:app/fastify:@own/cookies', { encapsulated: false }, {}],
    ['fastify:app/fastify:admin', { prefix: '/admin' }, { routes: 2 }],
    ['fastify:app/fastify:admin/fastify:/admin/users', { prefix: '/admin/users' }, { routes: 1 }],
  ]);
  expect(parts.map(({ status }) => status)).toEqual(Array(4).fill('running'));
  expect(parts[0]).toMatchObject({ parent: `${service.pid}.0`, component: { type: 'fastify application' } });

  service.send('close');
  await untilTree(session, (all) =>
    parts.every(({ id }) => all.find((node) => node.id === id)?.status === 'exited'),
  );
});
