import { expect, test, vi } from 'vitest';
import { startTracking } from '../../../../agent/hub/acts/act-tracker.ts';
import { forward } from '../../../../agent/hub/acts/forward.ts';
import type { ActRequest, ActUnderWay } from '../../../../agent/hub/acts/request.ts';
import { suspend } from '../../../../agent/hub/acts/suspend.ts';
import type { JoinedHub } from '../../../../agent/hub/joined-hub.ts';
import type { ActDocument, ActProgress } from '../../../../protocol/act.ts';
import { type ErrorCode, PerchError } from '../../../../protocol/errors.ts';

/** An act on a thread of a joined process; `told`: in order, what was asked there, and the steps that the asker is told. */
function actThere(
  id: string,
  session: AbortController,
  answer: (request: ActRequest) => Promise<Partial<ActDocument>> = async () => ({ outcome: 'done' }),
) {
  const told: string[] = [];
  const asked: ActRequest[] = [];
  const joined = {
    act: (request: ActRequest, progress: (step: ActProgress) => void) => {
      told.push('asked');
      asked.push(request);
      progress({ phase: 'accepted', afterMs: 0, words: 'accepted' });
      return answer(request);
    },
  } as unknown as JoinedHub;
  const node = { id, kind: 'thread', lineage: 'child/main', incarnation: 1 };
  const act = {
    hub: {
      workerHostedBy: () => null,
      joinedByProcess: () => joined,
    },
    node,
    tracking: startTracking('suspend', node, 0),
    request: {
      act: 'suspend',
      call: `of ${id}`,
      node: id,
      epoch: 'e',
      reason: 'x',
      timeoutMs: 5,
      deadline: 0,
    },
    audience: {
      author: { key: 'k', name: 'n' },
      progress: ({ phase }: ActProgress) => void told.push(phase),
      flushed: () => Promise.resolve(),
      sessionEnd: session.signal,
    },
  } as unknown as ActUnderWay;
  return { act, joined, told, asked };
}

test('an act on another process is accepted, and so in the audit, before that is asked; once', async () => {
  const { act, joined, told } = actThere('9.0', new AbortController());
  await forward(act, joined, '9.0');
  expect(told).toEqual(['accepted', 'asked']);
});

test('all that a session had suspended there goes on when it ends: each is a call of its own', async () => {
  const session = new AbortController();
  const held = ['9.0', '9.1'].map((id) => actThere(id, session));
  for (const { act } of held) await suspend(act);
  session.abort();
  const resumes = held.map(({ asked }) => asked.at(-1)!);
  expect(resumes).toMatchObject([
    { act: 'resume', node: '9.0' },
    { act: 'resume', node: '9.1' },
  ]);
  expect(resumes[0]!.call).not.toBe(resumes[1]!.call);
});

test('what would not answer when its session ended is let go as soon as it does; one that has ended is not asked again', async () => {
  vi.useFakeTimers();
  try {
    const failures: ErrorCode[] = ['NOT_OBSERVED', 'TIMEOUT', 'GONE'];
    const answer = async ({ act }: ActRequest): Promise<Partial<ActDocument>> => {
      if (act === 'suspend') return { outcome: 'done' };
      throw new PerchError(failures.shift()!, 'no');
    };
    const session = new AbortController();
    const { act, asked } = actThere('9.0', session, answer);
    await suspend(act);
    session.abort();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked.map((each) => each.act)).toEqual(['suspend', 'resume', 'resume', 'resume']);
    expect(new Set(asked.map(({ call }) => call)).size).toBe(4);
  } finally {
    vi.useRealTimers();
  }
});

test('who is told that it failed does not hold it', async () => {
  const session = new AbortController();
  const { act, asked } = actThere('9.0', session, async (request) => {
    if (request.act === 'suspend') throw new PerchError('TIMEOUT', 'late');
    return { outcome: 'done' };
  });
  await expect(suspend(act)).rejects.toMatchObject({ code: 'TIMEOUT' });
  expect(asked.map((each) => each.act)).toEqual(['suspend', 'resume']);
});
