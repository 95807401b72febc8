/** An adapter that fails in a real service: it is off, the tree says so, and the service has not noticed. */
import { afterEach, expect, test } from 'vitest';
import { perch } from '../../support/perch.ts';
import { type Service, startService } from '../../support/service.ts';
import { nodesOf, untilTree } from '../../support/tree.ts';

let service: Service;
afterEach(() => service.stop());

test('an adapter that throws is switched off, said at the process, and harms nothing', async () => {
  service = await startService('breaks-adapter.js');
  const { port } = await service.message<{ port: number }>(
    (message) => (message as { ready?: true }).ready === true,
  );
  const session = await service.session();
  const process_ = await untilTree(session, (all) => all.find(({ adapters }) => adapters !== null));
  expect(process_).toMatchObject({
    kind: 'process',
    adapters: [{ adapter: 'http', threadId: 0, isOff: true, why: 'Error: not here' }],
  });
  expect((await nodesOf(session)).filter(({ kind }) => kind === 'component')).toEqual([]);
  expect(await (await fetch(`http://127.0.0.1:${port}`)).text()).toBe('ok');
  expect(service.stderr()).toBe('');
  const { stdout, stderr } = await perch(
    { XDG_RUNTIME_DIR: service.runtimeDir, HOME: service.runtimeDir },
    'tree',
    'perch',
  );
  expect(stderr).toBe('');
  expect(stdout).toContain('adapter http is off in main: Error: not here');
});

test('adapters that are named in PERCH_ADAPTERS_OFF do not look', async () => {
  service = await startService('servers.js', { env: { PERCH_ADAPTERS_OFF: 'cluster, http' } });
  const session = await service.session();
  await session.call('tree', {});
  const nodes = await nodesOf(session);
  expect(nodes.map(({ kind }) => kind)).toEqual(['process', 'thread']);
});
