/** What a kill loses beside its target: workers that the strategy stops with it, and what hangs below a supervisor. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Session } from '../../client/session.ts';
import { LIMITS } from '../../protocol/limits.ts';
import { armed } from '../support/armed.ts';
import { type Service, startService } from '../support/service.ts';
import { byLineage, nodesOf, untilTree } from '../support/tree.ts';

let service: Service;
let session: Session;
beforeEach(async () => {
  service = await startService('together.js');
  session = await armed(await service.session());
  await untilTree(session, (all) => all.find((node) => node.lineage === 'thread:oven' && node.observed));
  service.send('fill');
  await service.message((message) => message === 'filled');
});
afterEach(() => service.stop());

async function act(verb: 'kill' | 'restart', lineage: string) {
  const { id } = byLineage(await nodesOf(session), lineage);
  const { epoch } = session.hello.instance;
  return session.call('act', { act: verb, call: `${verb}-${lineage}`, node: id, epoch, reason: 'a test' });
}

const FORGOTTEN = {
  state: { gone: 2, changed: 0, added: 0, isPartial: false },
  backlog: { word: 'orders', before: 1, after: 0, vanished: 1 },
};

test('one_for_all: each sibling that held something, by its lineage, a thread among them', async () => {
  const { outcome, lost, lostAlong } = await act('kill', 'app/all/cook');
  expect(outcome).toBe('restarted');
  expect(lost).toMatchObject(FORGOTTEN);
  expect(lostAlong!.more).toBe(0);
  expect(lostAlong!.workers.map(({ lineage }) => lineage).sort()).toEqual(['app/all/oven', 'app/all/waiter']);
  const [oven, waiter] = [...lostAlong!.workers].sort((a, b) => (a.lineage < b.lineage ? -1 : 1));
  expect(waiter).toMatchObject({ incarnation: 1, successor: { incarnation: 2 }, lost: FORGOTTEN });
  expect(oven!.lost).toMatchObject({ state: { gone: 2 }, backlog: { word: 'batches', vanished: 2 } });
});

test('rest_for_one: those after it alone, also one that is ready later than the target', async () => {
  const { lost, lostAlong, untouched } = await act('kill', 'app/rest/second');
  expect(lost).toMatchObject(FORGOTTEN);
  expect(lostAlong).toMatchObject({
    workers: [{ lineage: 'app/rest/third', lost: FORGOTTEN }],
    more: 0,
  });
  expect(untouched).toEqual({ same: 1, of: 2 });
});

test('a supervisor: what hung below it', async () => {
  const { outcome, lost, lostAlong } = await act('kill', 'app/rest');
  expect(outcome).toBe('restarted');
  expect(lost).toBeUndefined();
  expect(lostAlong!.workers.map(({ lineage }) => lineage)).toEqual([
    'app/rest/first',
    'app/rest/second',
    'app/rest/third',
  ]);
});

test('no more than so many are looked at, the others are counted; the ledger has each beside the act', async () => {
  const { call, lostAlong } = await act('kill', 'app/many/m0');
  expect(lostAlong!.workers).toHaveLength(LIMITS.maxLostAlong);
  expect(lostAlong!.more).toBe(12 - LIMITS.maxLostAlong);
  const { events } = await session.call('ledger', {});
  const told = events.flatMap((event) => (event.kind === 'lost' && event.call === call ? [event] : []));
  expect(told).toHaveLength(LIMITS.maxLostAlong + 1);
  expect(told.at(-1)).toMatchObject({
    previous: { lineage: lostAlong!.workers.at(-1)!.lineage, incarnation: 1 },
    lost: lostAlong!.workers.at(-1)!.lost,
  });
});

test('who is not ended with it is not among them: one_for_one above, a restart of one, a sibling before it', async () => {
  expect(await act('kill', 'app/alone')).not.toHaveProperty('lostAlong');
  expect(await act('restart', 'app/all/waiter')).not.toHaveProperty('lostAlong');
  expect(await act('kill', 'app/rest/third')).not.toHaveProperty('lostAlong');
});
