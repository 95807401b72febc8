import { beforeEach, expect, test, vi } from 'vitest';
import { blankNode } from '../../../agent/hub/blank-node.ts';
import { breadthFirst, TreeStore } from '../../../agent/hub/tree-store.ts';
import { encodeFrame } from '../../../protocol/framing.ts';
import { LIMITS } from '../../../protocol/limits.ts';
import type { TreeDelta, TreeNode } from '../../../protocol/tree.ts';
import { TreeMirror } from '../../../protocol/tree-mirror.ts';

const node = (id: string, fields: Partial<TreeNode> = {}): TreeNode => ({
  ...blankNode(1),
  id,
  name: id,
  ...fields,
});

beforeEach(() => {
  vi.useFakeTimers();
});

/** A watcher that applies what it is sent, and refuses a gap. */
function watcher(store: TreeStore) {
  const mirror = new TreeMirror();
  const deltas: TreeDelta[] = [];
  const stop = store.watch((delta) => {
    deltas.push(structuredClone(delta));
    expect(mirror.apply(structuredClone(delta))).toBe(true);
  });
  mirror.reset(structuredClone(store.snapshot()));
  return { mirror, deltas, stop };
}

test('what a watcher holds is what the store holds, whatever the order of changes', async () => {
  const store = new TreeStore('e');
  store.put(node('1'));
  const { mirror } = watcher(store);
  store.put(node('1.0', { parent: '1' }));
  store.patch('1.0', { status: 'blocked', blockedMs: 500 });
  store.put(node('1.1'));
  store.remove('1.1');
  store.patch('1', { metrics: { rssBytes: 5 } });
  await vi.runAllTimersAsync();
  expect([...mirror.nodes.values()]).toEqual([...store.nodes.values()]);
  store.remove('1.0');
  await vi.runAllTimersAsync();
  expect([...mirror.nodes.keys()]).toEqual(['1']);
});

test('a flood of changes is coalesced to one delta a frame, the first at once', async () => {
  const store = new TreeStore('e');
  store.put(node('1'));
  const { deltas } = watcher(store);
  for (let restarts = 1; restarts <= 1000; restarts++) store.patch('1', { restarts });
  await vi.advanceTimersByTimeAsync(0);
  expect(deltas).toHaveLength(1);
  store.patch('1', { restarts: 1001 });
  await vi.advanceTimersByTimeAsync(LIMITS.coalesceMs - 1);
  expect(deltas).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(deltas).toHaveLength(2);
  expect(deltas[1]!.changes).toEqual([['~', '1', { restarts: 1001 }]]);
});

test('a change to the same value is none', async () => {
  const store = new TreeStore('e');
  store.put(node('1', { metrics: { rssBytes: 1 } }));
  const { deltas } = watcher(store);
  store.put(node('1', { metrics: { rssBytes: 1 }, startedAt: store.nodes.get('1')!.startedAt }));
  await vi.runAllTimersAsync();
  expect(deltas).toEqual([]);
});

test('nobody watching: nothing is gathered, and the next watcher starts from a whole snapshot', async () => {
  const store = new TreeStore('e');
  const first = watcher(store);
  first.stop();
  store.put(node('1'));
  await vi.runAllTimersAsync();
  expect(first.deltas).toEqual([]);
  expect(watcher(store).mirror.nodes.has('1')).toBe(true);
});

test('the dead stay as ghosts for a while, no more than so many, and end once', () => {
  const store = new TreeStore('e');
  for (let i = 0; i < LIMITS.maxGhosts + 10; i++) {
    store.put(node(`g${i}`));
    store.end(`g${i}`, { exitReason: 'killed', endedAt: 1000 });
  }
  expect(store.nodes.size).toBe(LIMITS.maxGhosts);
  store.end('g20', { exitReason: 'another' });
  expect(store.nodes.get('g20')).toMatchObject({ status: 'exited', exitReason: 'killed', endedAt: 1000 });
  store.sweep(1000 + LIMITS.ghostMs - 1);
  expect(store.nodes.size).toBe(LIMITS.maxGhosts);
  store.sweep(1000 + LIMITS.ghostMs);
  expect(store.nodes.size).toBe(0);
});

test('a static child that was stopped keeps its place until another has it, or its supervisor ends', () => {
  const child = { restart: 'permanent', shutdown: 5000, significant: false, protected: false } as const;
  const late = 1000 + LIMITS.ghostMs;
  const under = (id: string, fields: Partial<TreeNode> = {}) =>
    node(id, { parent: 's', lineage: `app/${id}`, child: { ...child, order: 0 }, ...fields });
  const store = new TreeStore('e');
  store.put(node('s', { kind: 'supervisor' }));
  store.put(under('kept'));
  store.put(under('dynamic', { child }));
  store.put(under('temporary', { child: { ...child, restart: 'temporary', order: 2 } }));
  for (const id of ['kept', 'dynamic', 'temporary']) store.end(id, { exitReason: 'stopped', endedAt: 1000 });
  store.sweep(late);
  expect([...store.nodes.keys()]).toEqual(['s', 'kept']);
  store.put(under('successor', { lineage: 'app/kept', incarnation: 2 }));
  store.sweep(late);
  expect([...store.nodes.keys()]).toEqual(['s', 'successor']);
  store.end('successor', { exitReason: 'stopped', endedAt: 1000 });
  store.sweep(late);
  expect(store.nodes.has('successor')).toBe(true);
  store.put(under('deleted'));
  store.end('deleted', { exitReason: 'stopped', endedAt: 1000 });
  store.leavePlace('deleted');
  store.sweep(late);
  expect([...store.nodes.keys()]).toEqual(['s', 'successor']);
  store.end('s', { exitReason: 'shutdown', endedAt: 1000 });
  store.sweep(late);
  expect(store.nodes.size).toBe(0);
});

test('who waits for a node to settle hears of its end, of a straggler, and of its removal', () => {
  const store = new TreeStore('e');
  const heard: string[] = [];
  for (const id of ['ends', 'stays', 'goes']) {
    store.put(node(id, { status: 'stopping' }));
    store.onceSettled(id, () => heard.push(id));
  }
  store.end('ends', {});
  store.patch('stays', { status: 'straggler' });
  store.remove('goes');
  store.remove('ends');
  expect(heard).toEqual(['ends', 'stays', 'goes']);
});

test('a store that is full fits one frame as a snapshot', () => {
  const store = new TreeStore('e');
  const child = { restart: 'permanent', shutdown: 5000, significant: false, protected: false } as const;
  for (let at = 0; at <= LIMITS.maxNodes; at++) {
    const lineage = `app/games/game-${at}`;
    const links = [{ to: '4121.0', kind: 'registered-by' as const }];
    store.put(
      node(`4121.0.${at}`, {
        kind: 'worker',
        host: 'task',
        parent: '4121.0.2',
        lineage,
        links,
        child,
        threadId: 0,
      }),
    );
  }
  expect(store.nodes.size).toBe(LIMITS.maxNodes);
  expect(store.refused).toBe(1);
  expect(encodeFrame({ t: 'result', id: 1, value: store.snapshot() }).length).toBeLessThan(
    LIMITS.maxFrameBytes,
  );
});

test('rows nearest to the root go first, each once, whatever comes in which order', () => {
  const row = (id: string, parent: string | null) => ({ ...blankNode(1), id, parent });
  const rows = [
    row('1', null),
    row('1.3', '1.0.7'),
    row('1.0', '1'),
    row('1.0.7', '1.0.1'),
    row('1.0.1', '1.0'),
  ];
  expect(breadthFirst([...rows, row('lost', 'gone')])).toEqual(['1', '1.0', '1.0.1', '1.0.7', '1.3', 'lost']);
});
