import { expect, test, vi } from 'vitest';
import { TRUSTED } from '../../../agent/hub/arming.ts';
import { blankNode } from '../../../agent/hub/blank-node.ts';
import { handlersOf } from '../../../agent/hub/calls.ts';
import { SessionTraffic } from '../../../agent/hub/cost/traffic.ts';
import type { Detachment } from '../../../agent/hub/detach.ts';
import type { Hub } from '../../../agent/hub/hub.ts';
import { Ledger } from '../../../agent/hub/ledger.ts';
import type { CallContext } from '../../../agent/hub/session.ts';
import { TreeStore } from '../../../agent/hub/tree-store.ts';
import type { ActDocument, Lost } from '../../../protocol/act.ts';
import type { CallName, TreeEvent } from '../../../protocol/calls.ts';
import type { Capability } from '../../../protocol/capability.ts';
import { LIMITS } from '../../../protocol/limits.ts';
import type { TreeSnapshot } from '../../../protocol/tree.ts';
import { TreeMirror } from '../../../protocol/tree-mirror.ts';

/** A session at its edge: what it was sent, and how much of it waits. */
function slowSession<N extends CallName>() {
  const events: unknown[] = [];
  const abort = new AbortController();
  let release: () => void = () => {};
  const edge = { queued: 0, drain: () => release(), events, abort };
  const context: CallContext<N> = {
    accepts: new Set(),
    login: { author: { key: 'k', name: '' }, capabilities: [] },
    arming: TRUSTED,
    traffic: new SessionTraffic({ key: 'k', name: '' }),
    sessionEnd: new AbortController().signal,
    signal: abort.signal,
    emit: (event) => events.push(structuredClone(event)),
    queuedBytes: () => edge.queued,
    drained: () =>
      new Promise((resolve) => {
        release = resolve;
      }),
  };
  return { edge, context };
}

function hub() {
  const tree = new TreeStore('e');
  tree.put({ ...blankNode(1), id: '1' });
  let watching = 0;
  const fake = {
    tree,
    ledger: new Ledger('e'),
    watched: () => {
      watching++;
      return () => watching--;
    },
    gather: async () => {},
  };
  return { fake, handlers: handlersOf(fake as unknown as Hub, {} as Detachment), watching: () => watching };
}

test('a client that does not keep up gets a fresh snapshot instead of a queue', async () => {
  vi.useFakeTimers();
  const { fake, handlers, watching } = hub();
  const { edge, context } = slowSession<'watch-tree'>();
  const done = handlers['watch-tree']({}, context);
  await vi.advanceTimersByTimeAsync(0);
  edge.queued = LIMITS.maxQueuedBytes + 1;
  for (let restarts = 1; restarts <= 50; restarts++) {
    fake.tree.patch('1', { restarts });
    await vi.advanceTimersByTimeAsync(LIMITS.coalesceMs);
  }
  expect(edge.events).toHaveLength(1);
  edge.queued = 0;
  edge.drain();
  await vi.advanceTimersByTimeAsync(0);
  fake.tree.patch('1', { restarts: 99 });
  await vi.advanceTimersByTimeAsync(LIMITS.coalesceMs);
  const mirror = new TreeMirror();
  for (const event of edge.events as TreeEvent[]) {
    if ('snapshot' in event) mirror.reset(event.snapshot);
    else expect(mirror.apply(event.delta)).toBe(true);
  }
  expect(edge.events.filter((event) => 'snapshot' in (event as object))).toHaveLength(2);
  expect(mirror.nodes.get('1')?.restarts).toBe(99);
  edge.abort.abort();
  await done;
  expect(watching()).toBe(0);
  vi.useRealTimers();
});

test('a change that was just gathered when a slow client caught up is in its snapshot, and not before it', async () => {
  vi.useFakeTimers();
  const { fake, handlers } = hub();
  const { edge, context } = slowSession<'watch-tree'>();
  const done = handlers['watch-tree']({}, context);
  await vi.advanceTimersByTimeAsync(0);
  edge.queued = LIMITS.maxQueuedBytes + 1;
  fake.tree.patch('1', { restarts: 1 });
  await vi.advanceTimersByTimeAsync(1);
  edge.queued = 0;
  // Within the same screen frame, so it waits to be sent.
  fake.tree.patch('1', { restarts: 2 });
  edge.drain();
  await vi.advanceTimersByTimeAsync(LIMITS.coalesceMs);
  const mirror = new TreeMirror();
  for (const event of edge.events as TreeEvent[]) {
    if ('snapshot' in event) mirror.reset(event.snapshot);
    else expect(mirror.apply(event.delta)).toBe(true);
  }
  expect(mirror.nodes.get('1')?.restarts).toBe(2);
  edge.abort.abort();
  await done;
  vi.useRealTimers();
});

test('a ledger watcher gets what was before, then each event once and in order, also after being slow', async () => {
  const { fake, handlers } = hub();
  const { edge, context } = slowSession<'watch-ledger'>();
  const node = { id: '1', lineage: 'a', incarnation: 1 };
  fake.ledger.add({ kind: 'ready', node });
  const done = handlers['watch-ledger']({}, context);
  fake.ledger.add({ kind: 'ready', node });
  await Promise.resolve();
  await Promise.resolve();
  edge.queued = LIMITS.maxQueuedBytes + 1;
  for (let i = 0; i < 5; i++) {
    fake.ledger.add({ kind: 'ready', node });
    await Promise.resolve();
    await Promise.resolve();
  }
  edge.queued = 0;
  edge.drain();
  await vi.waitFor(() => {
    const seqs = (edge.events as { events: { seq: number }[] }[]).flatMap(({ events }) =>
      events.map(({ seq }) => seq),
    );
    expect(seqs).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });
  edge.abort.abort();
  await done;
});

test('a ledger keeps its newest events and says from which on', () => {
  const ledger = new Ledger('e');
  const node = { id: '1', lineage: 'a', incarnation: 1 };
  for (let i = 0; i < LIMITS.maxLedgerEvents * 2; i++) ledger.add({ kind: 'ready', node });
  const { events, firstSeq } = ledger.read(0);
  expect(events).toHaveLength(LIMITS.maxLedgerEvents);
  expect(events.at(-1)!.seq).toBe(LIMITS.maxLedgerEvents * 2);
  expect(firstSeq).toBeGreaterThan(1);
  expect(firstSeq).toBeLessThanOrEqual(events[0]!.seq);
  expect(ledger.read(events.at(-1)!.seq).events).toHaveLength(1);
});

test('what a kill lost has its values in no way out to a session without inspect', async () => {
  const { fake, handlers } = hub();
  const lost: Lost = {
    state: {
      ...{ gone: 1, changed: 0, added: 0, isPartial: false },
      places: [{ path: '/turn', change: 'gone', before: 'the value' }],
    },
    backlog: null,
  };
  const control = { perform: async () => ({ call: 'c', lost }) as ActDocument };
  Object.assign(fake, { control });
  const node = { id: '1.0.2', lineage: 'app/a', incarnation: 2 };
  fake.ledger.add({ kind: 'lost', node, previous: node, call: 'c', lost });
  const args = { act: 'kill' as const, call: 'c', node: '1', epoch: 'e', reason: 'why' };
  const hearAll = async (capabilities: Capability[]) => {
    const { edge, context } = slowSession<CallName>();
    const login = { ...context.login, capabilities };
    const told = [
      await handlers.act(args, { ...context, login } as CallContext<'act'>),
      await handlers.ledger({}, { ...context, login } as CallContext<'ledger'>),
    ];
    const watching = handlers['watch-ledger']({}, { ...context, login } as CallContext<'watch-ledger'>);
    edge.abort.abort();
    await watching;
    return [...told, ...edge.events].map((each) => JSON.stringify(each));
  };
  for (const each of await hearAll(['observe', 'control'])) {
    expect(each).not.toContain('the value');
    expect(each).toContain('/turn');
  }
  const inFull = await hearAll(['observe', 'inspect', 'control']);
  expect(inFull).toHaveLength(3);
  for (const each of inFull) expect(each).toContain('the value');
});

test('asked for in parts, a tree shows its first rows at once, and changes between them are not lost', async () => {
  vi.useFakeTimers();
  const { fake, handlers } = hub();
  const workers = LIMITS.firstPartRows + LIMITS.partRows * 2;
  for (let at = 0; at < workers; at++) fake.tree.put({ ...blankNode(1), id: `1.0.${at}`, parent: '1' });
  const { edge, context } = slowSession<'watch-tree'>();
  const done = handlers['watch-tree']({ parts: true }, { ...context, accepts: new Set(['packed']) });
  await vi.advanceTimersByTimeAsync(0);
  const [first] = edge.events as { snapshot: TreeSnapshot }[];
  expect(first!.snapshot).toMatchObject({ more: true, columns: { kind: expect.anything() } });
  expect(first!.snapshot.columns.id).toHaveLength(LIMITS.firstPartRows);
  // Some that were sent, some that were not, one that goes before its turn, one that is new.
  for (const id of ['1', '1.0.3', `1.0.${workers - 1}`]) fake.tree.patch(id, { restarts: 7 });
  fake.tree.remove(`1.0.${workers - 2}`);
  fake.tree.put({ ...blankNode(1), id: 'new', parent: '1' });
  const mirror = new TreeMirror();
  let seen = 0;
  while (seen === 0 || mirror.isPartial) {
    await vi.advanceTimersByTimeAsync(LIMITS.coalesceMs);
    for (const event of (edge.events as TreeEvent[]).slice(seen)) {
      if ('snapshot' in event) mirror.reset(event.snapshot);
      else expect(mirror.apply(event.delta)).toBe(true);
      seen++;
    }
  }
  expect([...mirror.nodes.values()].sort(byId)).toEqual([...fake.tree.nodes.values()].sort(byId));
  edge.abort.abort();
  await done;
  vi.useRealTimers();
});

const byId = (one: { id: string }, two: { id: string }) => (one.id < two.id ? -1 : 1);
