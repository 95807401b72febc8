/** Acts on supervised workers: what happens, what is refused, and what is said about it. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Session } from '../../client/session.ts';
import type { Act, ActDocument, ActProgress } from '../../protocol/act.ts';
import { armed } from '../support/armed.ts';
import { type Service, startService } from '../support/service.ts';
import { byLineage, nodesOf, untilTree } from '../support/tree.ts';

let service: Service;
let session: Session;
beforeEach(async () => {
  service = await startService('supervised.js');
  session = await armed(await service.session());
});
afterEach(() => service.stop());

let calls = 0;
async function act(
  verb: Act,
  lineage: string,
  more: { call?: string; timeoutMs?: number; steps?: ActProgress[] } = {},
) {
  const node = byLineage(await nodesOf(session), lineage);
  const { call = `call-${++calls}`, timeoutMs = 5000, steps } = more;
  const request = {
    act: verb,
    call,
    node: node.id,
    epoch: session.hello.instance.epoch,
    reason: 'a test',
    timeoutMs,
  };
  const document: ActDocument = await session.call('act', request, { onEvent: (step) => steps?.push(step) });
  return { document, node };
}

test('kill, seen from accepted to ready, each step with its time; the neighbour is untouched', async () => {
  const neighbour = byLineage(await nodesOf(session), 'app/games/8c21');
  const ticksOf = async () => {
    const { value } = await session.call('state', { node: neighbour.id, path: '/fields/ticks' });
    return value as number;
  };
  const ticks = await ticksOf();
  const steps: ActProgress[] = [];
  const { document, node } = await act('kill', 'app/games/7f3a', { steps });
  expect(document).toMatchObject({
    act: 'kill',
    outcome: 'restarted',
    target: { id: node.id, lineage: 'app/games/7f3a', incarnation: 1 },
    successor: { incarnation: 2 },
    affected: [],
    clock: 'agent',
  });
  expect(steps.map((step) => step.phase)).toEqual(['accepted', 'exited', 'decided', 'started', 'ready']);
  const { exitedMs, decidedMs, startedMs, readyMs } = document.phases;
  const order = [0, exitedMs!, decidedMs!, startedMs!, readyMs!];
  expect(order).toEqual([...order].sort((a, b) => a - b));
  const after = await nodesOf(session);
  expect(after.find((each) => each.id === node.id)).toMatchObject({
    status: 'exited',
    exitReason: expect.stringContaining('kill'),
  });
  expect(byLineage(after, 'app/games/8c21')).toMatchObject({ id: neighbour.id, incarnation: 1, restarts: 0 });
  await expect.poll(ticksOf).toBeGreaterThan(ticks);
});

test.each(['app/pool/thinker', 'app/pool/keeper'])(
  'kill, restart and stop of %s, hosted outside the loop',
  async (lineage) => {
    const killed = await act('kill', lineage);
    expect(killed.document).toMatchObject({ outcome: 'restarted', successor: { incarnation: 2 } });
    const restarted = await act('restart', lineage);
    expect(restarted.document).toMatchObject({ outcome: 'restarted', successor: { incarnation: 3 } });
    const state = await session.call('state', { node: restarted.document.successor!.id });
    expect(state.value).toMatchObject({
      kind: lineage.endsWith('thinker') ? 'thread' : 'process',
      apiKey: { $: 'Redacted' },
    });
    const stopped = await act('stop', lineage);
    expect(stopped.document).toMatchObject({ outcome: 'not-restarted', successor: null });
  },
);

test('killing the thread or process beneath a worker is the same act on the worker', async () => {
  for (const name of ['thinker', 'keeper']) {
    const worker = byLineage(await nodesOf(session), `app/pool/${name}`);
    const host = await untilTree(session, (all) =>
      all.find((node) => node.parent === worker.id && node.endedAt === null),
    );
    const epoch = session.hello.instance.epoch;
    const document = await session.call('act', {
      act: 'kill',
      call: `host-${name}`,
      node: host.id,
      epoch,
      reason: 'x',
    });
    expect(document).toMatchObject({
      outcome: 'restarted',
      target: { lineage: worker.lineage, incarnation: 1 },
    });
  }
});

test('a stop is no restart; a restart starts what was stopped; neither counts against the intensity', async () => {
  const { document: stopped } = await act('stop', 'app/games/7f3a');
  expect(stopped).toMatchObject({ outcome: 'not-restarted', successor: null });
  const { document } = await act('restart', 'app/games/8c21');
  expect(document).toMatchObject({ outcome: 'restarted', successor: { incarnation: 2 } });
  const games = byLineage(await nodesOf(session), 'app/games');
  expect(games.supervisor?.restartsInPeriod).toBe(0);
});

test('a task that ignores its signal is a straggler, never called dead; its successor runs beside it', async () => {
  const { document, node } = await act('kill', 'app/deaf');
  expect(document).toMatchObject({ outcome: 'straggler', successor: { incarnation: 2 } });
  expect(document.words).toMatch(/; it holds Timeout 4321 ms, repeats, supervised\.js:\d+$/);
  const { events } = await session.call('ledger', {});
  const { holds } = events.find((event) => event.kind === 'straggler')!;
  // Its successor has one as well.
  expect(holds).toEqual([expect.stringMatching(/^Timeout 4321 ms, repeats, supervised\.js:\d+$/)]);
  const nodes = await nodesOf(session);
  expect(nodes.find((each) => each.id === node.id)).toMatchObject({ status: 'straggler' });
});

test('an incarnation that has ended is gone, never its successor; an unknown epoch too', async () => {
  const { document, node } = await act('kill', 'app/games/7f3a');
  const epoch = session.hello.instance.epoch;
  const again = await session.call('act', {
    act: 'kill',
    call: 'late',
    node: node.id,
    epoch,
    reason: 'late',
  });
  expect(again).toMatchObject({ outcome: 'gone', error: { code: 'GONE' } });
  const other = {
    act: 'kill' as const,
    call: 'old',
    node: document.successor!.id,
    epoch: 'another',
    reason: 'old',
  };
  expect(await session.call('act', other)).toMatchObject({ outcome: 'gone' });
  const now = byLineage(await nodesOf(session), 'app/games/7f3a');
  expect(now.id).toBe(document.successor!.id);
});

test('a call repeated with its id returns the first outcome and acts once', async () => {
  const { document, node } = await act('kill', 'app/games/7f3a', { call: 'once' });
  const request = {
    act: 'kill' as const,
    call: 'once',
    node: node.id,
    epoch: session.hello.instance.epoch,
    reason: 'x',
  };
  expect(await session.call('act', request)).toEqual(document);
  expect(byLineage(await nodesOf(session), 'app/games/7f3a').incarnation).toBe(2);
});

test('what is protected is refused, and that is audited', async () => {
  const { document } = await act('kill', 'app/guarded');
  expect(document).toMatchObject({ outcome: 'refused', error: { code: 'PROTECTED' } });
  const { records } = await session.call('audit', {});
  expect(records.at(-1)).toMatchObject({
    target: 'app/guarded',
    outcome: 'refused',
    author: { key: 'local' },
  });
});

test('the ledger tells it in order: act, exit, decision, start, ready, end of the act', async () => {
  const { document } = await act('kill', 'app/games/7f3a', { call: 'told' });
  const { events } = await session.call('ledger', {});
  const from = events.findIndex((event) => event.kind === 'act' && event.call === 'told');
  const told = events.slice(from).filter(({ node }) => node.lineage === 'app/games/7f3a');
  const kinds = told.map((event) => event.kind);
  expect(kinds).toEqual(['act', 'exited', 'decided', 'started', 'ready', 'lost', 'act-ended']);
  const decided = events.slice(from).find((event) => event.kind === 'decided')!;
  expect(decided).toMatchObject({
    by: { lineage: 'app/games' },
    decision: 'restart',
    restartsInPeriod: 1,
    intensity: 1000,
  });
  expect(events.map((event) => event.seq)).toEqual(events.map((_, at) => events[0]!.seq + at));
  expect(document.outcome).toBe('restarted');
  const { untouched, budget, audit } = document;
  expect(told.at(-1)).toMatchObject({ kind: 'act-ended', untouched, budget, audit });
  expect(audit?.hash).toMatch(/^[0-9a-f]{64}$/);
});

test('while the loop is stuck: a task is refused and the ladder named; thread and process die and are not recovered', async () => {
  const before = await nodesOf(session);
  const { epoch } = session.hello.instance;
  service.send('block');
  await untilTree(session, (all) => all.find((node) => node.lineage === 'main' && node.status === 'blocked'));
  const kill = (lineage: string) =>
    session.call('act', {
      act: 'kill',
      call: `b-${lineage}`,
      node: byLineage(before, lineage).id,
      epoch,
      reason: 'stuck',
    });
  const task = await kill('app/games/7f3a');
  expect(task).toMatchObject({ outcome: 'refused', error: { code: 'LOOP_BLOCKED' } });
  for (const lineage of ['app/pool/thinker', 'app/pool/keeper']) {
    const document = await kill(lineage);
    expect(document).toMatchObject({ outcome: 'not-recovered', successor: null });
    expect(document.words).toContain('its supervisor runs on the blocked loop');
    expect(document.phases.exitedMs).not.toBeNull();
  }
  // A state can still be read, inside the busy function.
  const state = await session.call('state', { node: byLineage(before, 'app/games/8c21').id });
  expect(JSON.stringify(state.value)).toContain('"turn":"x"');
});
