import { expect, test } from 'vitest';
import { costOf } from '../../../agent/hub/cost/cost.ts';
import { HubTraffic } from '../../../agent/hub/cost/traffic.ts';
import type { Hub } from '../../../agent/hub/hub.ts';
import { GATHER_MS } from '../../../agent/hub/joined-hub.ts';
import type { CostAnswer, ProcessCost } from '../../../protocol/cost.ts';
import { PerchError } from '../../../protocol/errors.ts';
import { LIMITS } from '../../../protocol/limits.ts';
import { costOfProcess } from '../../support/cost-data.ts';

type Call = (name: string, args: object, how: { timeoutMs: number }) => Promise<CostAnswer>;

/** A hub with threads that say they took so long (null: an older probe), and hubs that joined it. */
function hub(threads: [number, number | null][], calls: Call[] = []) {
  const traffic = new HubTraffic();
  const fake = {
    traffic,
    overhead: { answer: () => ({ budgetPercent: 5 }) },
    own: {
      id: '7',
      pid: 7,
      takenByEndedMs: 10,
      threads: new Map(threads.map(([threadId, takenMs]) => [threadId, { pulse: { takenMs } }])),
    },
    joined: new Map(calls.map((call, at) => [`8${at}`, { label: `8${at}`, pid: 80 + at, caller: { call } }])),
  };
  const asking = traffic.open({ key: 'k', name: 'ada' });
  return costOf(fake as unknown as Hub, asking);
}

const own = async (answer: Promise<CostAnswer>) => (await answer).processes[0] as ProcessCost;

test('threads that have ended stay counted; main stands apart', async () => {
  const { threads, sessions } = await own(
    hub([
      [0, 4],
      [1, 2],
      [5, 3],
    ]),
  );
  expect(threads).toEqual({ mainMs: 4, others: 2, othersMs: 15 });
  expect(sessions).toMatchObject([{ author: { name: 'ada' }, isAsking: true }]);
});

test('a probe that does not count makes its figure null, and the reason is there under its name', async () => {
  const { threads, notMeasured } = await own(
    hub([
      [0, null],
      [1, null],
    ]),
  );
  expect(threads).toEqual({ mainMs: null, others: 1, othersMs: null });
  expect(notMeasured.flatMap(({ figure }) => figure ?? [])).toEqual(['threads.mainMs', 'threads.othersMs']);
});

test('joined processes are asked at once and not for long; one that fails is named, those beyond the bound are counted', async () => {
  const asked: number[] = [];
  const answers: Call = async (_, __, { timeoutMs }) => {
    asked.push(timeoutMs);
    return { processes: [costOfProcess({ node: '80' })], more: 0 };
  };
  const fails: Call = async () => {
    throw new PerchError('UNKNOWN_CALL', 'There is no call "cost"');
  };
  const { processes, more } = await hub(
    [[0, 1]],
    [answers, fails, ...Array.from({ length: LIMITS.maxCostProcesses }, () => answers)],
  );
  expect(more).toBe(2);
  expect(processes).toHaveLength(1 + LIMITS.maxCostProcesses);
  expect(processes[1]).toMatchObject({ node: '80', hub: { cpuMs: 850 } });
  expect(processes[2]).toEqual({ node: '81', pid: 81, why: 'its agent: There is no call "cost"' });
  expect(new Set(asked)).toEqual(new Set([GATHER_MS]));
});
