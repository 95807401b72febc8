/** What an act would do, told before it is done, by a real service. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Session } from '../../client/session.ts';
import type { Act } from '../../protocol/act.ts';
import { actOn } from '../support/acts.ts';
import { armed } from '../support/armed.ts';
import { type Service, startService } from '../support/service.ts';
import { byLineage, nodesOf, untilTree } from '../support/tree.ts';

let service: Service;
let session: Session;
beforeEach(async () => {
  service = await startService('supervised.js');
  session = await service.session();
});
afterEach(() => service.stop());

async function preview(act: Act, lineage: string) {
  const { id } = byLineage(await nodesOf(session), lineage);
  return session.call('preview', { act, node: id, epoch: session.hello.instance.epoch });
}

test('of a worker: it, its successor, the budget, its backlog; and nothing has changed', async () => {
  const before = byLineage(await nodesOf(session), 'app/games/7f3a');
  const seen = await preview('kill', 'app/games/7f3a');
  expect(seen).toMatchObject({
    node: { id: before.id },
    possible: true,
    why: '',
    words: 'app/games/7f3a #1 is killed; it is started again; that is restart 1 of 1000 in 10 s of app/games',
    stops: [{ id: before.id, lineage: 'app/games/7f3a', incarnation: 1, restart: 'permanent' }],
    restarts: [{ id: null, lineage: 'app/games/7f3a', incarnation: 2, restart: 'permanent' }],
    budget: { by: 'app/games', before: 0, after: 1, intensity: 1000 },
    givesUp: [],
    protected: [],
    backlog: [{ lineage: 'app/games/7f3a', word: 'queue', count: 9 }],
    isExact: true,
  });
  expect(byLineage(await nodesOf(session), 'app/games/7f3a')).toMatchObject({
    id: before.id,
    incarnation: 1,
  });
});

test('of a supervisor: all below it, with the threads and processes that its workers run in', async () => {
  await untilTree(session, (all) => {
    const hosts = all.filter(({ lineage }) => /^(thread|process):(thinker|keeper)$/.test(lineage));
    return hosts.length === 2;
  });
  const { stops, restarts } = await preview('restart', 'app/pool');
  const lineages = stops.map(({ lineage }) => lineage);
  expect(lineages.slice(0, 3)).toEqual(['app/pool/keeper', 'app/pool/thinker', 'app/pool']);
  expect(lineages).toEqual(expect.arrayContaining(['thread:thinker', 'process:keeper']));
  const nodes = await nodesOf(session);
  expect(stops.every(({ id }) => nodes.some((node) => node.id === id))).toBe(true);
  expect(restarts.map(({ lineage }) => lineage)).toEqual(['app/pool', 'app/pool/thinker', 'app/pool/keeper']);
});

test('what is protected refuses it, and the one above it for its sake', async () => {
  for (const lineage of ['app/guarded', 'app']) {
    const seen = await preview('kill', lineage);
    expect(seen).toMatchObject({ possible: false, protected: ['app/guarded'], stops: [], restarts: [] });
    expect(seen.why).toContain('protected');
  }
});

test('of a process everything in it ends, and nothing starts it again', async () => {
  const root = (await nodesOf(session)).find(({ parent }) => parent === null)!;
  const seen = await session.call('preview', {
    act: 'kill',
    node: root.id,
    epoch: session.hello.instance.epoch,
  });
  expect(seen).toMatchObject({ possible: true, isExact: false, budget: null, restarts: [] });
  expect(seen.words).toContain('no supervisor starts it again');
  expect(seen.stops[0]!.id).toBe(root.id);
  expect(seen.stops.map(({ lineage }) => lineage)).toEqual(
    expect.arrayContaining(['app/games/7f3a', 'main']),
  );
  expect(seen.backlog).toContainEqual({ lineage: 'app/games/7f3a', word: 'queue', count: 9 });
});

test('while the loop stands still it is read off the tree: a task is refused, a thread ends for good', async () => {
  const before = await nodesOf(session);
  service.send('block');
  await untilTree(session, (all) =>
    all.find(({ lineage, status }) => lineage === 'main' && status === 'blocked'),
  );
  const { epoch } = session.hello.instance;
  const of = (lineage: string) =>
    session.call('preview', { act: 'kill', node: byLineage(before, lineage).id, epoch });
  expect(await of('app/games/7f3a')).toMatchObject({ possible: false, isExact: false });
  const thinker = await of('app/pool/thinker');
  expect(thinker).toMatchObject({ possible: true, isExact: false, restarts: [] });
  expect(thinker.words).toContain('nothing restarts it');
});

test('of an act that ends nothing it is told whether it is possible', async () => {
  expect(await preview('suspend', 'app/pool/thinker')).toMatchObject({
    possible: true,
    stops: [],
    words: 'thread:thinker stands still until it is resumed or the lease is over',
  });
  expect(await preview('suspend', 'app/games/7f3a')).toMatchObject({ possible: false });
  expect(await preview('signal', 'app/pool/keeper')).toMatchObject({ possible: true });
  expect(await preview('signal', 'app/pool/thinker')).toMatchObject({ possible: false });
  expect(await preview('break', 'app/guarded')).toMatchObject({
    possible: false,
    protected: ['app/guarded'],
  });
  expect((await preview('delete', 'app/deaf')).why).toContain('Stop it first');
  expect(await preview('start-child', 'app/games')).toMatchObject({ possible: true });
});

test('what the act itself would refuse is refused before, in its words', async () => {
  await untilTree(session, (all) =>
    all.find(({ lineage, observed }) => lineage === 'process:keeper' && observed),
  );
  const asActed: [Act, string, { child?: string }?][] = [
    ['break', 'main'],
    ['break', 'app/pool/keeper'],
    ['resume', 'app/pool/thinker'],
    ['resume', 'app/pool/keeper'],
    ['suspend', 'app/games/7f3a'],
    ['start-child', 'app/pool', { child: 'x' }],
    ['start-child', 'app/deaf', { child: 'x' }],
    ['delete', 'app/guarded'],
    ['delete', 'app'],
    ['signal', 'app/pool/thinker'],
  ];
  await armed(session);
  for (const [act, lineage, more] of asActed) {
    const { possible, why } = await preview(act, lineage);
    const node = byLineage(await nodesOf(session), lineage);
    const document = await actOn(session, act, node, { signal: 'SIGHUP', ...more });
    expect({ act, lineage, possible, why }).toEqual({ act, lineage, possible: false, why: document.words });
  }
  const thinker = byLineage(await nodesOf(session), 'app/pool/thinker');
  await actOn(session, 'suspend', thinker);
  expect(await preview('suspend', 'app/pool/thinker')).toMatchObject({ possible: false });
  expect(await preview('break', 'app/pool/thinker')).toMatchObject({ possible: false });
  expect(await preview('resume', 'app/pool/thinker')).toMatchObject({ possible: true });
});

test('what is not there any more is said as such', async () => {
  const { epoch } = session.hello.instance;
  const node = byLineage(await nodesOf(session), 'app/games/7f3a').id;
  await expect(session.call('preview', { act: 'kill', node, epoch: 'other' })).rejects.toMatchObject({
    code: 'GONE',
  });
  await expect(session.call('preview', { act: 'kill', node: '1.2.3', epoch })).rejects.toMatchObject({
    code: 'NO_SUCH_NODE',
  });
});
