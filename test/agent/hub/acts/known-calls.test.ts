import { expect, test } from 'vitest';
import { KnownCalls } from '../../../../agent/hub/acts/known-calls.ts';
import type { ActDocument, Outcome } from '../../../../protocol/act.ts';
import { PerchError } from '../../../../protocol/errors.ts';

const asked = { act: 'kill', call: 'c', node: '1.0.2', epoch: 'e' } as const;
const document = (outcome: Outcome): ActDocument => ({
  call: 'c',
  act: 'kill',
  target: { id: '1.0.2', lineage: 'app/a', incarnation: 1 },
  outcome,
  words: '',
  successor: null,
  affected: [],
  phases: { exitedMs: null, decidedMs: null, startedMs: null, readyMs: null },
  clock: 'agent',
});

test('one id acts once, also while the first is under way', async () => {
  const known = new KnownCalls();
  let times = 0;
  const perform = async () => {
    times++;
    return document('restarted');
  };
  const first = known.once(asked, 'app/a', perform);
  expect(known.has('c')).toBe(true);
  expect(await known.once(asked, 'app/a', perform)).toBe(await first);
  expect(await known.once({ ...asked, node: '1.0.9' }, 'app/a', perform)).toBe(await first);
  expect(times).toBe(1);
  await expect(known.once({ ...asked, act: 'stop' }, 'app/a', perform)).rejects.toMatchObject({
    code: 'BAD_CALL',
  });
});

test('what was refused, or could not be looked at, may be asked for again and is done then', async () => {
  const known = new KnownCalls();
  expect(await known.once(asked, null, async () => document('refused'))).toMatchObject({
    outcome: 'refused',
  });
  expect(known.has('c')).toBe(false);
  const thrown = new PerchError('NO_SUCH_NODE', 'none');
  await expect(known.once(asked, null, () => Promise.reject(thrown))).rejects.toBe(thrown);
  expect(known.has('c')).toBe(false);
  expect(await known.once(asked, null, async () => document('done'))).toMatchObject({ outcome: 'done' });
  expect(known.has('c')).toBe(true);
});
