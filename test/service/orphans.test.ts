/** What was below a process that is killed: ended with it, or reported; never left without a word. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Session } from '../../client/session.ts';
import type { LedgerEvent } from '../../protocol/ledger.ts';
import { armed } from '../support/armed.ts';
import { isRunning, zombiesOf } from '../support/processes.ts';
import { type Service, startService } from '../support/service.ts';
import { byLineage, nodesOf, untilTree } from '../support/tree.ts';

interface Pids {
  shell: number;
  sleep: number;
  below: number;
  apart: number;
}

let service: Service;
let session: Session;
let pids: Pids;
beforeEach(async () => {
  service = await startService('parents.js');
  pids = await service.message<Pids>((message) => (message as { ready?: true }).ready === true);
  session = await armed(await service.session());
  await untilTree(session, (all) =>
    [pids.sleep, pids.below, pids.apart].every((pid) => all.some((node) => node.pid === pid)),
  );
});
afterEach(async () => {
  expect(zombiesOf(service.pid)).toEqual([]);
  await service.stop();
});

const kill = (node: string) =>
  session.call('act', {
    ...{ act: 'kill', call: `kill ${node}`, node, reason: 'a test', timeoutMs: 10_000 },
    epoch: session.hello.instance.epoch,
  } as const);

/** The ledger's first fact of orphans, past ones included. */
async function orphans(): Promise<Extract<LedgerEvent, { kind: 'orphans' }>> {
  const watching = new AbortController();
  let found: Extract<LedgerEvent, { kind: 'orphans' }> | undefined;
  const onEvent = ({ events }: { events: LedgerEvent[] }) => {
    for (const event of events) if (event.kind === 'orphans') found ??= event;
    if (found) watching.abort();
  };
  await session.call('watch-ledger', { since: 1 }, { signal: watching.signal, onEvent });
  return found!;
}

test('a process of no supervisor is killed alone, and what it leaves is named', async () => {
  const document = await kill(String(pids.shell));
  expect(document.outcome).toBe('not-restarted');
  expect(document.words).toContain(`; it leaves process ${pids.sleep} (sleep 1002) running`);
  const { node, processes } = await orphans();
  expect(node.id).toBe(String(pids.shell));
  expect(processes[0]).toEqual({ pid: pids.sleep, command: 'sleep 1002', isRunning: true });
  expect(processes.slice(1).map((each) => each.isRunning)).toEqual([false]);
  expect(isRunning(pids.sleep)).toBe(true);
  // It stands in the tree for as long as it runs.
  const sleep = (await nodesOf(session)).find((each) => each.pid === pids.sleep);
  expect(sleep).toMatchObject({ endedAt: null, parent: String(service.pid) });
});

test('the process of a worker is killed with its group; what put itself apart is named', async () => {
  const worker = byLineage(await nodesOf(session), 'app/parent');
  const document = await kill(worker.id);
  expect(document).toMatchObject({ outcome: 'restarted', successor: { incarnation: 2 } });
  expect(document.words).toContain(`; it leaves process ${pids.apart} (sleep 1001) running`);
  expect([isRunning(pids.below), isRunning(pids.apart)]).toEqual([false, true]);
  const { node, processes } = await orphans();
  expect(node).toMatchObject({ id: worker.id, lineage: 'app/parent', incarnation: 1 });
  expect(processes).toEqual([
    { pid: pids.apart, command: 'sleep 1001', isRunning: true },
    { pid: pids.below, command: 'sleep 1000', isRunning: false },
  ]);
});

test('after a SIGKILL from outside all that runs on is reported, on the worker', async () => {
  const worker = byLineage(await nodesOf(session), 'app/parent');
  process.kill(worker.pid, 'SIGKILL');
  const { node, processes } = await orphans();
  expect(node).toMatchObject({ lineage: 'app/parent', incarnation: 1 });
  const running = processes.filter((each) => each.isRunning).map((each) => each.pid);
  expect(running.sort()).toEqual([pids.below, pids.apart].sort());
});
