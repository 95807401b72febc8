import { expect, test } from 'vitest';
import { costLines } from '../../cli/text/cost.ts';
import { paintWith } from '../../cli/text/paint.ts';
import type { Overhead } from '../../protocol/cost.ts';
import { costOfProcess } from '../support/cost-data.ts';

const plain = paintWith(false);
const rates = {
  hubCpuPercent: 0.31,
  mainPercent: 0.02,
  othersPercent: 0,
  bytesInPerS: 80,
  bytesOutPerS: 2048,
};

test('figures, then who is there, then what nobody measures', () => {
  const text = costLines([{ ...costOfProcess(), rates }], 0, plain).join('\n');
  expect(text).toMatch(/^process 4121 {2}agent up /);
  expect(text).toMatch(/agent thread +0\.31% +850 ms +of 5 min of the process/);
  expect(text).toMatch(/main thread +0\.02% +120 ms +at least/);
  expect(text).toMatch(/2 other threads +0\.00% +60\.0 ms +at least/);
  expect(text).toMatch(/heap +8 MB +6 MB used; the process has 86 MB\n +outside it +977 KB +reserved/);
  expect(text).toMatch(/sent +2 KB\/s +2 MB +2 MB with ssh and logins/);
  expect(text).toMatch(/session +ada .*41 calls +2 watches +1 MB sent +3 KB received +this one/);
  expect(text).toMatch(
    /not measured\n {2}the agent's part of the service's heaps: V8 counts a heap as a whole$/,
  );
});

test('the budget, and that it was passed', () => {
  const overhead: Overhead = { budgetPercent: 5, usedPercent: 0.4, sampleMs: 1000, slowedAt: null };
  const line = (changes: Partial<Overhead>) =>
    costLines([{ ...costOfProcess({ overhead: { ...overhead, ...changes } }), rates }], 0, plain).join('\n');
  expect(line({})).toMatch(/budget +0\.40% +5% +sampled every 1 s/);
  const past = line({ usedPercent: 12, sampleMs: 4000, slowedAt: Date.now() - 61_000 });
  expect(past).toMatch(/budget +12% +5% +past it: sampled only every 4 s, for 1 min/);
  expect(costLines([{ ...costOfProcess(), rates }], 0, plain).join('\n')).not.toContain('budget');
});

test('a figure that is not measured is said to be none, and is no zero', () => {
  const cost = costOfProcess({ hub: { ...costOfProcess().hub, cpuMs: null }, network: null });
  const text = costLines([{ ...cost, rates: null }], 0, plain).join('\n');
  expect(text).toMatch(/agent thread +- +not measured/);
  expect(text).not.toContain('with ssh');
});

test('a process whose agent does not answer, and those that were not asked, are named', () => {
  const lines = costLines([{ node: '4130', pid: 4130, why: 'its agent: it took too long' }], 7, plain);
  expect(lines).toEqual([
    'process 4130  not measured: its agent: it took too long',
    '7 more processes with an agent were not asked',
  ]);
});
