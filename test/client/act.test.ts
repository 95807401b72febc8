import { describe, expect, it } from 'vitest';
import { runAct } from '../../client/act.ts';
import { newCall } from '../../client/act-call.ts';
import type { ActRequest, ArmFor } from '../../client/act-request.ts';
import type { ActDocument, ActProgress, AuditHead } from '../../protocol/act.ts';
import { PerchError } from '../../protocol/errors.ts';
import type { TreeChange } from '../../protocol/tree.ts';
import { ManualClock, settle } from './manual-clock.ts';
import { nodeOf, ScriptedSession, snapshotOf } from './scripted-session.ts';

const worker = nodeOf('4121.0.17', { parent: '4121.0.2', lineage: 'app/games/7f3a', incarnation: 2 });
const root = nodeOf('4121', { kind: 'process', lineage: 'process:tictactoe' });
const none = new PerchError('CONNECT_FAILED', 'refused');
const lost = new PerchError('CONNECTION_LOST', 'lost');

/** An act under way on a first session; later connections give `outcomes` one after another. */
function lab(request: Partial<ActRequest>, ...outcomes: (ScriptedSession | PerchError)[]) {
  return labOn({ reason: 'why', forMs: 900_000, isArmed: true }, request, ...outcomes);
}

function labOn(arm: ArmFor, request: Partial<ActRequest>, ...outcomes: (ScriptedSession | PerchError)[]) {
  const clock = new ManualClock();
  const first = new ScriptedSession();
  const steps: ActProgress[] = [];
  const kept: AuditHead[] = [];
  const cancel = new AbortController();
  let tries = 0;
  const done = runAct(
    { act: 'kill', node: worker, epoch: 'e1', reason: 'why', ...request },
    {
      session: first,
      async connect() {
        tries++;
        const outcome = outcomes.shift() ?? none;
        if (outcome instanceof PerchError) throw outcome;
        return outcome;
      },
      arm,
    },
    {
      clock,
      random: () => 1,
      signal: cancel.signal,
      onProgress: (step) => steps.push(step),
      keep: async (_, head) => void kept.push(head),
    },
  );
  // The test looks at it later; until then a rejection is no accident.
  done.catch(() => {});
  return { clock, first, steps, kept, cancel, done, tries: () => tries };
}

const restarted: ActDocument = {
  call: 'c',
  act: 'kill',
  target: { id: '4121.0.17', lineage: 'app/games/7f3a', incarnation: 2 },
  outcome: 'restarted',
  words: 'its supervisor restarted it',
  successor: { id: '4121.0.18', incarnation: 3 },
  affected: [],
  phases: { exitedMs: 1, decidedMs: 1, startedMs: 2, readyMs: 3 },
  clock: 'agent',
};
const accepted: ActProgress = { phase: 'accepted', afterMs: 0, words: 'accepted' };

describe('an act', () => {
  it("is the agent's document, with its phases as they come", async () => {
    const { first, steps, done } = lab({ call: 'c', timeoutMs: 500 });
    const call = first.last('act');
    expect(call.args).toEqual({
      act: 'kill',
      call: 'c',
      node: '4121.0.17',
      epoch: 'e1',
      reason: 'why',
      timeoutMs: 500,
    });
    call.event(accepted);
    call.answer(restarted);
    expect(await done).toBe(restarted);
    expect(steps).toEqual([accepted]);
    expect(first.isClosed).toBe(false);
  });

  it('makes its call id when none is given', async () => {
    const { first } = lab({});
    expect(first.last('act').args.call).toMatch(/^e1\.[0-9a-f-]{36}$/);
  });

  it('that was made in an earlier epoch is gone, and never acts on what came after', async () => {
    const made = lab({}).first.last('act').args.call as string;
    const { first, done } = lab({ call: made, epoch: 'e2' });
    expect(await done).toMatchObject({ call: made, outcome: 'gone', error: { code: 'GONE' } });
    expect(first.calls).toEqual([]);
    expect(lab({ call: made }).first.last('act').args.call).toBe(made);
  });

  it('is asked again under the same id after a lost connection, so it acts once', async () => {
    const second = new ScriptedSession();
    const { clock, first, done, tries } = lab({}, none, second);
    first.last('act').event(accepted);
    first.lose(lost);
    await clock.turn(1000);
    expect(tries()).toBe(2);
    expect(second.last('act').args).toEqual(first.last('act').args);
    second.last('act').answer(restarted);
    expect(await done).toBe(restarted);
    expect(second.isClosed).toBe(true);
  });

  it('on the root process ends when a new epoch has it running, on the clock of the client', async () => {
    const second = new ScriptedSession({ epoch: 'e2' });
    const { clock, first, steps, done } = lab({ node: root, call: 'c' }, none, second);
    await clock.turn(30);
    first.last('act').event(accepted);
    await clock.turn(10);
    first.lose(lost);
    await clock.turn(250);
    const next = nodeOf('5000', { kind: 'process', status: 'starting' });
    second.last('watch-tree').event({ snapshot: snapshotOf([next], { epoch: 'e2' }) });
    await clock.turn(100);
    second
      .last('watch-tree')
      .event({ delta: { from: 1, revision: 2, at: 0, changes: [['~', '5000', { status: 'running' }]] } });
    expect(await done).toMatchObject({
      call: 'c',
      outcome: 'restarted',
      clock: 'client',
      target: { id: '4121' },
      successor: { id: '5000', incarnation: 1 },
      phases: { exitedMs: 10, decidedMs: null, startedMs: 260, readyMs: 360 },
    });
    expect(steps.map(({ phase }) => phase)).toEqual(['accepted', 'exited', 'started', 'ready']);
  });

  it('on a node that died with the whole service looks for its lineage in the new epoch', async () => {
    const second = new ScriptedSession({ epoch: 'e2' });
    const { clock, first, done } = lab({}, second);
    first.lose(lost);
    await clock.turn(1);
    const snapshot = snapshotOf([
      nodeOf('5000', { kind: 'process' }),
      nodeOf('5000.0.9', { lineage: 'app/games/7f3a' }),
    ]);
    second.last('watch-tree').event({ snapshot });
    expect(await done).toMatchObject({ outcome: 'restarted', successor: { id: '5000.0.9' } });
  });

  it('on the process that hosts a worker is over once the worker runs, not when its process does', async () => {
    const second = new ScriptedSession({ epoch: 'e2' });
    const host = nodeOf('4130', { kind: 'process', parent: '4121.0.12', lineage: 'process:keeper' });
    const { clock, first, steps, done } = lab({ node: host }, second);
    first.lose(lost);
    await clock.turn(1);
    const snapshot = snapshotOf([
      nodeOf('5000', { kind: 'process' }),
      nodeOf('5000.0.12', { lineage: 'app/pool/keeper', host: 'process', status: 'starting' }),
      nodeOf('5009', { kind: 'process', parent: '5000.0.12', lineage: 'process:keeper' }),
    ]);
    second.last('watch-tree').event({ snapshot });
    await clock.turn(100);
    expect(steps.map(({ phase }) => phase)).toEqual(['exited', 'started']);
    const changes: TreeChange[] = [['~', '5000.0.12', { status: 'running' }]];
    second.last('watch-tree').event({ delta: { from: 1, revision: 2, at: 0, changes } });
    expect(await done).toMatchObject({ outcome: 'restarted', successor: { id: '5009' } });
    expect(steps.at(-1)).toMatchObject({ phase: 'ready' });
  });

  describe('whose agent alone died, under a process that lives on', () => {
    const next = { epoch: 'e2' };
    const shown = (...nodes: ReturnType<typeof nodeOf>[]) => ({ snapshot: snapshotOf(nodes, next) });
    const process_ = nodeOf('4121', { kind: 'process' });

    /** An act that lost its connection, and the session with the agent that came after. */
    async function resumed(request: Partial<ActRequest> = {}) {
      const second = new ScriptedSession(next);
      const run = lab({ call: 'c', timeoutMs: 5000, ...request }, second);
      run.first.last('act').event(accepted);
      run.first.lose(lost);
      await run.clock.turn(1);
      return { ...run, second };
    }

    it('is asked again of the new agent when the same incarnation still runs', async () => {
      const { second, clock, done } = await resumed();
      second.last('watch-tree').event(shown(process_, worker));
      await clock.turn(1);
      expect(second.last('act').args).toMatchObject({ call: 'c', node: worker.id, epoch: 'e2' });
      second.last('act').answer(restarted);
      expect(await done).toBe(restarted);
    });

    it('is gone when what runs in its place had started before it was asked for', async () => {
      const { second, done } = await resumed();
      const after = { lineage: worker.lineage, incarnation: 3, startedAt: 5000 };
      const nodes = [process_, nodeOf('4121.0.18', after)];
      second.last('watch-tree').event({ snapshot: snapshotOf(nodes, { ...next, at: 10_000 }) });
      expect(await done).toMatchObject({ outcome: 'gone', successor: null, error: { code: 'GONE' } });
    });

    it('asked for once more under its call counts from when that was made: what runs now came after that', async () => {
      const { second, done } = await resumed({ call: newCall('e1', new ManualClock().now() - 6000) });
      const after = nodeOf('4121.0.18', { lineage: worker.lineage, incarnation: 3, startedAt: 5000 });
      second.last('watch-tree').event({ snapshot: snapshotOf([process_, after], { ...next, at: 10_000 }) });
      expect(await done).toMatchObject({ outcome: 'restarted', successor: { id: after.id } });
    });

    it('on a thread that the new agent has no name for yet is asked again of it', async () => {
      const thread = nodeOf('4121.2', { kind: 'thread', lineage: 'thread:thinker', parent: '4121' });
      const { second, clock } = await resumed({ node: thread });
      const hosted = nodeOf('4121.0.9', { lineage: 'app/thinker', parent: '4121' });
      second
        .last('watch-tree')
        .event(shown(process_, hosted, { ...thread, lineage: 'thread:2', startedAt: 7 }));
      await clock.turn(1);
      expect(second.last('act').args).toMatchObject({ node: thread.id, epoch: 'e2' });
    });

    it('looks again when it had been done before it was asked again', async () => {
      const { second, clock, done } = await resumed();
      second.last('watch-tree').event(shown(process_, worker));
      await clock.turn(1);
      second.last('act').answer({ ...restarted, outcome: 'gone', successor: null });
      await clock.turn(1);
      const after = nodeOf('4121.0.18', { lineage: worker.lineage, incarnation: 3 });
      second.last('watch-tree').event(shown(process_, { ...worker, status: 'exited', endedAt: 5 }, after));
      expect(await done).toMatchObject({ outcome: 'restarted', successor: { id: after.id, incarnation: 3 } });
    });

    it('is a straggler when it was told to end and does not, whatever runs beside it', async () => {
      const { second, clock, done } = await resumed();
      const after = nodeOf('4121.0.18', { lineage: worker.lineage, incarnation: 3 });
      second.last('watch-tree').event(shown(process_, { ...worker, status: 'stopping' }, after));
      await clock.turn(1);
      second.last('watch-tree').event(shown(process_, { ...worker, status: 'straggler' }, after));
      expect(await done).toMatchObject({ outcome: 'straggler' });
    });

    it('that stopped it is done when it is kept as ended', async () => {
      const { second, done } = await resumed({ act: 'stop' });
      second.last('watch-tree').event(shown(process_, { ...worker, status: 'exited', endedAt: 5 }));
      expect(await done).toMatchObject({ outcome: 'not-restarted' });
    });

    it('that starts a stopped child is asked again while that is still stopped', async () => {
      const stopped = { ...worker, status: 'exited' as const, endedAt: 5 };
      const { second, clock } = await resumed({ act: 'restart', node: stopped });
      second.last('watch-tree').event(shown(process_, stopped));
      await clock.turn(1);
      expect(second.last('act').args).toMatchObject({ act: 'restart', node: worker.id, epoch: 'e2' });
    });

    it('on the root process does not take the living one for its successor', async () => {
      const { second, clock } = await resumed({ node: root });
      second.last('watch-tree').event(shown(root));
      await clock.turn(1);
      expect(second.last('act').args).toMatchObject({ node: root.id, epoch: 'e2' });
    });

    it('that took the whole service along is not asked again of what has its pid, its ids and its age by now', async () => {
      const second = new ScriptedSession({ ...next, startedAt: 1 });
      const run = lab({ call: 'c', timeoutMs: 5000, node: root }, second);
      run.first.last('act').event(accepted);
      run.first.lose(lost);
      await run.clock.turn(1);
      second.last('watch-tree').event(shown(root));
      expect(await run.done).toMatchObject({ outcome: 'restarted', successor: { id: root.id } });
      expect(second.calls.map(({ name }) => name)).not.toContain('act');
    });

    it('repeated with its call id under the new agent, follows what the first one did', async () => {
      const second = new ScriptedSession(next);
      const { clock } = lab({});
      const done = runAct(
        { act: 'kill', node: worker, epoch: 'e1', reason: 'why', call: 'c' },
        { session: second, connect: () => Promise.reject(none), arm: { reason: 'why', forMs: 60_000 } },
        { clock },
      );
      const after = nodeOf('4121.0.18', { lineage: worker.lineage, incarnation: 3 });
      second.last('watch-tree').event(shown(process_, after));
      expect(await done).toMatchObject({ outcome: 'restarted', successor: { id: after.id } });
    });
  });

  it('is not-recovered when nothing comes back in time', async () => {
    const { clock, first, done } = lab({ node: root, timeoutMs: 2000 });
    first.last('act').event(accepted);
    first.lose(lost);
    await clock.turn(2100);
    expect(await done).toMatchObject({ outcome: 'not-recovered', clock: 'client', successor: null });
  });

  it('takes nobody else who answers at its address for its next life', async () => {
    const stranger = new ScriptedSession({ epoch: 'e2', instance: 'lax-9' });
    const { clock, first, done } = lab({ node: root, timeoutMs: 2000 }, stranger);
    first.last('act').event(accepted);
    first.lose(lost);
    await clock.turn(2100);
    const document = await done;
    expect(document).toMatchObject({ outcome: 'not-recovered', successor: null });
    expect(document.words).toContain('lax-9 answers, which is another instance');
    expect(stranger.calls).toEqual([]);
    expect(stranger.isClosed).toBe(true);
  });

  it('keeps the head that came with accepted, and with a refusal', async () => {
    const { clock, first, done } = lab({ node: root, timeoutMs: 2000 });
    const audit = { seq: 3, hash: 'a'.repeat(64) };
    first.last('act').event({ ...accepted, audit });
    first.lose(lost);
    await clock.turn(2100);
    expect((await done).audit).toEqual(audit);
    const refused = lab({});
    refused.first.last('act').refuse(new PerchError('PROTECTED', 'no', { audit }));
    expect((await refused.done).audit).toEqual(audit);
    expect(refused.kept).toEqual([audit]);
  });

  it('is not-recovered when the new epoch never has it', async () => {
    const second = new ScriptedSession({ epoch: 'e2' });
    const { clock, first, done } = lab({ timeoutMs: 2000 }, second);
    first.lose(lost);
    await clock.turn(2100);
    expect(await done).toMatchObject({ outcome: 'not-recovered', clock: 'client' });
  });

  it('on a local process without a name does not wait for another one', async () => {
    const { clock, first, done } = lab({ node: root }, new PerchError('GONE', 'it has ended'));
    first.last('act').event(accepted);
    first.lose(lost);
    await clock.turn(1);
    expect(await done).toMatchObject({ outcome: 'not-restarted', clock: 'client' });
  });

  it('that stops the root is done when nobody answers any more', async () => {
    const { clock, first, done } = lab({ node: root, act: 'stop' }, none);
    first.last('act').event(accepted);
    first.lose(lost);
    // Its agent alone might have died, and would be back by then.
    await clock.turn(4000);
    expect(await done).toMatchObject({ outcome: 'not-restarted' });
  });

  it.each([
    ['CAPABILITY_MISSING', 'refused'],
    ['PROTECTED', 'refused'],
    ['LOOP_BLOCKED', 'refused'],
    ['GONE', 'gone'],
    ['NO_SUCH_NODE', 'gone'],
  ] as const)('that meets %s is a document that says %s', async (code, outcome) => {
    const { first, done } = lab({ call: 'c' });
    first.last('act').refuse(new PerchError(code, 'no', { node: 'x' }));
    expect(await done).toMatchObject({
      call: 'c',
      outcome,
      successor: null,
      clock: 'agent',
      error: { code, message: 'no', facts: { node: 'x' } },
    });
  });

  it('fails with what nobody expects', async () => {
    const { first, done } = lab({});
    first.last('act').refuse(new PerchError('INTERNAL', 'boom'));
    await expect(done).rejects.toMatchObject({ code: 'INTERNAL' });
  });

  it('arms its session for the act, in the same breath, and disarms it after', async () => {
    const { first, done } = labOn({ reason: 'why', forMs: 15_000 }, { call: 'c' });
    expect(first.calls.map(({ name }) => name)).toEqual(['arm', 'act']);
    expect(first.last('arm').args).toEqual({ reason: 'why', forMs: 15_000 });
    first.last('act').answer(restarted);
    await settle();
    first.last('disarm').answer(null);
    expect(await done).toBe(restarted);
  });

  it('arms the session after a lost one for what is left of its time, and asks again under the same id', async () => {
    const second = new ScriptedSession();
    const { clock, first, done } = labOn({ reason: 'why', forMs: 15_000 }, { call: 'c' }, none, second);
    first.last('act').event(accepted);
    await clock.turn(1000);
    first.lose(lost);
    await clock.turn(2000);
    const { forMs } = second.last('arm').args as { forMs: number };
    expect(forMs).toBeLessThan(14_000);
    expect(forMs).toBeGreaterThan(10_000);
    expect(second.last('act').args).toEqual(first.last('act').args);
    second.last('act').answer(restarted);
    await clock.turn(1);
    expect(await done).toBe(restarted);
  });

  it('is not armed again once its arming time is over: a known outcome is given without', async () => {
    const second = new ScriptedSession();
    const { clock, first, done } = labOn({ reason: 'why', forMs: 500, isArmed: true }, { call: 'c' }, second);
    first.last('act').event(accepted);
    await clock.turn(600);
    first.lose(lost);
    await clock.turn(100);
    expect(second.calls.map(({ name }) => name)).toEqual(['act']);
    second.last('act').answer(restarted);
    expect(await done).toBe(restarted);
  });

  it('says why its session could not be armed', async () => {
    const { first, done } = labOn({ reason: 'why', forMs: 500 }, { call: 'c' });
    first.last('arm').refuse(new PerchError('CAPABILITY_MISSING', 'This key may not control'));
    first.last('act').refuse(new PerchError('NOT_ARMED', 'read-only'));
    await settle();
    first.last('disarm').answer(null);
    expect(await done).toMatchObject({ outcome: 'refused', error: { code: 'CAPABILITY_MISSING' } });
  });

  it('goes on when the wait is ended, and says so with its call id', async () => {
    const { cancel, done } = lab({ call: 'c' });
    await settle();
    cancel.abort();
    await expect(done).rejects.toMatchObject({
      code: 'CANCELLED',
      message: expect.stringContaining('the act goes on'),
      facts: { call: 'c' },
    });
  });

  it('goes on when the wait is ended between two tries', async () => {
    const { clock, first, cancel, done } = lab({ node: root });
    first.lose(lost);
    await clock.turn(10);
    cancel.abort();
    await expect(done).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});
