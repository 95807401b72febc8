import { beforeEach, describe, expect, test } from 'vitest';
import type { LedgerEvent, LedgerFact, NodeRef } from '../../protocol/ledger.ts';
import { Timeline } from '../../renderer/store/timeline.ts';
import { byWhom, decisionWords, severityOfRow, whatWords } from '../../renderer/timeline/words.ts';

const before: NodeRef = { id: '1.0.3', lineage: 'app/games/7f3a', incarnation: 2 };
const after: NodeRef = { id: '1.0.9', lineage: 'app/games/7f3a', incarnation: 3 };
const supervisor: NodeRef = { id: '1.0.2', lineage: 'app/games', incarnation: 1 };
const author = { key: 'local', name: 'ann' };
const decided: Extract<LedgerFact, { kind: 'decided' }> = {
  kind: 'decided',
  node: before,
  by: supervisor,
  decision: 'restart',
  restartsInPeriod: 1,
  intensity: 1000,
  periodMs: 10_000,
  affected: [],
};

let timeline: Timeline;
let seq: number;

beforeEach(() => {
  timeline = new Timeline();
  seq = 0;
});

function add(...facts: (LedgerFact & { t?: number })[]): void {
  timeline.add(
    'e1',
    facts.map((fact): LedgerEvent => ({ t: 0, ...fact, seq: seq++, at: 1000 + seq }) as LedgerEvent),
  );
}

describe('a kill', () => {
  test('is one line from the asking to the successor that is ready', () => {
    add({ kind: 'act', node: before, act: 'kill', call: 'c', author, reason: 'to see it' });
    add({ kind: 'exited', node: before, reason: 'killed', call: 'c', t: 10 }, decided);
    add({ kind: 'started', node: after, previous: before, t: 11 }, { kind: 'ready', node: after, t: 13.5 });
    add({ kind: 'act-ended', node: before, act: 'kill', call: 'c', outcome: 'restarted', words: 'back' });
    expect(timeline.rows).toHaveLength(1);
    const row = timeline.rows[0]!;
    expect(row).toMatchObject({
      what: 'ended',
      node: before,
      successor: after,
      tookMs: 3.5,
      act: { outcome: 'restarted' },
    });
    expect([whatWords(row), decisionWords(row).replaceAll('\u202f', ' '), byWhom(row)]).toEqual([
      'killed',
      'app/games restarts it, 1 of 1000 in 10 s',
      'ann: to see it',
    ]);
  });

  test('that was refused says so and waits for nothing', () => {
    add({ kind: 'act', node: before, act: 'kill', call: 'c', author, reason: 'x' });
    add({ kind: 'act-ended', node: before, act: 'kill', call: 'c', outcome: 'refused', words: 'protected' });
    expect(timeline.rows.map(whatWords)).toEqual(['kill refused']);
  });

  test('is not said to be done before the exit', () => {
    add({ kind: 'act', node: before, act: 'kill', call: 'c', author, reason: 'x' });
    expect(timeline.rows.map(whatWords)).toEqual(['kill asked']);
    add({ kind: 'exited', node: before, reason: 'killed', call: 'c' });
    expect(timeline.rows.map(whatWords)).toEqual(['killed']);
  });

  test('of what goes on beside its successor is one line that never says killed before it ended', () => {
    add({ kind: 'act', node: before, act: 'kill', call: 'c', author, reason: 'x' }, decided);
    add({ kind: 'started', node: after, previous: before }, { kind: 'ready', node: after });
    expect(timeline.rows.map(whatWords)).toEqual(['kill asked']);
    add({ kind: 'straggler', node: before, afterMs: 1000 });
    add({ kind: 'act-ended', node: before, act: 'kill', call: 'c', outcome: 'straggler', words: 'runs' });
    expect(timeline.rows.map(whatWords)).toEqual(['straggler']);
    expect(timeline.rows[0]).toMatchObject({ successor: after, isStraggler: true, tookMs: null });
    add({ kind: 'exited', node: before, reason: 'killed', t: 9000 });
    expect(timeline.rows.map(whatWords)).toEqual(['killed']);
  });

  test('of one that had ended already says restarted', () => {
    add({ kind: 'act', node: before, act: 'restart', call: 'c', author, reason: 'x' });
    add({ kind: 'act-ended', node: before, act: 'restart', call: 'c', outcome: 'restarted', words: 'back' });
    expect(timeline.rows.map(whatWords)).toEqual(['restarted']);
  });

  test('of a straggler wears it', () => {
    add({ kind: 'act', node: before, act: 'kill', call: 'c', author, reason: 'x' });
    add({ kind: 'straggler', node: before, afterMs: 1000 });
    expect(timeline.rows).toMatchObject([{ what: 'ended', isStraggler: true }]);
    expect(severityOfRow(timeline.rows[0]!)).toBe('warn');
  });
});

test('a suspension is one line, and so is its end when it was asked for; a lease that ran out is told by itself', () => {
  const thread: NodeRef = { id: '1.2', lineage: 'thread:bot', incarnation: 1 };
  add({ kind: 'act', node: thread, act: 'suspend', call: 's', author, reason: 'to look' });
  add({ kind: 'suspended', node: thread, call: 's', leaseMs: 30_000 });
  add({ kind: 'act-ended', node: thread, act: 'suspend', call: 's', outcome: 'done', words: 'held' });
  expect(timeline.rows.map(whatWords)).toEqual(['suspended']);
  expect(timeline.leaseOf('1.2')).toBeGreaterThan(30_000);
  add({ kind: 'act', node: thread, act: 'resume', call: 'r', author, reason: 'seen' });
  add({ kind: 'resumed', node: thread, afterMs: 4000, why: 'asked' });
  add({ kind: 'act-ended', node: thread, act: 'resume', call: 'r', outcome: 'done', words: 'goes on' });
  expect(timeline.rows.map(whatWords)).toEqual(['suspended', 'resumed']);
  expect(timeline.rows[1]!.tookMs).toBe(4000);
  expect(timeline.leaseOf('1.2')).toBeNull();
  add({ kind: 'suspended', node: thread, call: 'elsewhere', leaseMs: 500 });
  add({ kind: 'resumed', node: thread, afterMs: 500, why: 'lease' });
  expect(timeline.rows.slice(2).map(whatWords)).toEqual(['suspended', 'resumed']);
});

test('a ledger that begins late, or leaves some out, was cut', () => {
  seq = 1;
  add({ kind: 'joined', node: before });
  expect(timeline.isCut).toBe(false);
  seq = 9;
  add({ kind: 'joined', node: before });
  expect(timeline.isCut).toBe(true);
});

test('an exit nobody asked for is a line of its own, with its reason', () => {
  add({ kind: 'started', node: before, previous: null }, { kind: 'ready', node: before });
  add({ kind: 'exited', node: before, reason: 'Error: boom', t: 5 }, { ...decided, decision: 'escalate' });
  expect(timeline.rows.map(whatWords)).toEqual(['started', 'exited']);
  expect(timeline.rows[1]).toMatchObject({ reason: 'Error: boom', successor: null });
  expect(severityOfRow(timeline.rows[1]!)).toBe('bad');
});

test('events seen before are passed over; rows are replaced, never changed in place', () => {
  add({ kind: 'exited', node: before, reason: 'x' });
  const [first] = timeline.rows;
  seq = 0;
  expect(timeline.add('e1', [{ kind: 'exited', node: before, reason: 'x', seq: 0, at: 0, t: 0 }])).toBe(
    false,
  );
  seq = 1;
  add(decided);
  expect(timeline.rows).toHaveLength(1);
  expect(timeline.rows[0]).not.toBe(first);
  expect(first!.decision).toBeNull();
});

test('a new epoch is a line, and ids of the old one mean nothing any more', () => {
  add({ kind: 'exited', node: before, reason: 'x' });
  timeline.add('e2', [{ ...decided, seq: 0, at: 9, t: 0 }]);
  expect(timeline.rows.map(whatWords)).toEqual(['exited', 'new epoch', 'exited']);
  expect(timeline.rows[0]!.decision).toBeNull();
});

test('rows end at two thousand, the oldest going first', () => {
  for (let serial = 0; serial < 2100; serial++) {
    add({ kind: 'joined', node: { ...before, id: `p${serial}` } });
  }
  expect(timeline.rows).toHaveLength(2000);
  expect(timeline.rows[0]!.node.id).toBe('p100');
});
