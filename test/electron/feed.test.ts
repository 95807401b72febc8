import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Instance } from '../../client/instance.ts';
import { Feed } from '../../electron/feed.ts';
import type { Push } from '../../electron/ipc.ts';
import type { LedgerEvent } from '../../protocol/ledger.ts';
import type { TreeNode } from '../../protocol/tree.ts';
import { TreeMirror } from '../../protocol/tree-mirror.ts';
import { TreeModel } from '../../renderer/store/tree-model.ts';
import { gameTree, snapshotOf } from '../support/tree-data.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** An instance that holds a tree, and the window's end of its feed. */
function feeding(nodes: TreeNode[]) {
  const mirror = new TreeMirror();
  mirror.reset(snapshotOf(nodes));
  const instance = Object.assign(new EventEmitter(), { key: 'shop', mirror, events: [], hello: null });
  const model = new TreeModel();
  const sizes: number[] = [];
  const epochs: Record<string, number[]> = {};
  const push = (message: Push) => {
    if (message.kind === 'ledger') {
      const { epoch, events } = message.answer;
      epochs[epoch] = [...(epochs[epoch] ?? []), ...events.map(({ seq }) => seq)];
    }
    if (message.kind !== 'tree') return;
    expect(model.apply([message.event]).isMissed).toBe(false);
    sizes.push(model.columns.count);
  };
  const feed = new Feed(instance as unknown as Instance, push);
  return { instance, mirror, model, sizes, feed, heard: () => epochs };
}

test('a large tree goes to the window in parts, with what changes meanwhile, and is whole in the end', () => {
  const nodes = gameTree(11_996);
  const { instance, mirror, model, sizes } = feeding(nodes);
  const tell = (changed: string[], removed: string[]) =>
    instance.emit('tree', { isFresh: false, changed: new Set(changed), removed: new Set(removed) });
  const [last, gone] = [nodes.at(-1)!, nodes.at(-2)!];
  mirror.nodes.delete(gone.id);
  mirror.nodes.set(last.id, { ...last, status: 'blocked' });
  const born = { ...last, id: 'born', lineage: 'born' };
  mirror.nodes.set(born.id, born);
  tell([last.id, born.id], [gone.id]);
  vi.runAllTimers();
  expect(sizes).toEqual([500, 502, 2502, 4502, 6502, 8502, 10_502, 12_000]);
  expect([...model.columns.nodes()].map(({ id }) => id).sort()).toEqual([...mirror.nodes.keys()].sort());
  expect(model.columns.nodeAt(model.columns.find(last.id))?.status).toBe('blocked');
});

test('very many changes go to the window a part a frame, each as it is by then; a feed that is closed sends nothing more', () => {
  const { instance, mirror, model, sizes, feed } = feeding(gameTree(396));
  const many = Array.from({ length: 6000 }, (_, index) => ({
    ...gameTree(1)[4]!,
    id: `m${index}`,
    lineage: `m${index}`,
  }));
  const tell = (changed: string[], removed: string[] = []) =>
    instance.emit('tree', { isFresh: false, changed: new Set(changed), removed: new Set(removed) });
  for (const node of many) mirror.nodes.set(node.id, node);
  tell(many.map(({ id }) => id));
  expect(sizes).toEqual([400, 1150]);
  // What waits, and goes, is never shown; what waits, and changes, is shown as it is then.
  mirror.nodes.delete('m5000');
  mirror.nodes.set('m5001', { ...many[5001]!, status: 'blocked' });
  tell(['m5001'], ['m5000']);
  vi.advanceTimersByTime(16);
  expect(sizes).toEqual([400, 1150, 1150 + Math.ceil(5250 / 8)]);
  vi.runAllTimers();
  expect([...model.columns.nodes()].map(({ id }) => id).sort()).toEqual([...mirror.nodes.keys()].sort());
  expect(model.columns.nodeAt(model.columns.find('m5001'))?.status).toBe('blocked');
  tell(many.slice(0, 100).map(({ id }) => id));
  const sent = sizes.length;
  feed.close();
  vi.runAllTimers();
  expect(sizes).toHaveLength(sent);
});

test('an end and its successor are never in two parts: what is shown has one of them, in its place', () => {
  const { instance, mirror, model } = feeding(gameTree(200));
  const lives = [...mirror.nodes.values()].filter(({ kind }) => kind === 'worker');
  const isAlive = ({ endedAt }: TreeNode) => endedAt === null;
  // First all end, then all come back, as many at once do.
  const ends = lives.map((node): TreeNode => ({ ...node, status: 'exited', endedAt: 9 }));
  const next = lives.map((node): TreeNode => ({ ...node, id: `${node.id}x`, incarnation: 2 }));
  for (const node of [...ends, ...next]) mirror.nodes.set(node.id, node);
  const changed = new Set([...ends, ...next].map(({ id }) => id));
  instance.emit('tree', { isFresh: false, changed, removed: new Set() });
  let parts = 0;
  for (; vi.getTimerCount() > 0; vi.advanceTimersToNextTimer()) {
    parts++;
    const shown = [...model.columns.nodes()].filter(({ kind }) => kind === 'worker');
    expect(shown.filter(isAlive)).toHaveLength(lives.length);
  }
  expect(parts).toBeGreaterThan(3);
});

test('a flood of events goes a part a frame and in order; those of the epoch before go before the next begins', () => {
  const { instance, heard } = feeding(gameTree(1));
  const events = (from: number, count: number) =>
    Array.from({ length: count }, (_, index) => ({ seq: from + index }) as LedgerEvent);
  const tell = (epoch: string, isFresh: boolean, some: LedgerEvent[]) => {
    Object.assign(instance, { hello: { instance: { epoch } } });
    instance.emit('ledger', { isFresh, events: some, lost: 0 });
  };
  tell('one', true, events(1, 3));
  expect(heard()).toEqual({ one: [1, 2, 3] });
  tell('one', false, events(4, 100));
  expect(heard().one).toHaveLength(3);
  vi.advanceTimersByTime(16);
  expect(heard().one).toHaveLength(43);
  tell('two', true, events(1, 1));
  expect(heard().one).toEqual(events(1, 103).map(({ seq }) => seq));
  expect(heard().two).toEqual([1]);
});
