import { expect, test } from 'vitest';
import { FleetCheck } from '../../../client/check/fleet-check.ts';
import { Instance } from '../../../client/instance.ts';
import { PerchError } from '../../../protocol/errors.ts';
import type { TreeNode } from '../../../protocol/tree.ts';
import { snapshotOf } from '../../support/tree-data.ts';
import { EPOCH, ManualClock, settle } from '../manual-clock.ts';
import { ScriptedSession } from '../scripted-session.ts';
import { thread } from './seen.ts';

const place = { name: 'fra-1', region: 'fra', service: 'shop', environment: 'production', address: 'h:1' };

function lab(...outcomes: (ScriptedSession | PerchError)[]) {
  const clock = new ManualClock();
  const instance = new Instance({
    key: 'production/fra-1',
    place,
    clock,
    random: () => 1,
    async connect() {
      const outcome = outcomes.shift() ?? new PerchError('CONNECT_FAILED', 'nobody there');
      if (outcome instanceof PerchError) throw outcome;
      return outcome;
    },
  });
  return { clock, instance: instance.start() };
}

const full = (share: number): TreeNode =>
  thread({
    parent: null,
    metrics: { heapUsedBytes: share * 2 ** 31, heapLimitBytes: 2 ** 31 + 48 * 2 ** 20 },
  });

test('where nothing tells since when, it is since it was first seen, whatever else is found', async () => {
  const session = new ScriptedSession();
  const { instance } = lab(session);
  await settle();
  const { event } = session.last('watch-tree');
  const check = new FleetCheck();
  event({ snapshot: snapshotOf([full(0.9)], 'e', 1) });
  expect(check.look([instance], 1000)).toMatchObject([{ rule: 'heap', since: 1000, severity: 'warning' }]);
  event({ delta: { from: 1, revision: 2, at: 0, changes: [['+', full(0.97)]] } });
  // Not looked at again so soon.
  expect(check.look([instance], 1200)).toMatchObject([{ severity: 'warning' }]);
  expect(check.look([instance], 1500)).toMatchObject([{ since: 1000, severity: 'failed' }]);
  event({ delta: { from: 2, revision: 3, at: 0, changes: [['+', full(0.82)]] } });
  expect(check.look([instance], 2000)).toMatchObject([{ since: 1000, severity: 'warning' }]);
  event({ delta: { from: 3, revision: 4, at: 0, changes: [['+', full(0.5)]] } });
  expect(check.look([instance], 2500)).toEqual([]);
  event({ delta: { from: 4, revision: 5, at: 0, changes: [['+', full(0.82)]] } });
  expect(check.look([instance], 3000)).toEqual([]);
  instance.close();
});

test('a new state is seen at once, and its time is of the first failure, whatever is tried since', async () => {
  const session = new ScriptedSession();
  const { clock, instance } = lab(session);
  await settle();
  const check = new FleetCheck();
  session.last('watch-tree').event({ snapshot: snapshotOf([full(0.1)], 'e', 1) });
  expect(check.look([instance], EPOCH)).toEqual([]);
  session.lose(new PerchError('CONNECTION_LOST', 'it went'));
  await settle();
  expect(check.look([instance], EPOCH + 1)).toMatchObject([
    { rule: 'gone', since: EPOCH, sentence: 'It was there and no longer answers: it went' },
  ]);
  await clock.turn(60_000);
  expect(check.look([instance], EPOCH + 60_000)).toMatchObject([{ rule: 'gone', since: EPOCH }]);
  expect(instance.failing).toMatchObject({ since: EPOCH });
  instance.close();
});
