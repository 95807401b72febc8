// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, describe, expect, test } from 'vitest';
import type { LedgerEvent } from '../../protocol/ledger.ts';
import { HistoryTab } from '../../renderer/inspect/history/history.tsx';
import { livesOf } from '../../renderer/inspect/history/lives.ts';
import { recoveryTimes, stacked, timeScale } from '../../renderer/inspect/history/recovery-times.ts';
import { observedAt } from '../../renderer/store/desk.ts';
import { Timeline } from '../../renderer/store/timeline.ts';
import { manyRestarts, numbered, shopLedger, shopTree } from '../support/shop-data.ts';

afterEach(cleanup);

const plain = (text: string | null) => (text ?? '').replaceAll(/[\u202f\u00a0]/g, ' ');
const cache = (life = 4) => shopTree({ life }).find(({ name }) => name === 'cache')!;
const app = shopTree().find(({ name }) => name === 'app')!;

function rowsOf(events: LedgerEvent[]) {
  const timeline = new Timeline();
  timeline.add('e1', events);
  return timeline.rows;
}

describe('the lives of a lineage', () => {
  test('follow each other, each with how it ended and how long its successor took', () => {
    const lives = livesOf(rowsOf(shopLedger()), cache());
    expect(lives.map(({ incarnation, end, recoveredMs }) => [incarnation, end?.tone, recoveredMs])).toEqual([
      [1, 'bad', expect.closeTo(3.4, 1)],
      [2, 'bad', expect.closeTo(212, 1)],
      [3, 'asked', expect.closeTo(8.2, 1)],
      [4, undefined, null],
    ]);
    expect(lives.map(({ from, to }) => [from !== null, to !== null])).toEqual([
      [true, true],
      [true, true],
      [true, true],
      [true, false],
    ]);
    // A life begins when its successor was ready.
    expect(lives[1]!.from! - lives[0]!.to!).toBeCloseTo(3.4, 1);
  });

  test('of a ledger that was cut begin with one whose beginning nobody knows', () => {
    const cut = numbered(
      shopLedger().filter(({ kind, node }) => kind !== 'started' || node.incarnation > 1),
      40,
    );
    const [first] = livesOf(rowsOf(cut), cache());
    expect(first).toMatchObject({ incarnation: 1, from: null });
  });

  test('of a ledger that says nothing are the one that the tree shows', () => {
    const node = cache();
    expect(livesOf([], node)).toMatchObject([{ incarnation: 4, from: node.startedAt, to: null }]);
    expect(livesOf([], { ...node, status: 'exited', endedAt: 9 })).toEqual([]);
  });

  test('of an epoch before have ended with it', () => {
    const timeline = new Timeline();
    timeline.add('e1', shopLedger());
    timeline.add(
      'e2',
      numbered([
        { kind: 'started', node: { ...cache(), incarnation: 1 }, previous: null, at: Date.now(), t: 5 },
      ]),
    );
    const lives = livesOf(timeline.rows, { ...cache(), incarnation: 1 });
    expect(lives.map(({ incarnation, to }) => [incarnation, to !== null])).toEqual([
      [1, true],
      [2, true],
      [3, true],
      [4, true],
      [1, false],
    ]);
  });
});

describe('recovery times', () => {
  test('of a worker are its own, of a supervisor all that it decided', () => {
    const rows = rowsOf(shopLedger());
    const own = recoveryTimes(rows, cache(), Date.now());
    expect(own.samplesMs.map((ms) => Math.round(ms * 10) / 10)).toEqual([3.4, 8.2, 212]);
    expect(recoveryTimes(rows, app, Date.now()).samplesMs).toHaveLength(3);
    expect(recoveryTimes(rows, { kind: 'worker', lineage: 'app/db' }, Date.now()).samplesMs).toEqual([]);
  });

  test('have percentiles from twenty on, and count what never came back', () => {
    const few = recoveryTimes(rowsOf(manyRestarts(19)), cache(20), Date.now());
    expect([few.p50, few.p95, few.notRecovered]).toEqual([null, null, 0]);
    const many = recoveryTimes(rowsOf(manyRestarts(40, 3)), cache(41), Date.now());
    expect(many.samplesMs).toHaveLength(37);
    expect(many.notRecovered).toBe(3);
    expect(many.p50).toBe(many.samplesMs[18]);
    expect(many.p95).toBe(many.samplesMs[35]);
  });

  test('do not count as lost what began a moment ago', () => {
    const rows = rowsOf(manyRestarts(3, 1));
    const at = rows.at(-1)!.at;
    expect(recoveryTimes(rows, cache(), at + 500).notRecovered).toBe(0);
    expect(recoveryTimes(rows, cache(), at + 20_000).notRecovered).toBe(1);
  });

  test('stand on an axis from 0, by powers of ten where one is far from the others', () => {
    expect(timeScale([3, 4, 7.9]).ticks).toEqual([0, 5, 10]);
    const wide = timeScale([3.4, 8.2, 212]);
    expect(wide.ticks).toEqual([1, 10, 100, 1000]);
    expect([wide.at(1), wide.at(10), wide.at(1000)]).toEqual([0, expect.closeTo(1 / 3), 1]);
  });

  test('that are alike are stacked', () => {
    expect(stacked([0.1, 0.11, 0.9, 1], 10).map(({ level }) => level)).toEqual([0, 1, 0, 1]);
  });
});

test('the strip tells of the life that the arrows choose, and Enter marks its line', () => {
  observedAt('h').timeline.set(rowsOf(shopLedger()));
  const { container } = render(<HistoryTab instance="h" node={cache()} />);
  const words = () => plain(container.querySelector('.lives-words')!.textContent);
  expect(words()).toMatch(/^#4 has lived 1\d s/);
  const strip = screen.getByRole('listbox', { name: 'Lives of cache' });
  fireEvent.keyDown(strip, { key: 'ArrowLeft' });
  expect(words()).toMatch(/^#3 lived 40 min.*: killed, by ann@laptop; next ready after 8\.2 ms$/);
  fireEvent.keyDown(strip, { key: 'Enter' });
  expect(container.querySelector('.history-item.is-active')?.textContent).toMatch(/killed#3 → #4/);
  expect(screen.getByRole('group', { name: 'Recovery times' }).textContent).toMatch(/3.restarts/);
});
