// @vitest-environment happy-dom
import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { type ActDocument, OUTCOMES, type Outcome } from '../../protocol/act.ts';
import { PerchError } from '../../protocol/errors.ts';
import { ActCard } from '../../renderer/act/act-card.tsx';
import { type ActRun, act } from '../../renderer/store/acts.ts';

afterEach(() => {
  act.set(null);
  cleanup();
});

const run: ActRun = {
  call: 'c',
  act: 'kill',
  instance: 'i',
  node: { id: '1.0.3', name: '7f3a', lineage: 'app/games/7f3a', incarnation: 2, kind: 'worker' },
  reason: 'why not',
  details: {},
  progress: [{ phase: 'accepted', afterMs: 0, words: 'Accepted.' }],
  ended: null,
  error: null,
};

function ended(outcome: Outcome, more: Partial<ActDocument> = {}): ActRun {
  return {
    ...run,
    ended: {
      call: 'c',
      act: 'kill',
      target: run.node,
      outcome,
      words: 'As the agent says.',
      successor: null,
      affected: [],
      phases: { exitedMs: 1.5, decidedMs: null, startedMs: null, readyMs: null },
      clock: 'agent',
      ...more,
    },
  };
}

const text = () => screen.getByRole('status').textContent;
const isLoud = () => screen.getByRole('status').className.includes('bad');
const phases = () =>
  screen.getAllByRole('listitem').map((item) => item.textContent?.replaceAll('\u202f', ' '));

test('while it runs it shows the phases that were reached, and says the last one', () => {
  act.set({ ...run, progress: [...run.progress, { phase: 'exited', afterMs: 2.4, words: '#2 ended.' }] });
  render(<ActCard />);
  expect(phases()).toEqual(['accepted0 ms', 'exited2.4 ms', 'decided–', 'started–', 'ready–']);
  expect(text()).toBe('#2 ended.');
});

test.each(OUTCOMES)('%s is said in words, loudly when it is no good end', (outcome) => {
  act.set(ended(outcome));
  render(<ActCard />);
  expect(text()).toMatch(/^\S.+\. As the agent says\.$/);
  expect(isLoud()).toBe(!['restarted', 'not-restarted', 'done'].includes(outcome));
});

test('a successor stands in the heading, another clock in the outcome', () => {
  act.set(ended('restarted', { successor: { id: '1.0.9', incarnation: 3 }, clock: 'client' }));
  render(<ActCard />);
  expect(screen.getByRole('heading').textContent).toBe('Kill app/games/7f3a #2 → #3');
  expect(text()).toContain('by this computer’s clock');
});

test('an error shows what to do', () => {
  act.set({ ...run, error: new PerchError('CAPABILITY_MISSING', 'The key may not control') });
  render(<ActCard />);
  expect(screen.getByText('The key may not control')).toBeTruthy();
  expect(screen.getByText(/must grant the capability/)).toBeTruthy();
});
