/** What Perch itself costs, asked of real services. */
import { afterEach, expect, test } from 'vitest';
import type { ProcessCost } from '../../protocol/cost.ts';
import { perchJson } from '../support/perch.ts';
import { type Service, startService } from '../support/service.ts';
import { nodesOf, untilTree } from '../support/tree.ts';

let service: Service;
afterEach(() => service.stop());

function measured(process: ProcessCost | { why: string } | undefined): ProcessCost {
  if (!process || 'why' in process) throw new Error(process?.why ?? 'no such process');
  return process;
}

test('bytes grow by what was sent, cpu and time of the threads only grow, the asking session is among the others', async () => {
  service = await startService('supervised.js');
  const session = await service.session();
  const idle = await service.session();
  const own = async () => measured((await session.call('cost', {})).processes[0]);
  const first = await own();
  const tree = await session.call('tree', {});
  const second = await own();

  const mine = ({ sessions }: ProcessCost) => sessions.find(({ isAsking }) => isAsking)!;
  const sent = JSON.stringify(tree).length;
  // Deflated or not, a tree is more than nothing and at most itself; beside it there is the answer to `cost`.
  expect(mine(second).bytesOut - mine(first).bytesOut).toBeGreaterThan(sent / 20);
  expect(mine(second).bytesOut - mine(first).bytesOut).toBeLessThan(sent + 4096);
  expect(mine(second).calls - mine(first).calls).toBe(2);
  expect(second.sessions).toHaveLength(2);
  expect(second.total.bytesOut).toBe(second.sessions.reduce((sum, { bytesOut }) => sum + bytesOut, 0));
  // The network carries all of that, and ssh's own.
  expect(second.network!.bytesOut).toBeGreaterThan(second.total.bytesOut);

  expect(first.hub.cpuMs).toBeGreaterThan(0);
  expect(second.hub.cpuMs!).toBeGreaterThan(first.hub.cpuMs!);
  expect(second.hub.cpuMs!).toBeLessThanOrEqual(second.process.cpuMs);
  expect(second.threads.mainMs!).toBeGreaterThan(0);
  expect(second.threads.mainMs!).toBeGreaterThanOrEqual(first.threads.mainMs!);
  expect(second.threads.others).toBeGreaterThan(0);
  expect(second.hub.heapBytes).toBeGreaterThan(second.hub.heapUsedBytes);
  expect(second.notMeasured.length).toBeGreaterThan(0);

  idle.close();
  await expect.poll(async () => (await own()).sessions.length).toBe(1);
  expect((await own()).total.sessions).toBe(2);
});

test('it is answered while the service is stuck, and the stuck thread is not charged for that', async () => {
  service = await startService('blocks-loop.js');
  const session = await service.session();
  service.send('block');
  await untilTree(session, (nodes) => nodes.find((node) => node.status === 'blocked'));
  const first = measured((await session.call('cost', {})).processes[0]);
  await nodesOf(session);
  const second = measured((await session.call('cost', {})).processes[0]);
  expect(second.threads.mainMs).toBe(first.threads.mainMs);
});

test('a process that joined tells of itself, and `perch cost` prints it all', async () => {
  service = await startService('family.js');
  const session = await service.session();
  const both = await expect
    .poll(async () => (await session.call('cost', {})).processes.length)
    .toBeGreaterThanOrEqual(3)
    .then(() => session.call('cost', {}));
  for (const process of both.processes) {
    const { hub, sessions, network } = measured(process);
    expect(hub.cpuMs).toBeGreaterThan(0);
    if (process.pid === service.pid) continue;
    // Its one session is that of the hub above.
    expect(sessions).toMatchObject([{ author: { name: 'hub above' }, isAsking: true }]);
    expect(network).toBeNull();
  }
  const { json, exit } = await perchJson(
    { HOME: service.runtimeDir, XDG_RUNTIME_DIR: service.runtimeDir },
    'cost',
    '--over',
    '300',
  );
  expect(exit).toBe(0);
  const [own] = json.instances[0].processes;
  expect(own.rates.hubCpuPercent).toBeGreaterThan(0);
  expect(own.rates.bytesOutPerS).toBeGreaterThan(0);
});
