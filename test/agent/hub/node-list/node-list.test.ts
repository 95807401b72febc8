import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { blankNode } from '../../../../agent/hub/blank-node.ts';
import type { Hub } from '../../../../agent/hub/hub.ts';
import { NodeList } from '../../../../agent/hub/node-list/node-list.ts';
import { TreeStore } from '../../../../agent/hub/tree-store.ts';
import type { CallArgs } from '../../../../protocol/calls.ts';
import { LIMITS } from '../../../../protocol/limits.ts';
import { NODE_SORTS } from '../../../../protocol/node-list.ts';
import type { TreeNode } from '../../../../protocol/tree.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] });
});

afterEach(() => {
  vi.useRealTimers();
});

function listOf(...nodes: Partial<TreeNode>[]) {
  const tree = new TreeStore('e');
  for (const node of nodes) tree.put({ ...blankNode(1), ...node });
  const hub = { tree, watching: 0, gathered: 0 };
  const list = new NodeList({
    tree,
    watched() {
      hub.watching++;
      return () => hub.watching--;
    },
    async gather() {
      hub.gathered++;
    },
  } as unknown as Hub);
  const ask = (args: CallArgs<'nodes'> = {}) => list.ask(args, new AbortController().signal);
  return { ...hub, hub, tree, ask };
}

const PROCESS: Partial<TreeNode> = {
  id: '1',
  lineage: 'process:shop',
  metrics: { cpuPercent: 30, rssBytes: 5000 },
};
const MAIN: Partial<TreeNode> = {
  id: '1.0',
  kind: 'thread',
  parent: '1',
  lineage: 'main',
  metrics: { loopUtilization: 0.25, heapUsedBytes: 900 },
};
const task = (serial: number, lineage: string, fields: Partial<TreeNode> = {}): Partial<TreeNode> => ({
  id: `1.0.${serial}`,
  kind: 'worker',
  host: 'task',
  parent: '1.0',
  name: lineage.split('/').at(-1)!,
  lineage,
  ...fields,
});

test('what takes most of a core comes first, and what is not known comes last, as null', async () => {
  const { ask } = listOf(task(1, 'app/a'), MAIN, PROCESS);
  const { rows, live, matching } = await ask();
  expect(rows.map(({ lineage }) => lineage)).toEqual(['process:shop', 'main', 'app/a']);
  expect(rows[2]).toMatchObject({ cpuPercent: null, loopUtilization: null, rssBytes: null, backlog: null });
  expect(rows[0]).toMatchObject({ cpuPercent: 30, restarts: null });
  expect(live).toEqual({ process: 1, thread: 1, supervisor: 0, worker: 1, component: 0 });
  expect(matching).toBe(3);
});

test('each order has one answer, either way round, with what is not known last', async () => {
  const { ask } = listOf(PROCESS, MAIN, task(1, 'app/a', { metrics: { backlog: 3 } }), task(2, 'app/b'));
  for (const sort of NODE_SORTS) {
    const [down, up] = [await ask({ sort, descending: true }), await ask({ sort, descending: false })];
    expect(new Set(down.rows.map(({ id }) => id)).size).toBe(4);
    expect(new Set(up.rows.map(({ id }) => id)).size).toBe(4);
  }
  const lineages = async (args: CallArgs<'nodes'>) => (await ask(args)).rows.map(({ lineage }) => lineage);
  expect(await lineages({ sort: 'name' })).toEqual(['app/a', 'app/b', 'main', 'process:shop']);
  expect(await lineages({ sort: 'backlog' })).toEqual(['app/a', 'app/b', 'main', 'process:shop']);
  expect(await lineages({ sort: 'backlog', descending: false })).toEqual([
    'app/a',
    'app/b',
    'main',
    'process:shop',
  ]);
});

test('a filter by kind and by text counts what it lets through; the limit says how many of them are told', async () => {
  const { ask } = listOf(PROCESS, MAIN, task(1, 'app/Games/a'), task(2, 'app/games/b'), task(3, 'app/other'));
  const { rows, matching, live } = await ask({ kinds: ['worker'], text: ' gAMEs', limit: 1, sort: 'name' });
  expect(rows.map(({ lineage }) => lineage)).toEqual(['app/Games/a']);
  expect(matching).toBe(2);
  expect(live.worker).toBe(3);
  expect((await ask({ text: '1.0.3' })).matching).toBe(1);
});

test('a worker on a thread of its own has the figures of that thread, before and after it is met', async () => {
  const worker: Partial<TreeNode> = { ...task(1, 'app/burn'), host: 'thread' };
  const thread: Partial<TreeNode> = {
    id: '1.3',
    kind: 'thread',
    parent: '1.0.1',
    lineage: 'thread:burn',
    metrics: { loopUtilization: 0.9, heapUsedBytes: 7 },
  };
  const bare = task(2, 'app/starting', { host: 'process', status: 'starting' });
  for (const nodes of [
    [worker, thread, bare],
    [thread, worker, bare],
  ]) {
    const { rows, matching } = await listOf(PROCESS, ...nodes).ask({ kinds: ['worker'] });
    expect(matching).toBe(2);
    expect(rows[0]).toMatchObject({ lineage: 'app/burn', loopUtilization: 0.9, heapUsedBytes: 7 });
    expect(rows[1]).toMatchObject({ lineage: 'app/starting', loopUtilization: null });
  }
});

test('a blocked loop is wholly busy, whatever its last sample said; of a held or silent one nothing is known', async () => {
  const { ask } = listOf(
    { ...MAIN, status: 'blocked', blockedMs: 4000 },
    { ...MAIN, id: '1.1', lineage: 'thread:held', status: 'suspended' },
    { ...MAIN, id: '1.2', lineage: 'thread:silent', status: 'stale' },
  );
  const { rows } = await ask();
  expect(rows[0]).toMatchObject({ lineage: 'main', loopUtilization: 1, loopDelayMs: 4000 });
  expect(rows.slice(1).map(({ loopUtilization }) => loopUtilization)).toEqual([null, null]);
});

test('rates are there once it is asked again, and are forgotten when nobody asks any more', async () => {
  const { ask, tree, hub } = listOf(PROCESS, MAIN, task(1, 'app/a', { metrics: { backlog: 5 } }));
  expect((await ask({ sort: 'backlog', limit: 1 })).rows[0]).toMatchObject({
    backlogPerS: null,
    restartsPerS: null,
  });
  expect(hub).toMatchObject({ watching: 1, gathered: 1 });
  await vi.advanceTimersByTimeAsync(LIMITS.sampleMs);
  tree.patch('1.0.1', { metrics: { backlog: 25 } });
  expect((await ask({ sort: 'backlog-rate', limit: 1 })).rows[0]).toMatchObject({
    lineage: 'app/a',
    backlogPerS: 20,
    restartsPerS: 0,
  });
  expect(hub).toMatchObject({ watching: 1, gathered: 1 });
  await vi.advanceTimersByTimeAsync(LIMITS.nodesLeaseMs);
  expect(hub.watching).toBe(0);
  expect((await ask({ sort: 'backlog', limit: 1 })).rows[0]).toMatchObject({ backlogPerS: null });
  expect(hub).toMatchObject({ watching: 1, gathered: 2 });
});

test('ghosts are not listed', async () => {
  const { ask, tree } = listOf(PROCESS, task(1, 'app/a'));
  tree.end('1.0.1', { exitReason: 'done' });
  expect(await ask()).toMatchObject({ matching: 1, live: { worker: 0 } });
});

test('a large tree is looked through in slices, and one that is called off stops', async () => {
  const { tree, ask } = listOf(PROCESS);
  for (let serial = 1; serial <= 50_000; serial++)
    tree.put({ ...blankNode(1), ...task(serial, `app/jobs/${serial}`) });
  vi.useRealTimers();
  let turns = 0;
  let isDone = false;
  const count = (): void => {
    if (isDone) return;
    turns++;
    setImmediate(count);
  };
  setImmediate(count);
  const { matching } = await ask({ text: 'jobs', sort: 'name', descending: true, limit: 10 });
  isDone = true;
  expect(matching).toBe(50_000);
  expect(turns).toBeGreaterThan(1);
});

test('an aborted question ends with the reason', async () => {
  const tree = new TreeStore('e');
  for (let serial = 1; serial <= 50_000; serial++)
    tree.put({ ...blankNode(1), ...task(serial, `app/jobs/${serial}`) });
  vi.useRealTimers();
  const abort = new AbortController();
  const list = new NodeList({ tree, watched: () => () => {}, gather: async () => {} } as unknown as Hub);
  const asked = list.ask({ text: 'jobs' }, abort.signal);
  setImmediate(() => abort.abort(new Error('called off')));
  await expect(asked).rejects.toThrow('called off');
});
