import { expect, test } from 'vitest';
import { blankNode } from '../../../../agent/hub/blank-node.ts';
import { Rates, RestartRates } from '../../../../agent/hub/node-list/rates.ts';
import type { Metrics, TreeNode } from '../../../../protocol/tree.ts';

const NOT_YET = { memoryPerS: null, backlogPerS: null };

function node(id: string, fields: Partial<TreeNode> = {}): TreeNode {
  return { ...blankNode(1), id, ...fields };
}

test('a figure changes over the time between its own two samples', () => {
  const rates = new Rates();
  const worker = node('1.0.1', { metrics: { backlog: 10, heapUsedBytes: 1000 } });
  expect(rates.look(worker, 0)).toEqual(NOT_YET);
  worker.metrics = { backlog: 40, heapUsedBytes: 500 };
  expect(rates.look(worker, 2000)).toMatchObject({ backlogPerS: 15, memoryPerS: -250 });
});

test('who looks between two samples is told the rate of the last', () => {
  const rates = new Rates();
  const worker = node('1.0.1', { metrics: { backlog: 0 } });
  const look = (metrics: Metrics, now: number) => {
    worker.metrics = metrics;
    return rates.look(worker, now).backlogPerS;
  };
  expect(look({ backlog: 0 }, 0)).toBeNull();
  expect(look({ backlog: 8 }, 1000)).toBe(8);
  expect(look({ backlog: 9 }, 1100)).toBe(8);
  expect(look({ backlog: 12 }, 2000)).toBe(4);
});

test('a sample that did not come yet is awaited; what never comes anew has not changed', () => {
  const rates = new Rates();
  const thread = node('1.0', { metrics: { heapUsedBytes: 100 } });
  rates.look(thread, 0);
  thread.metrics = { heapUsedBytes: 300 };
  expect(rates.look(thread, 1000).memoryPerS).toBe(200);
  expect(rates.look(thread, 2000).memoryPerS).toBe(200);
  thread.metrics = { heapUsedBytes: 600 };
  expect(rates.look(thread, 2900).memoryPerS).toBeCloseTo(300 / 1.9);
  expect(rates.look(thread, 4900).memoryPerS).toBe(0);
});

test('a figure that is not known has no rate', () => {
  const rates = new Rates();
  const process_ = node('1', { metrics: { rssBytes: 1 } });
  rates.look(process_, 0);
  process_.metrics = { rssBytes: 1001, cpuPercent: 3 };
  expect(rates.look(process_, 1000)).toMatchObject({ memoryPerS: 1000, backlogPerS: null });
  expect(rates.look(node('1.0.1'), 1000)).toEqual(NOT_YET);
});

test('restarts are counted by lineage, since the one before is another node', () => {
  const rates = new RestartRates();
  const look = (now: number, ...nodes: TreeNode[]) => {
    const pass = rates.begin(now);
    const found = nodes.map((each) => pass.look(each));
    pass.end();
    return found;
  };
  const life = (serial: number, lineage: string, restarts: number) =>
    node(`1.0.${serial}`, { kind: 'worker', lineage, restarts });
  expect(look(0, life(1, 'app/a', 3), life(2, 'app/b', 0))).toEqual([null, null]);
  expect(look(100, life(1, 'app/a', 3))).toEqual([null]);
  expect(look(1000, life(3, 'app/a', 5), life(4, 'app/b', 1), life(5, 'app/c', 0))).toEqual([2, 1, 0]);
  expect(look(1100, life(3, 'app/a', 6))).toEqual([2]);
  expect(look(3000, life(6, 'app/a', 6), life(4, 'app/b', 1))).toEqual([0.5, 0]);
});

test('two processes with the same lineages do not share their restarts', () => {
  const rates = new RestartRates();
  const here = node('1.0.1', { lineage: 'app/a', restarts: 9 });
  const there = node('2.0.1', { lineage: 'app/a', restarts: 1 });
  for (const now of [0, 1000]) {
    const pass = rates.begin(now);
    const found = [pass.look(here), pass.look(there)];
    pass.end();
    if (now > 0) expect(found).toEqual([0, 0]);
  }
});
