/** A supervised service with a supervised child process: whose node is whose, and what is said when one falls silent. */
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Session } from '../../client/session.ts';
import type { Act } from '../../protocol/act.ts';
import { armed } from '../support/armed.ts';
import { type Service, startService } from '../support/service.ts';
import { byLineage, nodesOf, untilTree } from '../support/tree.ts';

const file = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const preload = ['-r', file('dist/test/fixtures/captures-hub.cjs'), '-r', file('agent/dist/register.cjs')];

let service: Service;
let session: Session;
let child: number;
beforeEach(async () => {
  service = await startService('family.js', { preload });
  ({ child } = await service.message<{ child: number }>(
    (message) => (message as { ready?: true }).ready === true,
  ));
  session = await armed(await service.session());
  await untilTree(session, (all) => all.find((node) => node.lineage === 'kid/keeper' && node.pid !== child));
});
afterEach(() => service.stop());

const act = (verb: Act, node: string, call = `${verb} ${node}`) =>
  session.call('act', {
    act: verb,
    call,
    node,
    epoch: session.hello.instance.epoch,
    reason: 'a test',
    timeoutMs: 5000,
  });

/** Its process is stopped at once, so that no new hub comes in its place. */
async function endHubOfChild(): Promise<void> {
  const watched = untilTree(session, (all) =>
    all.find((node) => node.id === String(child) && !node.observed),
  );
  service.send('child:end-hub');
  await watched;
  process.kill(child, 'SIGSTOP');
}

test('a worker of the child that runs in a process of its own has that process below it, and is one with it', async () => {
  const process_ = await untilTree(session, (all) => {
    const keeper = byLineage(all, 'kid/keeper');
    return all.find((node) => node.kind === 'process' && node.parent === keeper.id);
  });
  const keeper = byLineage(await nodesOf(session), 'kid/keeper');
  expect(process_).toMatchObject({ pid: keeper.pid, name: 'keeper', observed: true });
  const { value } = await session.call('state', { node: keeper.id });
  expect(value).toMatchObject({ kind: 'process', pid: process_.pid });

  const killed = await act('kill', process_.id);
  expect(killed).toMatchObject({
    outcome: 'restarted',
    target: { id: keeper.id, lineage: 'kid/keeper' },
    successor: { incarnation: 2 },
  });
});

test('while the loop of the child is stuck, the process of its worker can still be killed', async () => {
  const keeper = byLineage(await nodesOf(session), 'kid/keeper');
  const spinner = byLineage(await nodesOf(session), 'kid/spinner');
  service.send('child:block');
  await untilTree(session, (all) =>
    all.find((node) => node.id === `${child}.0` && node.status === 'blocked'),
  );
  for (const { id } of [keeper, spinner]) {
    const outcome = await act('kill', id);
    expect(outcome).toMatchObject({ outcome: 'not-recovered', target: { id } });
    expect(outcome.words).toContain('its supervisor runs on the blocked loop');
  }
  const after = await nodesOf(session);
  expect(after.find((node) => node.kind === 'process' && node.pid === keeper.pid)?.status).toBe('exited');
  expect(after.find((node) => node.kind === 'thread' && node.parent === spinner.id)?.status).toBe('exited');
});

test('without its hub the child is stale: nothing of it is read from, or done to, a namesake in the parent', async () => {
  const nodes = await nodesOf(session);
  const father = byLineage(nodes, 'app/father');
  const son = byLineage(nodes, 'kid/son');
  expect(son.id.split('.').slice(1)).toEqual(father.id.split('.').slice(1));
  await endHubOfChild();
  expect(byLineage(await nodesOf(session), 'kid/son').status).toBe('stale');

  await expect(session.call('state', { node: son.id })).rejects.toMatchObject({ code: 'NOT_OBSERVED' });
  for (const node of [String(child), `${child}.0`, son.id])
    await expect(session.call('stack', { node })).rejects.toMatchObject({ code: 'NOT_OBSERVED' });
  expect(await act('kill', son.id)).toMatchObject({ outcome: 'refused', error: { code: 'NOT_OBSERVED' } });
  expect(byLineage(await nodesOf(session), 'app/father')).toMatchObject({ id: father.id, incarnation: 1 });

  // Back again it is whole, under the same ids.
  process.kill(child, 'SIGCONT');
  const back = await untilTree(session, (all) =>
    all.find((node) => node.lineage === 'kid/son' && node.status === 'running'),
  );
  expect(back).toMatchObject({ id: son.id, incarnation: 1 });
});

test('what ended in the child is dead, not stale, and the stack of a dead process is nobody else’s', async () => {
  const son = byLineage(await nodesOf(session), 'kid/son');
  await act('kill', son.id);
  await untilTree(session, (all) => all.find((node) => node.id === son.id && node.status === 'exited'));
  await endHubOfChild();
  const ghost = (await nodesOf(session)).find((node) => node.id === son.id);
  expect(ghost).toMatchObject({ status: 'exited', exitReason: 'killed' });

  process.kill(child, 'SIGKILL');
  const dead = await untilTree(session, (all) =>
    all.find((node) => node.id === String(child) && node.exitReason === 'SIGKILL'),
  );
  expect(dead.status).toBe('exited');
  expect((await nodesOf(session)).find((node) => node.id === son.id)?.exitReason).toBe('killed');
  for (const node of [String(child), `${child}.0`, son.id])
    await expect(session.call('stack', { node })).rejects.toMatchObject({ code: 'GONE' });
});

test('a child that is stopped as a whole is stale, refuses acts, and does nothing later', async () => {
  const son = byLineage(await nodesOf(session), 'kid/son');
  process.kill(child, 'SIGSTOP');
  await untilTree(session, (all) => all.find((node) => node.id === son.id && node.status === 'stale'));
  expect(await act('kill', son.id)).toMatchObject({ outcome: 'refused', error: { code: 'NOT_OBSERVED' } });

  process.kill(child, 'SIGCONT');
  await untilTree(session, (all) => all.find((node) => node.id === son.id && node.status === 'running'));
  const again = await act('restart', son.id);
  expect(again).toMatchObject({ outcome: 'restarted', successor: { incarnation: 2 } });
});

test('what a child of the child left behind is seen to end', async () => {
  // Watched all the time: then a child that is started is looked for at once.
  const watching = new AbortController();
  const watch = session.call('watch-tree', {}, { signal: watching.signal, onEvent: () => {} });
  service.send('child:spawn');
  const { child: said } = await service.message<{ child: { left: number } }>(
    (message) => (message as { child?: { left?: number } }).child?.left !== undefined,
  );
  await untilTree(session, (all) => all.find((node) => node.pid === said.left));
  process.kill(said.left, 'SIGKILL');
  await untilTree(session, (all) => all.find((node) => node.pid === said.left && node.endedAt !== null));
  watching.abort();
  await watch;
  const { events } = await session.call('ledger', {});
  expect(events.filter((event) => event.node.id === String(said.left)).map(({ kind }) => kind)).toEqual([
    'exited',
  ]);
});
