// @vitest-environment happy-dom
import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { IpcAnswer } from '../../electron/ipc.ts';
import type { CostAnswer } from '../../protocol/cost.ts';
import { CostSheet } from '../../renderer/cost/cost-sheet.tsx';
import { costLines } from '../../renderer/cost/figures.ts';
import { useInterface } from '../../renderer/store/interface.ts';
import { costOfProcess } from '../support/cost-data.ts';

let answers: IpcAnswer<CostAnswer>[];
let asked: number;

beforeEach(() => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  asked = 0;
  window.perch = {
    call: async () => answers[Math.min(asked++, answers.length - 1)] as never,
    onPush: () => {},
  };
  useInterface.setState({ instance: 'i', isCostOpen: true });
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
  useInterface.setState({ instance: null, isCostOpen: false });
});

const ok = (...processes: CostAnswer['processes']): IpcAnswer<CostAnswer> => ({
  ok: true,
  value: { processes, more: 0 },
});

function later() {
  const cost = costOfProcess();
  return costOfProcess({
    t: cost.t + 1000,
    hub: { ...cost.hub, cpuMs: cost.hub.cpuMs! + 3.1 },
    total: { ...cost.total, bytesOut: cost.total.bytesOut + 2048 },
  });
}

const row = (name: string) => screen.getByRole('row', { name: new RegExp(`^${name}`) }).textContent;

test('totals at once, rates with the second answer, asked only for as long as it is open', async () => {
  answers = [ok(costOfProcess()), ok(later())];
  render(<CostSheet />);
  await vi.waitFor(() => expect(row('Agent’s own thread')).toContain('850\u202fms'));
  expect(row('Agent’s own thread')).not.toContain('%');
  await vi.advanceTimersByTimeAsync(1000);
  await vi.waitFor(() => expect(row('Agent’s own thread')).toContain('0.31\u202f%'));
  expect(row('Sent')).toContain('2.0\u202fKB/s');
  expect(row('ada')).toContain('this window');
  const until = asked;
  cleanup();
  await vi.advanceTimersByTimeAsync(5000);
  expect(asked).toBe(until);
});

test('past its budget it says so, and how seldom it looks', async () => {
  const overhead = { budgetPercent: 5, usedPercent: 12.4, sampleMs: 4000, slowedAt: 1 };
  answers = [ok(costOfProcess({ overhead }))];
  render(<CostSheet />);
  await vi.waitFor(() => expect(row('Budget')).toContain('past it: sampled only every 4.0\u202fs'));
  expect(row('Budget')).toContain('12\u202f%5\u202f%');
});

test('what is not measured is told with its reason, where the figure would be', async () => {
  const why = 'Node 20 tells no thread’s time';
  const cost = costOfProcess();
  answers = [
    ok(
      costOfProcess({
        hub: { ...cost.hub, cpuMs: null },
        notMeasured: [{ figure: 'hub.cpuMs', what: 'cpu', why }, ...cost.notMeasured],
      }),
      { node: '4130', pid: 4130, why: 'its agent: it took too long' },
    ),
  ];
  render(<CostSheet />);
  await vi.waitFor(() => expect(row('Agent’s own thread')).toContain(`not measured: ${why}`));
  expect(row('Process 4130')).toBe('Process 4130not measured: its agent: it took too long');
  expect(screen.getByText('V8 counts a heap as a whole')).toBeTruthy();
});

test('an agent that does not answer any more leaves its last figures, and says so', async () => {
  const error = { code: 'CONNECTION_LOST' as const, message: 'The connection was lost', facts: {} };
  answers = [ok(costOfProcess()), { ok: false, error }];
  render(<CostSheet />);
  await vi.waitFor(() => expect(row('Agent’s heap')).toContain('MB'));
  await vi.advanceTimersByTimeAsync(1000);
  await vi.waitFor(() => expect(screen.getByText('The connection was lost')).toBeTruthy());
  expect(row('Agent’s heap')).toContain('MB');
});

test('a process that listens nowhere has no bytes with ssh, and one without other threads no line for them', () => {
  const names = costLines(
    costOfProcess({ network: null, threads: { mainMs: 1, others: 0, othersMs: 0 } }),
    null,
  );
  expect(names.map(({ name }) => name)).toEqual([
    'Agent’s own thread',
    'Main thread',
    'Agent’s heap',
    'Outside that heap',
    'Sent',
    'Received',
  ]);
  expect(names.at(-1)!.beside).toBe('');
});

test('processes with an agent of their own are a line each, however many; what they do not measure is said', async () => {
  const child = costOfProcess({ node: '4130', pid: 4130 });
  const old = costOfProcess({
    node: '4131',
    threads: { mainMs: null, others: 0, othersMs: 0 },
    notMeasured: [{ figure: 'threads.mainMs', what: 'time of the main thread', why: 'an older agent' }],
  });
  answers = [{ ok: true, value: { processes: [costOfProcess(), child, old], more: 7 } }];
  render(<CostSheet />);
  await vi.waitFor(() => expect(row('Process 4130')).toContain('850\u202fms'));
  expect(row('Process 4131')).toContain('not measured');
  expect(screen.getByText('an older agent')).toBeTruthy();
  expect(screen.getByText(/^9 processes with it$/)).toBeTruthy();
  expect(row('and 7 more')).toContain('not asked');
});
