/** Threads and child processes that no supervisor owns: found, looked into, ended. */

import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { openSession } from '../../client/session.ts';
import { armed } from '../support/armed.ts';
import { localSocket, type Service, startService } from '../support/service.ts';
import { byLineage, nodesOf, untilTree } from '../support/tree.ts';

let service: Service;
afterEach(() => service.stop());

interface Children {
  child: number;
  other: number;
}
const children = () =>
  service.message<Children>((message) => (message as { ready?: boolean }).ready === true);

test('a Node child joins with its own threads; another child shows its command, secrets redacted', async () => {
  service = await startService('forks.js');
  const { child, other } = await children();
  const session = await service.session();
  const nodes = await untilTree(session, (all) => {
    const isThere =
      all.some((node) => node.id === `${child}.0`) && all.some((node) => node.id === String(other));
    return isThere ? all : undefined;
  });
  const joined = nodes.find((node) => node.id === String(child))!;
  expect(joined).toMatchObject({
    kind: 'process',
    parent: String(service.pid),
    observed: true,
    name: 'blocks-loop',
  });
  expect(nodes.find((node) => node.id === `${child}.0`)).toMatchObject({
    parent: String(child),
    lineage: 'process:blocks-loop/main',
  });
  const plain = nodes.find((node) => node.id === String(other))!;
  expect(plain).toMatchObject({ kind: 'process', parent: String(service.pid), observed: false, name: 'sh' });
  expect(plain.command).toContain('--password');
  expect(plain.command).not.toContain('hunter2');
  expect(plain.metrics.rssBytes).toBeGreaterThan(0);
  await expect(session.call('stack', { node: plain.id })).rejects.toMatchObject({ code: 'NOT_OBSERVED' });
});

test('the stack of a stuck child, while the parent is stuck too; then the child is killed', async () => {
  service = await startService('forks.js');
  const { child } = await children();
  const session = await armed(await service.session());
  await untilTree(session, (all) => all.some((node) => node.id === `${child}.0`));
  service.send('block-child');
  await untilTree(session, (all) =>
    all.find((node) => node.id === `${child}.0` && node.status === 'blocked'),
  );
  service.send('block');
  await untilTree(session, (all) =>
    all.find((node) => node.id === `${service.pid}.0` && node.status === 'blocked'),
  );

  const stack = await session.call('stack', { node: String(child) });
  expect(stack.blocked).toBe(true);
  expect(stack.frames.map((frame) => frame.function)).toContain('spinForever');

  const outcome = await session.call('act', {
    act: 'kill',
    call: 'k1',
    node: String(child),
    epoch: session.hello.instance.epoch,
    reason: 'stuck child',
  });
  expect(outcome).toMatchObject({ outcome: 'not-restarted', target: { id: String(child) }, successor: null });
  const ghost = (await nodesOf(session)).find((node) => node.id === String(child))!;
  expect(ghost.status).toBe('exited');
});

test('a thread that spins is seen as blocked, and can be ended while main is stuck too', async () => {
  service = await startService('threads.js');
  const session = await armed(await service.session());
  const names = (all: Awaited<ReturnType<typeof nodesOf>>) => all.map((node) => node.name);
  await untilTree(session, (all) => names(all).includes('busy') && names(all).includes('calm'));
  service.send('spin');
  const busy = await untilTree(session, (all) =>
    all.find((node) => node.name === 'busy' && node.status === 'blocked'),
  );
  const stack = await session.call('stack', { node: busy.id });
  expect(stack.frames.map((frame) => frame.function).join()).toContain('spinInThread');

  const { epoch } = session.hello.instance;
  const calm = byLineage(await nodesOf(session), 'thread:calm');
  const ended = await session.call('act', { act: 'kill', call: 't1', node: calm.id, epoch, reason: 'test' });
  expect(ended).toMatchObject({ outcome: 'not-restarted' });
  await service.message((message) => (message as { calmExited?: number }).calmExited !== undefined);
  expect((await nodesOf(session)).find((node) => node.id === busy.id)?.endedAt).toBeNull();
});

test('what nothing would start again cannot be restarted, and main ends with its process only', async () => {
  service = await startService('blocks-loop.js');
  const session = await armed(await service.session());
  const { epoch } = session.hello.instance;
  const ask = (act: 'kill' | 'restart', node: string) =>
    session.call('act', { act, call: `${act}-${node}`, node, epoch, reason: 'test' });
  expect(await ask('restart', String(service.pid))).toMatchObject({
    outcome: 'refused',
    error: { code: 'NOT_POSSIBLE' },
  });
  expect(await ask('kill', `${service.pid}.0`)).toMatchObject({
    outcome: 'refused',
    error: { code: 'NOT_POSSIBLE' },
  });
  await expect(ask('kill', '1.2.3')).rejects.toMatchObject({ code: 'NO_SUCH_NODE' });
  const { records } = await session.call('audit', {});
  expect(records.slice(-4).map(({ target, outcome }) => `${target} ${outcome}`)).toEqual([
    expect.stringMatching(/^process:.* armed$/),
    expect.stringMatching(/^process:.* refused$/),
    'main refused',
    '1.2.3 no such node',
  ]);
  expect(service.process.exitCode).toBeNull();
});

test('a thread that a thread started ends with it; one whose listeners the service removed is seen to end too', async () => {
  service = await startService('nested-threads.js');
  const session = await service.session();
  const names = (all: Awaited<ReturnType<typeof nodesOf>>) => all.map((node) => node.name);
  await untilTree(session, (all) => ['outer', 'inner', 'quiet'].every((name) => names(all).includes(name)));
  const at = (name: string) => (all: Awaited<ReturnType<typeof nodesOf>>) =>
    all.find((node) => node.name === name);
  const nested = await untilTree(session, (all) => at('inner')(all)?.parent === at('outer')(all)?.id && all);
  expect(at('quiet')(nested)?.parent).toBe(String(service.pid));
  service.send('end-outer');
  service.send('end-quiet');
  const ended = await untilTree(session, (all) => {
    const three = all.filter((node) => ['outer', 'inner', 'quiet'].includes(node.name));
    return three.every((node) => node.endedAt !== null) ? three : undefined;
  });
  expect(ended.map((node) => node.status)).toEqual(['exited', 'exited', 'exited']);
  expect(ended.find((node) => node.name === 'inner')?.exitReason).toContain(
    'the thread that started it ended',
  );
});

test('a child that outlives its launcher is an instance of its own from then on', async () => {
  service = await startService('launches.js');
  const { child } = await service.message<{ child: number }>(
    (message) => (message as { ready?: boolean }).ready === true,
  );
  try {
    const before = await service.session();
    await untilTree(before, (all) => all.find((node) => node.id === `${child}.0`));
    service.send('end');
    await service.exited;
    const file = await localSocket(path.join(service.runtimeDir, 'perch'), child);
    const address = { kind: 'unix' as const, path: file };
    const session = await openSession({ address, hostKey: { kind: 'any' }, login: 'none' });
    expect(session.hello.instance.pid).toBe(child);
    expect((await nodesOf(session)).find((node) => node.id === `${child}.0`)).toMatchObject({
      parent: String(child),
      status: 'running',
    });
    session.close();
  } finally {
    process.kill(child, 'SIGKILL');
  }
});

test('a stuck worker that outlives its service is to be seen, and leaves name and address to the next life of that', async () => {
  const env = { PERCH_INSTANCE: 'shop-1', PERCH_LISTEN: '127.0.0.1:0' };
  service = await startService('outlives.js', { env });
  await service.message((message) => message === 'stuck');
  const before = await service.session();
  const { pid } = await untilTree(before, (all) =>
    all.find((node) => node.kind === 'process' && node.parent !== null && node.observed),
  );
  try {
    process.kill(service.pid, 'SIGKILL');
    await service.exited;
    const file = await localSocket(path.join(service.runtimeDir, 'perch'), pid);
    const address = { kind: 'unix' as const, path: file };
    const session = await openSession({ address, hostKey: { kind: 'any' }, login: 'none' });
    expect(session.hello.instance.pid).toBe(pid);
    expect(session.hello.instance.instance).not.toBe('shop-1');
    expect(session.hello.instance.keptAs).not.toBe(before.hello.instance.keptAs);
    session.close();
    // The service said that it does not listen without a key; the worker has nothing to say of that address.
    expect(service.stderr().match(/127.0.0.1:0/g)).toHaveLength(1);
  } finally {
    process.kill(pid, 'SIGKILL');
  }
});
