/** Acts that end nothing, when their connection was lost: what is told then was looked at, or is not known. */
import { describe, expect, it } from 'vitest';
import { runAct } from '../../client/act.ts';
import { heldOf } from '../../client/act-held.ts';
import type { ActRequest } from '../../client/act-request.ts';
import { PerchError } from '../../protocol/errors.ts';
import type { TreeNode } from '../../protocol/tree.ts';
import { ManualClock } from './manual-clock.ts';
import { nodeOf, ScriptedSession, snapshotOf } from './scripted-session.ts';

const lost = new PerchError('CONNECTION_LOST', 'lost');
const none = new PerchError('CONNECT_FAILED', 'refused');
const root = nodeOf('4121', { kind: 'process', lineage: 'process:shop', observed: true });
const helper = nodeOf('4121.2', { kind: 'thread', parent: '4121', lineage: 'thread:helper', observed: true });
const held = { ...helper, status: 'suspended' } as TreeNode;

function lab(request: Partial<ActRequest>, ...sessions: ScriptedSession[]) {
  const clock = new ManualClock();
  const first = new ScriptedSession();
  const done = runAct(
    { act: 'suspend', node: helper, epoch: 'e1', reason: 'why', ...request },
    {
      session: first,
      connect: async () => {
        const next = sessions.shift();
        if (!next) throw none;
        return next;
      },
      arm: { reason: 'why', forMs: 900_000, isArmed: true },
    },
    { clock, random: () => 1 },
  );
  // The test looks at it later; until then a rejection is no accident.
  done.catch(() => {});
  return { clock, first, done };
}

const accepted = { phase: 'accepted', afterMs: 0, words: 'accepted' };

describe('a suspend that lost its connection', () => {
  it('is over with its session: it is not begun again, and said to go on once that is to be seen', async () => {
    const second = new ScriptedSession();
    const { clock, first, done } = lab({}, second);
    first.last('act').event(accepted);
    first.lose(lost);
    await clock.turn(1000);
    const watch = second.last('watch-tree');
    watch.event({ snapshot: snapshotOf([root, held]) });
    await clock.turn(500);
    const goesOn = [['~', helper.id, { status: 'running' }]];
    watch.event({ delta: { from: 1, revision: 2, at: 0, changes: goesOn } });
    expect(await done).toMatchObject({
      outcome: 'not-recovered',
      words: 'The connection was lost: what its session held goes on',
      phases: { exitedMs: null },
      clock: 'agent',
    });
    expect(second.calls.map(({ name }) => name)).toEqual(['watch-tree']);
  });

  it.each([
    ['stands still', [root, held], 'it still stands still, until its lease is over at the latest'],
    [
      'was not heard of',
      [root, { ...helper, observed: false }],
      'whether it stands still was not to be seen',
    ],
    ['has ended', [root], 'it has ended since'],
  ])('says so where it %s when the time is up', async (_, nodes, words) => {
    const second = new ScriptedSession({ epoch: 'e2' });
    const { clock, first, done } = lab({ timeoutMs: 3000 }, second);
    first.lose(lost);
    await clock.turn(1);
    second.last('watch-tree').event({ snapshot: snapshotOf(nodes) });
    await clock.turn(3000);
    expect(await done).toMatchObject({ outcome: 'not-recovered', words: expect.stringContaining(words) });
  });

  it('ended with its process, where another one answers', async () => {
    const second = new ScriptedSession({ epoch: 'e2', pid: 5000 });
    const { clock, first, done } = lab({}, second);
    first.lose(lost);
    await clock.turn(1);
    expect(await done).toMatchObject({ outcome: 'not-recovered', words: expect.stringContaining('ended') });
  });

  it('claims nothing of it where nobody answers', async () => {
    const { clock, first, done } = lab({ timeoutMs: 3000 });
    first.lose(lost);
    await clock.turn(10_000);
    expect(await done).toMatchObject({
      outcome: 'not-recovered',
      words: 'Nothing came back within 3000 ms.',
    });
  });
});

it('of a worker the thread it runs in is looked at, of a process its main thread', () => {
  const worker = nodeOf('4121.0.7', { parent: '4121', lineage: 'app/keeper' });
  const child = nodeOf('4130', { kind: 'process', parent: worker.id, observed: true });
  const main = nodeOf('4130.0', { kind: 'thread', parent: child.id, observed: true, status: 'suspended' });
  const nodes = new Map([root, worker, child, main, helper].map((node) => [node.id, node]));
  expect([worker, child, main, helper].map((node) => heldOf(node, nodes))).toEqual([
    'held',
    'held',
    'held',
    'goes on',
  ]);
  expect(heldOf(root, nodes)).toBe('unknown');
});

describe('a signal that lost its connection to an agent that was started anew', () => {
  it('is a kill where nobody can refuse it: what follows is its end', async () => {
    const second = new ScriptedSession({ epoch: 'e2', pid: 5000 });
    const { clock, first, done } = lab({ act: 'signal', signal: 'SIGKILL', node: root }, second);
    first.last('act').event(accepted);
    first.lose(lost);
    await clock.turn(1000);
    const next = nodeOf('5000', { kind: 'process' });
    second.last('watch-tree').event({ snapshot: snapshotOf([next], { epoch: 'e2' }) });
    expect(await done).toMatchObject({ act: 'signal', outcome: 'restarted', successor: { id: '5000' } });
  });

  it('is not sent again: whether it was is not known', async () => {
    const second = new ScriptedSession({ epoch: 'e2' });
    const { clock, first, done } = lab({ act: 'signal', signal: 'SIGWINCH', node: root }, second);
    first.lose(lost);
    await clock.turn(1);
    await expect(done).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
    expect(second.calls).toEqual([]);
  });

  it('is not sent again by who repeats it either', async () => {
    const { first } = lab({ act: 'signal', signal: 'SIGWINCH', node: root });
    const { call } = first.last('act').args as { call: string };
    const repeated = lab({ act: 'signal', signal: 'SIGWINCH', node: root, call, epoch: 'e0' });
    await expect(repeated.done).resolves.toMatchObject({ outcome: 'gone' });
    const known = lab({ act: 'signal', signal: 'SIGWINCH', node: root, call: 'c', epoch: 'e0' });
    await expect(known.done).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
    expect([...repeated.first.calls, ...known.first.calls]).toEqual([]);
  });
});
