import { expect, test } from 'vitest';
import { startTracking, track } from '../../../../agent/hub/acts/act-tracker.ts';
import type { Act } from '../../../../protocol/act.ts';
import type { Decision, LedgerEvent, LedgerFact, NodeRef } from '../../../../protocol/ledger.ts';

const ref = (id: string, incarnation = 1): NodeRef => ({ id, lineage: 'app/games/a', incarnation });
const sup: NodeRef = { id: 's', lineage: 'app/games', incarnation: 1 };
let seq = 0;
const event = (t: number, fact: LedgerFact): LedgerEvent => ({ ...fact, seq: ++seq, at: 0, t });
const decided = (t: number, decision: Decision, affected: NodeRef[] = []) =>
  event(t, {
    kind: 'decided',
    node: ref('1'),
    by: sup,
    decision,
    restartsInPeriod: 1,
    intensity: 3,
    periodMs: 5000,
    affected,
  });

function follow(act: Act, events: LedgerEvent[]) {
  const tracking = startTracking(act, ref('1'), 100);
  const steps = events.map((each) => track(tracking, each)?.phase ?? null);
  return { tracking, steps };
}

test('a kill from accepted to ready, on the clock of the agent; others are left out', () => {
  const { tracking, steps } = follow('kill', [
    event(101, { kind: 'exited', node: ref('2'), reason: 'another' }),
    event(102, { kind: 'exited', node: ref('1'), reason: 'killed' }),
    decided(103, 'restart', [ref('1'), ref('9')]),
    event(104, { kind: 'started', node: ref('7', 2), previous: ref('1') }),
    event(105, { kind: 'ready', node: ref('8', 2) }),
    event(106, { kind: 'ready', node: ref('7', 2) }),
  ]);
  expect(steps).toEqual([null, 'exited', 'decided', 'started', null, 'ready']);
  expect(tracking.phases).toEqual({ exitedMs: 2, decidedMs: 3, startedMs: 4, readyMs: 6 });
  expect(tracking.ended?.outcome).toBe('restarted');
  expect(tracking.successor).toEqual(ref('7', 2));
  expect(tracking.affected).toEqual([ref('9')]);
});

test.each([
  ['no-restart', 'not-restarted'],
  ['escalate', 'escalated'],
  ['shutdown', 'not-restarted'],
] as const)('decision %s ends as %s', (decision, outcome) => {
  const { tracking } = follow('kill', [
    event(101, { kind: 'exited', node: ref('1'), reason: 'killed' }),
    decided(102, decision),
  ]);
  expect(tracking.ended?.outcome).toBe(outcome);
  expect(tracking.phases.startedMs).toBeNull();
});

test('a stop has ended with the exit; a successor that never came leaves no outcome', () => {
  const exit = () => event(101, { kind: 'exited', node: ref('1'), reason: 'stopped' });
  expect(follow('stop', [exit()]).tracking.ended?.outcome).toBe('not-restarted');
  expect(follow('kill', [exit(), decided(102, 'restart')]).tracking.ended).toBeNull();
});

test('a restart that somebody takes back was decided all the same: the kill is not recovered, the stop did what it says', () => {
  const exit = event(101, { kind: 'exited', node: ref('1'), reason: 'killed' });
  const takenBack = decided(200, 'no-restart');
  const { tracking } = follow('kill', [exit, decided(102, 'restart'), takenBack]);
  expect(tracking.ended).toEqual({
    outcome: 'not-recovered',
    words: 'app/games no longer restarts it: it was stopped before that was due',
  });
  expect(follow('stop', [takenBack]).tracking.ended?.outcome).toBe('not-restarted');
  // A successor that began has an end and a decision of its own.
  const successor = event(103, { kind: 'started', node: ref('2', 2), previous: ref('1') });
  const normal = { ...decided(200, 'no-restart'), node: ref('2', 2) } as LedgerEvent;
  const begun = follow('kill', [exit, decided(102, 'restart'), successor, normal]).tracking;
  expect(begun.ended?.outcome).toBe('not-restarted');
});

test('a start that fails is followed to the next attempt, and to the supervisor giving up', () => {
  const again = (node: NodeRef, previous: NodeRef) => event(105, { kind: 'started', node, previous });
  const failed = event(106, { kind: 'start-failed', node: ref('2', 2), reason: 'no port' });
  const first = [
    event(101, { kind: 'exited', node: ref('1'), reason: 'killed' }),
    decided(102, 'restart'),
    again(ref('2', 2), ref('1')),
    failed,
  ];
  const { tracking } = follow('kill', [
    ...first,
    again(ref('3', 3), ref('2', 2)),
    event(108, { kind: 'ready', node: ref('3', 3) }),
  ]);
  expect(tracking.ended?.outcome).toBe('restarted');
  expect(tracking.successor).toEqual(ref('3', 3));
  const givesUp = { ...decided(107, 'escalate'), node: ref('2', 2) } as LedgerEvent;
  expect(follow('kill', [...first, givesUp]).tracking.ended?.outcome).toBe('escalated');
});
