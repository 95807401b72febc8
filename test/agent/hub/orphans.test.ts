import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Orphans, orphanWords } from '../../../agent/hub/orphans.ts';
import type { LedgerFact } from '../../../protocol/ledger.ts';
import { LIMITS } from '../../../protocol/limits.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

const node = { id: '20', lineage: 'process:child', incarnation: 1 };
const process_ = (pid: number) => ({ pid, startTicks: 100, command: `sleep ${pid}` });

function follow(...pids: number[]) {
  const alive = new Set(pids);
  const facts: LedgerFact[] = [];
  const orphans = new Orphans(
    (fact) => facts.push(fact),
    ({ pid }) => alive.has(pid),
  );
  orphans.follow(node, pids.map(process_));
  return { alive, facts, orphans };
}

test('what ends with it or soon after is not spoken of', async () => {
  const { alive, facts, orphans } = follow(30, 40);
  const left = orphans.below(node);
  await vi.advanceTimersByTimeAsync(LIMITS.orphanMs / 2);
  alive.clear();
  await vi.advanceTimersByTimeAsync(LIMITS.orphanMs);
  expect([await left, facts]).toEqual([[], []]);
});

test('what still runs is reported once, first, with what has ended beside it', async () => {
  const { alive, facts, orphans } = follow(30, 40);
  alive.delete(30);
  await vi.advanceTimersByTimeAsync(2 * LIMITS.orphanMs);
  const processes = [
    { pid: 40, command: 'sleep 40', isRunning: true },
    { pid: 30, command: 'sleep 30', isRunning: false },
  ];
  expect(facts).toEqual([{ kind: 'orphans', node, processes }]);
  expect(await orphans.below(node)).toEqual([process_(40)]);
  expect(await orphans.below({ ...node, id: '1.0.2', lineage: 'process' })).toEqual([]);
});

test('a supervisor’s act asks for those of all below it, and many are cut', async () => {
  const { facts, orphans } = follow(...Array.from({ length: 80 }, (_, at) => at + 100));
  orphans.follow({ id: '1.0.3', lineage: 'app/pool/keeper', incarnation: 2 }, []);
  await vi.advanceTimersByTimeAsync(2 * LIMITS.orphanMs);
  expect(facts[0]).toMatchObject({ processes: { length: LIMITS.maxOrphans } });
  const left = await orphans.below({ id: '20', lineage: 'app/pool', incarnation: 1 });
  expect(orphanWords(left)).toBe(
    '; it leaves processes 100 (sleep 100), 101 (sleep 101), 102 (sleep 102) and 77 more running',
  );
  expect(orphanWords([])).toBe('');
});
