/** What a kill lost: state and backlog against the successor's, and who hears the values of it. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Session } from '../../client/session.ts';
import type { Act } from '../../protocol/act.ts';
import { LIMITS } from '../../protocol/limits.ts';
import { armed } from '../support/armed.ts';
import { type Service, startService } from '../support/service.ts';
import { byLineage, nodesOf, untilTree } from '../support/tree.ts';

let service: Service;
let session: Session;
beforeEach(async () => {
  service = await startService('shop.js');
  session = await armed(await service.session());
  // What runs elsewhere has joined, so that it can be asked.
  await untilTree(session, (all) => all.find((node) => node.lineage === 'process:safe' && node.observed));
  service.send('fill');
  await service.message((message) => message === 'filled');
});
afterEach(() => service.stop());

async function act(verb: Act, lineage: string) {
  const { id } = byLineage(await nodesOf(session), lineage);
  const { epoch } = session.hello.instance;
  return session.call('act', { act: verb, call: `${verb}-${lineage}`, node: id, epoch, reason: 'a test' });
}

test('of a task: the takings it had, the orders that vanished; its siblings and the budget beside it', async () => {
  const document = await act('kill', 'app/till');
  expect(document).toMatchObject({
    outcome: 'restarted',
    budget: { by: 'app', before: 0, after: 1, intensity: 1000, periodMs: 10_000 },
    untouched: { same: 4, of: 4 },
    lost: {
      state: { gone: 5, changed: 0, added: 0, isPartial: false },
      backlog: { word: 'orders', before: 3, after: 0, vanished: 3 },
    },
  });
  expect(document.lost!.state!.places[0]).toEqual({ path: '/takings/0', change: 'gone', before: 3 });
  expect(JSON.stringify(document)).not.toContain('planted');
});

test.each(['app/oven', 'app/safe'])('of %s, which runs outside the loop', async (lineage) => {
  const document = await act('kill', lineage);
  expect(document.lost).toEqual({
    state: {
      gone: 2,
      changed: 0,
      added: 0,
      isPartial: false,
      places: [
        { path: '/loaves/0', change: 'gone', before: 'rye' },
        { path: '/loaves/1', change: 'gone', before: 'oat' },
      ],
    },
    backlog: { word: 'batches', before: 2, after: 0, vanished: 2 },
  });
});

test('of a thread that stands still: read inside the busy function, or said why not; the kill waits no longer', async () => {
  service.send('block-oven');
  await untilTree(session, (all) =>
    all.find((node) => node.lineage === 'thread:oven' && node.status === 'blocked'),
  );
  const document = await act('kill', 'app/oven');
  expect(document.outcome).toBe('restarted');
  const { state, backlog } = document.lost!;
  expect(state!.why ?? '').toBe('');
  expect(state).toMatchObject({ gone: 2 });
  expect(backlog).toMatchObject({ word: 'batches', vanished: 2 });
});

test('of a process that cannot be read at all it is said why; the kill is not held up for it', async () => {
  service.send('block-safe');
  await untilTree(session, (all) =>
    all.find((node) => node.name === 'main' && node.status === 'blocked' && node.threadId === 0),
  );
  const document = await act('kill', 'app/safe');
  expect(document.outcome).toBe('restarted');
  expect(document.lost!.state).toMatchObject({ gone: 0, changed: 0, places: [], isPartial: true });
  expect(document.lost!.state!.why).toMatch(/^Before the act: /);
  // Its end is counted from before the look: that bound, and what a busy machine takes for the kill itself.
  expect(document.phases.exitedMs).toBeLessThan(LIMITS.lostAskMs + 1000);
});

test('a restart loses as well; a stop has nothing to compare with, a temporary worker too', async () => {
  expect((await act('restart', 'app/till')).lost).toMatchObject({ state: { gone: 5 } });
  const stopped = await act('stop', 'app/till');
  expect(stopped.outcome).toBe('not-restarted');
  expect(stopped).not.toHaveProperty('lost');
});

test('the ledger has it between the successor and the end of the act, and the exit says by whom', async () => {
  const document = await act('kill', 'app/till');
  const { events } = await session.call('ledger', {});
  const from = events.findIndex(({ kind }) => kind === 'act');
  const told = events.slice(from).filter(({ node }) => node.lineage === 'app/till');
  expect(told.map(({ kind }) => kind)).toEqual([
    'act',
    'exited',
    'decided',
    'started',
    'ready',
    'lost',
    'act-ended',
  ]);
  expect(told[1]).toMatchObject({ call: document.call, by: { key: 'local' } });
  expect(told[5]).toMatchObject({
    node: { id: document.successor!.id },
    previous: { id: document.target.id },
    lost: document.lost,
  });
});
