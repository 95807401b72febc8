import { expect, test } from 'vitest';
import { type ProcessCost, ratesBetween } from '../../protocol/cost.ts';
import { costOfProcess } from '../support/cost-data.ts';

const before = costOfProcess();
const later = (changes: Partial<ProcessCost>): ProcessCost => ({ ...before, t: before.t + 2000, ...changes });

test('rates are differences over the time between two answers', () => {
  const after = later({
    hub: { ...before.hub, cpuMs: before.hub.cpuMs! + 20 },
    threads: { ...before.threads, mainMs: before.threads.mainMs! + 2 },
    total: { ...before.total, bytesIn: before.total.bytesIn + 100, bytesOut: before.total.bytesOut + 4000 },
  });
  expect(ratesBetween(before, after)).toEqual({
    hubCpuPercent: 1,
    mainPercent: 0.1,
    othersPercent: 0,
    bytesInPerS: 50,
    bytesOutPerS: 2000,
  });
});

test('what is not measured has no rate', () => {
  const unknown = { ...before, hub: { ...before.hub, cpuMs: null } };
  expect(ratesBetween(unknown, later({}))).toMatchObject({ hubCpuPercent: null, bytesInPerS: 0 });
});

test('there is none over a new hub, which counts from nothing, nor over no time', () => {
  expect(ratesBetween(before, later({ hubStartedAt: before.hubStartedAt + 1 }))).toBeNull();
  expect(ratesBetween(before, before)).toBeNull();
});
