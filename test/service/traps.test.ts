/** What an agent in somebody's process could do to it by accident, and does not. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { type Service, startService } from '../support/service.ts';
import { byLineage, nodesOf, untilTree } from '../support/tree.ts';

const register = fileURLToPath(new URL('../../agent/dist/register.cjs', import.meta.url));
const fixture = (name: string) => path.join(path.dirname(register), '../../dist/test/fixtures', name);

let service: Service;
afterEach(() => service.stop());

test('under NODE_OPTIONS the hub does not load the agent into itself, nor other preloads', async () => {
  service = await startService('blocks-loop.js', {
    preload: [],
    env: { NODE_OPTIONS: `--require ${register}` },
  });
  const session = await service.session();
  const nodes = (await nodesOf(session)).filter(({ kind }) => kind !== 'component');
  expect(nodes.map((node) => `${node.kind} ${node.lineage}`)).toEqual([
    expect.stringMatching(/^process /),
    'thread main',
  ]);
});

test('loaded twice, by -r and by --import, there is one agent', async () => {
  service = await startService('blocks-loop.js', { preload: ['-r', register, '--import', register] });
  const session = await service.session();
  // Its web server is a node, too, once it was looked at.
  const nodes = (await nodesOf(session)).filter(({ kind }) => kind !== 'component');
  expect(nodes).toHaveLength(2);
});

test('a stack asked for while the process exits in the middle of a busy function does not abort it', async () => {
  for (let round = 0; round < 8; round++) {
    service = await startService('busy-exit.js');
    const session = await service.session();
    const main = byLineage(await nodesOf(session), 'main');
    service.send('go');
    await service.message((message) => message === 'busy');
    // Keeps inspector sessions opening and closing until the very end.
    let isLive = true;
    void session.closed.then(() => {
      isLive = false;
    });
    while (isLive) await session.call('stack', { node: main.id }).catch(() => {});
    expect(await service.exited).toEqual({ code: 7, signal: null });
    if (round < 7) await service.stop();
  }
});

test('under the permission model no inspector session is opened: it would abort the process', async () => {
  const flag =
    Number(process.versions.node.split('.')[0]) < 22 ? '--experimental-permission' : '--permission';
  service = await startService('blocks-loop.js', {
    preload: [flag, '--allow-fs-read=*', '--allow-fs-write=*', '--allow-worker', '-r', register],
  });
  const session = await service.session();
  const main = byLineage(await nodesOf(session), 'main');
  await expect(session.call('stack', { node: main.id })).rejects.toMatchObject({ code: 'NO_INSPECTOR' });
  service.send('block');
  await untilTree(session, (nodes) => nodes.find((node) => node.status === 'blocked'));
  expect(service.process.exitCode).toBeNull();
});

test('a hub that dies is started again; the service never notices, incarnations go on, and it is said', async () => {
  service = await startService('supervised.js', {
    preload: ['-r', fixture('captures-hub.cjs'), '-r', register],
  });
  const first = await service.session();
  const before = byLineage(await nodesOf(first), 'app/games/7f3a');
  service.send('end-hub');
  expect(await first.closed).toMatchObject({ code: 'CONNECTION_LOST' });

  const second = await service.newSession(first);
  expect(second.hello.instance.epoch).not.toBe(first.hello.instance.epoch);
  const after = await untilTree(second, (nodes) => nodes.find((node) => node.lineage === before.lineage));
  expect(after).toMatchObject({ id: before.id, incarnation: before.incarnation, status: 'running' });
  const { events } = await second.call('ledger', {});
  expect(events.map((event) => event.kind)).toContain('hub-restarted');
});

test('a child that starts while there is no hub waits for it: it never takes the place, and the address, of that', async () => {
  service = await startService('forks-without-hub.js', {
    preload: ['-r', fixture('captures-hub.cjs'), '-r', register],
  });
  const first = await service.session();
  service.send('end-hub');
  const { child } = await service.message<{ child: number }>(
    (message) => (message as { child?: number }).child !== undefined,
  );
  const second = await service.newSession(first);
  await untilTree(second, (nodes) => nodes.find(({ pid, observed }) => pid === child && observed));
  expect(service.localSockets().filter((name) => name.startsWith(`${child}-`))).toEqual([]);
});

test('PERCH=off: no thread, no socket, nothing', async () => {
  service = await startService('blocks-loop.js', { env: { PERCH: 'off' } });
  expect(service.localSockets()).toEqual([]);
  expect(service.stderr()).toBe('');
});
