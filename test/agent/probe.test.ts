import { beforeEach, expect, test, vi } from 'vitest';
import { newClaim } from '../../agent/probe/claim.ts';
import type { ProbeMessage } from '../../agent/probe/messages.ts';
import { Probe } from '../../agent/probe/probe.ts';
import { PulseReader } from '../../agent/probe/pulse.ts';
import type { DeclaredNode, Registry } from '../../agent/registry.ts';
import { LIMITS } from '../../protocol/limits.ts';

type Changes = Extract<ProbeMessage, { t: 'changes' }>;

beforeEach(() => {
  vi.useFakeTimers();
});

function probed() {
  const registry: Registry = {
    version: 1,
    nodes: new Map(),
    nextSerial: 1,
    hosted: null,
    observer: null,
    probe: null,
  };
  const probe = new Probe(registry);
  const sent: ProbeMessage[] = [];
  probe.connect((message) => sent.push(message));
  const changes = () => sent.filter((message): message is Changes => message.t === 'changes');
  const declare = (): DeclaredNode => {
    const serial = registry.nextSerial++;
    const node: DeclaredNode = {
      serial,
      parent: null,
      kind: 'worker',
      host: 'task',
      name: `n${serial}`,
      lineage: `app/n${serial}`,
      incarnation: 1,
      status: 'running',
      startedAt: 0,
      endedAt: null,
      restarts: 0,
      exitReason: null,
      supervisor: null,
      child: null,
      runsIn: null,
      act: () => ({ accepted: true }),
    };
    registry.nodes.set(serial, node);
    probe.changed(node);
    return node;
  };
  const end = (node: DeclaredNode) => {
    registry.nodes.delete(node.serial);
    probe.ended(node);
  };
  return { probe, sent, changes, declare, end, watch: new PulseReader(probe.pulse.memory) };
}

test('unwatched, changes go with the heartbeat; watched, at the end of what made them', async () => {
  const { changes, declare, watch } = probed();
  declare();
  await vi.advanceTimersByTimeAsync(LIMITS.beatMs - 1);
  expect(changes()).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(changes()).toHaveLength(1);
  watch.watch(true);
  declare();
  await Promise.resolve();
  expect(changes()).toHaveLength(2);
});

test('a great many nodes go in slices, none is lost, parents first', async () => {
  const { changes, declare } = probed();
  const declared = Array.from({ length: 9000 }, () => declare().serial);
  await vi.advanceTimersByTimeAsync(LIMITS.beatMs * 2);
  expect(Math.max(...changes().map(({ nodes }) => nodes.length))).toBeLessThanOrEqual(2000);
  expect(changes().flatMap(({ nodes }) => nodes.map(({ serial }) => serial))).toEqual(declared);
});

test('in a storm, what came and went unheard of is bounded; the end of what was told of is always told', async () => {
  const { changes, declare, end } = probed();
  const known = declare();
  await vi.advanceTimersByTimeAsync(LIMITS.beatMs);
  for (let i = 0; i < 50_000; i++) end(declare());
  end(known);
  await vi.advanceTimersByTimeAsync(LIMITS.beatMs);
  const ended = changes().flatMap((each) => each.ended.map(({ serial }) => serial));
  expect(ended).toContain(known.serial);
  expect(ended.length).toBeLessThanOrEqual(LIMITS.maxGhosts + 1);
});

test('facts beyond the bound are counted', async () => {
  const { probe, changes, declare } = probed();
  const node = declare();
  for (let i = 0; i < 5000; i++) probe.happened({ kind: 'ready', node, t: i, at: 0 });
  await vi.advanceTimersByTimeAsync(LIMITS.beatMs);
  const [first] = changes();
  expect(first!.facts.length + first!.droppedFacts).toBe(5000);
  expect(first!.droppedFacts).toBeGreaterThan(0);
});

test('a budget that refills is sent each time its count falls, and not again', async () => {
  const { probe, changes, declare } = probed();
  const node = declare();
  let [left, recounts] = [2, 0];
  const facts = { strategy: 'one_for_one' as const, intensity: 3, periodMs: 5000, restartsInPeriod: 2 };
  Object.assign(node, {
    supervisor: facts,
    recount: () => {
      recounts++;
      const hasFallen = facts.restartsInPeriod !== left;
      facts.restartsInPeriod = left;
      return hasFallen;
    },
  });
  probe.changed(node);
  const pass = async () => {
    const before = changes().length;
    await vi.advanceTimersByTimeAsync(LIMITS.sampleMs);
    return changes()
      .slice(before)
      .flatMap((each) => each.nodes.map(({ supervisor }) => supervisor?.restartsInPeriod));
  };
  expect(await pass()).toEqual([2]);
  left = 1;
  expect(await pass()).toEqual([1]);
  expect(await pass()).toEqual([]);
  left = 0;
  expect(await pass()).toEqual([0]);
  // A full budget costs nothing more.
  expect(recounts).toBe(4);
  expect(await pass()).toEqual([]);
  expect(recounts).toBe(4);
});

test('a question that fails is an answer with a code; nothing is thrown', () => {
  const { probe, sent } = probed();
  const args = { serial: 77, path: '', depth: 1, breadth: 1, maxBytes: 1000 };
  probe.receive({ t: 'ask', id: 1, question: 'state', args });
  expect(sent).toEqual([{ t: 'failed', id: 1, error: expect.objectContaining({ code: 'GONE' }) }]);
  expect(JSON.parse(probe.answerText('state', JSON.stringify(args)))).toMatchObject({
    error: { code: 'GONE' },
  });
});

test('a hub that dies in the middle of a flush is no error of the service', () => {
  const { probe, declare } = probed();
  probe.connect(() => {
    throw new Error('the port is closed');
  });
  declare();
  expect(() => probe.flush()).not.toThrow();
});

test('what the agent does on the thread is counted, what an act runs of the service is not', async () => {
  vi.useRealTimers();
  const { probe, declare, watch } = probed();
  probe.receive({ t: 'ask', id: 1, question: 'flush', args: {} });
  const before = watch.takenMs!;
  const node = declare();
  const spins = (ms: number) => {
    const until = performance.now() + ms;
    while (performance.now() < until);
  };
  node.act = () => {
    spins(40);
    return { accepted: true };
  };
  const cause = { call: 'c', reason: '', author: { key: 'k', name: '' } };
  probe.receive({
    t: 'ask',
    id: 2,
    question: 'act',
    args: { serial: node.serial, act: 'kill', cause, claim: newClaim() },
  });
  expect(watch.takenMs! - before).toBeLessThan(20);
  expect(watch.takenMs!).toBeGreaterThan(0);
});
