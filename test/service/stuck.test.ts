/** Acts on a service whose loop stands still: what is refused is never done later, and nothing is dead by report alone. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Session } from '../../client/session.ts';
import { armed } from '../support/armed.ts';
import { type Service, startService } from '../support/service.ts';
import { byLineage, nodesOf, untilTree } from '../support/tree.ts';

let service: Service;
let session: Session;
beforeEach(async () => {
  service = await startService('stuck.js');
  session = await armed(await service.session());
});
afterEach(() => service.stop());

const kill = (node: string, timeoutMs = 2000) =>
  session.call('act', {
    act: 'kill',
    call: `kill ${node}`,
    node,
    epoch: session.hello.instance.epoch,
    reason: 'a test',
    timeoutMs,
  });

/** Tells it to stand still, and waits until it does. */
async function standStill(word: string): Promise<void> {
  service.send(word);
  await service.message((message) => (message as { stands?: string }).stands === word);
}

test('an act that was refused while the loop stood still is not carried out once it turns again', async () => {
  const counter = byLineage(await nodesOf(session), 'app/counter');
  await standStill('pause');
  // Sent before anybody knows that the loop stands still, so it waits in the thread.
  expect(await kill(counter.id)).toMatchObject({ outcome: 'refused', error: { code: 'LOOP_BLOCKED' } });
  await untilTree(session, (all) => all.find((node) => node.lineage === 'main' && node.status === 'running'));
  // Answered by the probe after all that waited.
  expect(byLineage(await nodesOf(session), 'app/counter')).toMatchObject({ id: counter.id, incarnation: 1 });
  expect(
    await session.call('act', {
      act: 'restart',
      call: 'now',
      node: counter.id,
      reason: 'a test',
      epoch: session.hello.instance.epoch,
    }),
  ).toMatchObject({ outcome: 'restarted', successor: { incarnation: 2 } });
});

test('what is protected stays so while the loop is stuck', async () => {
  const vault = byLineage(await nodesOf(session), 'app/vault');
  await standStill('block');
  await untilTree(session, (all) => all.find((node) => node.lineage === 'main' && node.status === 'blocked'));
  expect(await kill(vault.id)).toMatchObject({ outcome: 'refused', error: { code: 'PROTECTED' } });
});

test('a thread in a native call is not called dead before that call has returned', async () => {
  const nodes = await nodesOf(session);
  const sleeper = byLineage(nodes, 'app/sleeper');
  const thread = nodes.find((node) => node.parent === sleeper.id)!;
  await standStill('native');
  await untilTree(session, (all) => all.find((node) => node.lineage === 'main' && node.status === 'blocked'));
  const outcome = await kill(sleeper.id, 500);
  expect(outcome).toMatchObject({ outcome: 'straggler', phases: { exitedMs: null } });
  const after = await nodesOf(session);
  expect(after.find((node) => node.id === thread.id)?.endedAt).toBeNull();
});

test('a call id that was given to one act is refused for another', async () => {
  const [counter, vault] = await Promise.all(
    ['app/counter', 'app/vault'].map(async (lineage) => byLineage(await nodesOf(session), lineage)),
  );
  const ask = (node: string) =>
    session.call('act', { act: 'kill', call: 'one', node, reason: 'x', epoch: session.hello.instance.epoch });
  expect(await ask(counter!.id)).toMatchObject({ outcome: 'restarted' });
  await expect(ask(vault!.id)).rejects.toMatchObject({ code: 'BAD_CALL' });
  expect(await ask(counter!.id)).toMatchObject({ outcome: 'restarted' });
});
