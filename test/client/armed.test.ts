import { describe, expect, it } from 'vitest';
import { Armed } from '../../client/armed.ts';
import { PerchError } from '../../protocol/errors.ts';
import type { Arming, LedgerEvent } from '../../protocol/ledger.ts';
import { EPOCH, ManualClock, settle } from './manual-clock.ts';
import { ScriptedSession } from './scripted-session.ts';

const me = { key: 'local', name: '' };
const bob = { key: 'SHA256:bob', name: 'bob@desk' };
const root = { id: '4121', lineage: 'process:t', incarnation: 1 };

const arming = (author: Arming['author'], forMs: number): Arming => ({
  author,
  reason: 'a drill',
  since: EPOCH,
  until: EPOCH + forMs,
});
const armedEvent = ({ author, reason, until }: Arming, at = EPOCH) =>
  ({ seq: 1, at, t: 0, kind: 'armed', node: root, author, reason, until }) as LedgerEvent;
const disarmedEvent = ({ author, until }: Arming, why: 'asked' | 'time' | 'session') =>
  ({ seq: 2, at: EPOCH, t: 0, kind: 'disarmed', node: root, author, why, until }) as LedgerEvent;

function lab() {
  const clock = new ManualClock();
  const changes: unknown[] = [];
  const armed: Armed = new Armed(clock, () => changes.push(armed.mine));
  const session = new ScriptedSession();
  armed.greeted(session);
  return { clock, armed, session, changes };
}

async function arm({ armed, session }: Pick<ReturnType<typeof lab>, 'armed' | 'session'>, forMs: number) {
  const asked = armed.arm(session, 'a drill', forMs);
  session.last('arm').answer({ arming: arming(me, forMs) });
  return asked;
}

describe('this side', () => {
  it('is armed until its time is over', async () => {
    const { clock, armed, session } = lab();
    expect(armed.left()).toBeNull();
    expect(await arm({ armed, session }, 60_000)).toMatchObject({ until: EPOCH + 60_000 });
    await clock.turn(59_000);
    expect(armed.left()).toEqual({ reason: 'a drill', forMs: 1000 });
    await clock.turn(1000);
    expect([armed.mine, armed.left()]).toEqual([null, null]);
  });

  it('is armed again on the session after a lost one, for what is left', async () => {
    const { clock, armed, session } = lab();
    await arm({ armed, session }, 60_000);
    await clock.turn(20_000);
    session.lose();
    expect(armed.mine).not.toBeNull();
    const next = new ScriptedSession();
    armed.greeted(next);
    expect(next.last('arm').args).toEqual({ reason: 'a drill', forMs: 40_000 });
    next.last('arm').answer({ arming: arming(me, 60_000) });
    await settle();
    expect(armed.left()).toEqual({ reason: 'a drill', forMs: 40_000 });
  });

  it('is not armed again when its time ran out meanwhile, and no longer when the agent refuses it', async () => {
    const { clock, armed, session } = lab();
    await arm({ armed, session }, 1000);
    session.lose();
    await clock.turn(1000);
    const next = new ScriptedSession();
    armed.greeted(next);
    expect(next.calls).toEqual([]);
    await arm({ armed, session: next }, 5000);
    const third = new ScriptedSession();
    armed.greeted(third);
    third.last('arm').refuse(new PerchError('CAPABILITY_MISSING', 'no longer'));
    await settle();
    expect(armed.mine).toBeNull();
  });

  it('is read-only from disarm on, whether or not the agent can be told', async () => {
    const { armed, session } = lab();
    await arm({ armed, session }, 60_000);
    const told = armed.disarm(session);
    expect(armed.mine).toBeNull();
    session.last('disarm').answer(null);
    await told;
    await arm({ armed, session }, 60_000);
    await armed.disarm(null);
    expect(armed.mine).toBeNull();
  });
});

describe('others', () => {
  it('are those of the greeting and of the ledger since, without this side', async () => {
    const clock = new ManualClock();
    const armed = new Armed(clock, () => {});
    const session = new ScriptedSession();
    session.hello.armed.push(arming(bob, 60_000));
    armed.greeted(session);
    expect(armed.others).toEqual([arming(bob, 60_000)]);
    await arm({ armed, session }, 30_000);
    armed.heard([armedEvent(arming(me, 30_000)), armedEvent(arming(bob, 90_000))]);
    expect(armed.others).toEqual([arming(bob, 60_000), arming(bob, 90_000)]);
    armed.heard([disarmedEvent(arming(bob, 60_000), 'asked')]);
    expect(armed.others).toEqual([arming(bob, 90_000)]);
    await clock.turn(90_000);
    expect(armed.others).toEqual([]);
  });

  it('an old ledger, read from its beginning, adds nobody who was disarmed since', () => {
    const { armed } = lab();
    armed.heard([armedEvent(arming(bob, 60_000)), disarmedEvent(arming(bob, 60_000), 'session')]);
    expect(armed.others).toEqual([]);
  });

  it('another session of the same key is another', async () => {
    const { armed, session } = lab();
    await arm({ armed, session }, 30_000);
    armed.heard([armedEvent(arming(me, 30_000)), armedEvent(arming(me, 45_000))]);
    expect(armed.others).toEqual([arming(me, 45_000)]);
    armed.heard([disarmedEvent(arming(me, 45_000), 'time')]);
    expect(armed.mine).not.toBeNull();
    armed.heard([disarmedEvent(arming(me, 30_000), 'time')]);
    expect(armed.mine).toBeNull();
  });
});
