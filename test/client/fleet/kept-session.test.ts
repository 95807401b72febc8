import { expect, test } from 'vitest';
import { KeptSession } from '../../../client/fleet/kept-session.ts';
import type { Connect } from '../../../client/instance.ts';
import { PerchError } from '../../../protocol/errors.ts';
import { aNodesAnswer } from '../../support/node-list-data.ts';
import { ManualClock } from '../manual-clock.ts';
import { ScriptedSession } from '../scripted-session.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

function kept(connect: Connect) {
  const clock = new ManualClock();
  const { signal } = new AbortController();
  return { clock, session: new KeptSession(connect, { signal, timeoutMs: 1000, clock, random: () => 1 }) };
}

test('one session serves all its questions, and is closed with it', async () => {
  const scripted = new ScriptedSession();
  let connects = 0;
  const { session } = kept(async () => {
    connects++;
    return scripted;
  });
  for (const epoch of ['e1', 'e2']) {
    const asked = session.nodes({ limit: 3 });
    await turn();
    scripted.last('nodes').answer(aNodesAnswer(epoch));
    expect((await asked).epoch).toBe(epoch);
  }
  expect(connects).toBe(1);
  expect(scripted.last('nodes').args).toEqual({ limit: 3 });
  session.close();
  expect(scripted.isClosed).toBe(true);
});

test('a lost session is made again, and no sooner than after a while', async () => {
  const sessions = [new ScriptedSession(), new ScriptedSession()];
  let connects = 0;
  const { session, clock } = kept(async () => sessions[connects++]!);
  const lost = session.nodes({});
  await turn();
  sessions[0]!.lose();
  await expect(lost).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
  await expect(session.nodes({})).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
  expect(connects).toBe(1);
  await clock.turn(1000);
  const again = session.nodes({});
  await turn();
  sessions[1]!.last('nodes').answer(aNodesAnswer('e2'));
  expect((await again).epoch).toBe('e2');
});

test('one that refuses, or whose agent is older than the call, is not asked again', async () => {
  let connects = 0;
  const refused = kept(async () => {
    connects++;
    throw new PerchError('HOST_KEY_CHANGED', 'another key');
  });
  const scripted = new ScriptedSession();
  const old = kept(async () => scripted);
  const first = old.session.nodes({});
  await turn();
  scripted.last('nodes').refuse(new PerchError('UNKNOWN_CALL', 'There is no call "nodes"'));
  await expect(first).rejects.toMatchObject({ code: 'UNKNOWN_CALL' });
  await expect(refused.session.nodes({})).rejects.toMatchObject({ code: 'HOST_KEY_CHANGED' });
  for (const { session, clock } of [refused, old]) {
    await clock.turn(60_000);
    await expect(session.nodes({})).rejects.toBeInstanceOf(PerchError);
  }
  expect(connects).toBe(1);
  expect(scripted.calls).toHaveLength(1);
});
