/** What every Node line must do; `npm test` runs this file on 20, 22, 24 and 26. */
import { afterEach, expect, test } from 'vitest';
import type { ActProgress } from '../../protocol/act.ts';
import { armed } from '../support/armed.ts';
import { type Service, startService } from '../support/service.ts';
import { byLineage, nodesOf, untilTree } from '../support/tree.ts';

let service: Service;
afterEach(() => service.stop());

test('a service with no change to its code is seen: process, main thread, worker threads by name', async () => {
  service = await startService('threads.js');
  const session = await service.session();
  const found = await untilTree(session, (nodes) => {
    const names = nodes.filter((node) => node.kind === 'thread').map((node) => node.name);
    return names.includes('calm') && names.includes('busy') ? nodes : undefined;
  });
  expect(found.filter((node) => node.kind === 'process')).toHaveLength(1);
  expect(byLineage(found, 'main').parent).toBe(String(service.pid));
  expect(byLineage(found, 'thread:calm').status).toBe('running');
});

test('a stuck loop is marked with its age, its stack names the function, and the service can be killed', async () => {
  service = await startService('blocks-loop.js');
  const session = await armed(await service.session());
  service.send('block');
  const main = await untilTree(session, (nodes) => nodes.find((node) => node.status === 'blocked'));
  expect(main.lineage).toBe('main');
  expect(main.blockedMs).toBeGreaterThanOrEqual(500);

  const stack = await session.call('stack', { node: main.id });
  expect(stack.blocked).toBe(true);
  expect(stack.frames.map((frame) => frame.function)).toContain('spinForever');

  const steps: ActProgress['phase'][] = [];
  const act = {
    act: 'kill' as const,
    call: 'smoke-1',
    node: String(service.pid),
    epoch: session.hello.instance.epoch,
    reason: 'stuck',
  };
  await expect(session.call('act', act, { onEvent: ({ phase }) => steps.push(phase) })).rejects.toMatchObject(
    {
      code: 'CONNECTION_LOST',
    },
  );
  expect(steps).toEqual(['accepted']);
  expect(await service.exited).toEqual({ code: null, signal: 'SIGKILL' });
});

test('supervised workers are killed and come back; nobody else notices', async () => {
  service = await startService('supervised.js');
  const session = await armed(await service.session());
  const before = await nodesOf(session);
  const { epoch } = session.hello.instance;
  for (const lineage of ['app/games/7f3a', 'app/pool/thinker', 'app/pool/keeper']) {
    const target = byLineage(before, lineage);
    const outcome = await session.call('act', {
      act: 'kill',
      call: `kill-${lineage}`,
      node: target.id,
      epoch,
      reason: 'test',
    });
    expect(outcome).toMatchObject({ outcome: 'restarted', successor: { incarnation: 2 } });
  }
  const after = await nodesOf(session);
  expect(byLineage(after, 'app/games/8c21').id).toBe(byLineage(before, 'app/games/8c21').id);
  expect(byLineage(after, 'app/games/7f3a')).toMatchObject({
    incarnation: 2,
    restarts: 1,
    status: 'running',
  });
});

test('the state of a worker is read by reference, bounded and redacted', async () => {
  service = await startService('supervised.js');
  const session = await service.session();
  const nodes = await nodesOf(session);
  const answer = await session.call('state', { node: byLineage(nodes, 'app/games/7f3a').id });
  const text = JSON.stringify(answer.value);
  expect(text).toContain('"turn":"x"');
  expect(text).toContain('Redacted');
  expect(text).not.toContain('planted-secret');
});

test('a service with an agent ends by itself, as it would without', async () => {
  service = await startService('ends.js');
  expect(await service.exited).toEqual({ code: 3, signal: null });
  expect(service.stderr()).toBe('');
});
