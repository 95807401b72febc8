/** An agent that takes more than it may looks more seldom, in all its threads, and says so. */
import { expect, onTestFinished, test } from 'vitest';
import type { Session } from '../../client/session.ts';
import { perch } from '../support/perch.ts';
import { startService } from '../support/service.ts';
import { untilTree } from '../support/tree.ts';

async function started(env: NodeJS.ProcessEnv) {
  const service = await startService('supervised.js', { env });
  onTestFinished(() => service.stop());
  return { service, session: await service.session() };
}

async function overheadOf(session: Session) {
  const [own] = (await session.call('cost', {})).processes;
  if (!own || 'why' in own) throw new Error('not measured');
  return own.overhead!;
}

test('past its budget it slows its sampling: the tree, the cost and `perch` say it', async () => {
  const { service, session } = await started({ PERCH_OVERHEAD: '0.001' });
  const slowed = await untilTree(session, (nodes) =>
    nodes.find((node) => node.id === String(service.pid) && (node.metrics.sampleEveryMs ?? 0) >= 2000),
  );
  expect(slowed.metrics.cpuPercent).toBeDefined();
  const overhead = await overheadOf(session);
  expect(overhead).toMatchObject({ budgetPercent: 0.001, slowedAt: expect.any(Number) });
  expect(overhead.usedPercent).toBeGreaterThan(0.001);
  expect(overhead.sampleMs).toBeGreaterThanOrEqual(2000);
  const env = { HOME: service.runtimeDir, XDG_RUNTIME_DIR: service.runtimeDir };
  const target = `unix:${await service.socket()}`;
  expect((await perch(env, 'tree', target)).stdout).toMatch(/sampled every \d s/);
  expect((await perch(env, 'cost', target, '--over', '10')).stdout).toMatch(
    /budget .*past it: sampled only every \d s/,
  );
});

test('within its budget it does not', async () => {
  const { service, session } = await started({ PERCH_OVERHEAD: '100' });
  await expect.poll(async () => (await overheadOf(session)).usedPercent, { timeout: 15_000 }).not.toBeNull();
  expect(await overheadOf(session)).toMatchObject({ budgetPercent: 100, sampleMs: 1000, slowedAt: null });
  const own = await untilTree(session, (nodes) => nodes.find(({ id }) => id === String(service.pid)));
  expect(own.metrics.sampleEveryMs).toBeUndefined();
});
