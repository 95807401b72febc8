import { expect, test } from 'vitest';
import type { SupervisorFacts } from '../../protocol/tree.ts';
import { budgetNow } from '../../renderer/inspect/supervisor/budget.ts';

const facts = (fields: Partial<SupervisorFacts>): SupervisorFacts => ({
  strategy: 'one_for_one',
  intensity: 5,
  periodMs: 10_000,
  restartsInPeriod: 0,
  nextRefillAt: null,
  ...fields,
});

test('all of it is there while nothing was restarted', () => {
  expect(budgetNow(facts({}), 0)).toEqual({
    left: 5,
    of: 5,
    refill: null,
    refillInMs: null,
    severity: 'ok',
  });
});

test('the next one comes back little by little, and is there at its time without a new sample', () => {
  const spent = facts({ restartsInPeriod: 2, nextRefillAt: 50_000 });
  expect(budgetNow(spent, 45_000)).toMatchObject({ left: 3, refill: 0.5, refillInMs: 5000 });
  expect(budgetNow(spent, 50_000)).toMatchObject({ left: 4, refill: null, refillInMs: null });
  expect(budgetNow(spent, 99_000)).toMatchObject({ left: 4 });
});

test.each([
  [5, 1, 'ok'],
  [5, 3, 'ok'],
  [5, 4, 'warn'],
  [5, 5, 'bad'],
  [1, 0, 'ok'],
  [1, 1, 'bad'],
  [2, 1, 'warn'],
  [1000, 700, 'ok'],
  [1000, 800, 'warn'],
  [0, 0, 'ok'],
  [5, 6, 'bad'],
] as const)('of %i, %i spent is %s', (intensity, restartsInPeriod, severity) => {
  expect(budgetNow(facts({ intensity, restartsInPeriod, nextRefillAt: 1e12 }), 0).severity).toBe(severity);
});

test('an agent that says nothing of refills shows what is left, and never less than nothing', () => {
  const { left, refill } = budgetNow(facts({ restartsInPeriod: 9, nextRefillAt: undefined }), 0);
  expect([left, refill]).toEqual([0, null]);
});
