import { expect, it } from 'vitest';
import { runAct } from '../../client/act.ts';
import { callMadeAt, isOfOtherEpoch, newCall } from '../../client/act-call.ts';
import { EPOCH, ManualClock } from './manual-clock.ts';
import { nodeOf, ScriptedSession, snapshotOf } from './scripted-session.ts';

it('a call says of which epoch it is and when it was made; an id that somebody chose says neither', () => {
  const call = newCall('e1', EPOCH);
  expect(call).toMatch(/^e1\.[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  expect(newCall('e1', EPOCH)).not.toBe(call);
  expect(callMadeAt(call)).toBe(EPOCH);
  expect(newCall('e'.repeat(64), EPOCH)).toHaveLength(64);
  expect(isOfOtherEpoch(call, 'e2')).toBe(true);
  expect(callMadeAt('deploy-17')).toBeNull();
  // As they were made before.
  expect(callMadeAt('e1.9b2a3c44-1f70-4c0a-9d43-2f1e0a5b6c7d')).toBeNull();
});

it.each([
  ['before the call was made', -5000, 'gone'],
  ['after the call was made', 5000, 'restarted'],
])(
  'who repeats a call to a new agent is told of a successor that started %s: %d ms',
  async (_, ms, outcome) => {
    const clock = new ManualClock();
    const call = newCall('e1', clock.now());
    await clock.turn(10_000);
    const session = new ScriptedSession({ epoch: 'e2' });
    const target = nodeOf('4121.0.17', { parent: '4121.0.2', lineage: 'app/games/7f3a', incarnation: 1 });
    const arm = { reason: 'why', forMs: 900_000, isArmed: true };
    const request = { act: 'kill', call, node: target, epoch: 'e1', reason: 'why' } as const;
    const done = runAct(
      request,
      { session, connect: () => Promise.reject(new Error('not asked for')), arm },
      { clock },
    );
    const root = nodeOf('4121', { kind: 'process' });
    const next = nodeOf('4121.0.18', { lineage: target.lineage, incarnation: 2, startedAt: EPOCH + ms });
    session
      .last('watch-tree')
      .event({ snapshot: { ...snapshotOf([root, next], { epoch: 'e2' }), at: clock.now() } });
    expect(await done).toMatchObject({ outcome });
  },
);
