/** Whoever asks for an act that may end the answering process, and takes no answer: within the act's time, and not at all. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startTracking } from '../../../../agent/hub/acts/act-tracker.ts';
import { breakLoop } from '../../../../agent/hub/acts/break.ts';
import { endProcess } from '../../../../agent/hub/acts/end-process.ts';
import type { ActUnderWay } from '../../../../agent/hub/acts/request.ts';
import { signal } from '../../../../agent/hub/acts/signal.ts';
import { terminateExecution } from '../../../../agent/hub/inspector.ts';
import { Ledger } from '../../../../agent/hub/ledger.ts';
import { readProcess } from '../../../../agent/hub/proc.ts';
import { readStack } from '../../../../agent/inspect/thread-stack.ts';
import { monotonicMs } from '../../../../agent/registry.ts';

vi.mock('../../../../agent/hub/inspector.ts', () => ({ terminateExecution: vi.fn(() => Promise.resolve()) }));
vi.mock('../../../../agent/inspect/thread-stack.ts', async (original) => ({
  ...(await original<object>()),
  readStack: vi.fn(() => Promise.resolve([{ function: 'spin', file: '/a.js', line: 1, column: 1 }])),
}));

const T = 60;
const kill = vi.spyOn(process, 'kill');
beforeEach(() => {
  // None of these is really sent to the process of the tests.
  kill.mockReset().mockReturnValue(true);
  vi.mocked(terminateExecution).mockClear();
});
afterEach(() => vi.clearAllMocks());

/** An act on this very process, and in order what happened. */
function actOnOwn(act: 'kill' | 'signal' | 'break', flushed: () => Promise<void>) {
  const happened: string[] = [];
  const link = { pulse: { isHeld: false, beats: 7 }, blockedSince: 1 };
  const main = { id: 'p.0', kind: 'thread', lineage: 'main', incarnation: 1, threadId: 0, pid: process.pid };
  const own = { id: 'p', kind: 'process', lineage: 'process:p', incarnation: 1, pid: process.pid, name: 'p' };
  const node = act === 'break' ? main : own;
  const hub = {
    own: { id: 'p', pid: process.pid, threads: new Map([[0, link]]) },
    ledger: new Ledger('e'),
    tree: { nodes: new Map() },
    identityOf: () => ({ pid: process.pid, startTicks: readProcess(process.pid)!.startTicks }),
    workerHostedBy: () => null,
    joinedByProcess: () => null,
    whenSettled: () => {},
    others: { endsBy: () => {}, lost: () => {} },
    blackBox: { pending: async () => void happened.push('pending') },
  };
  kill.mockImplementation(() => {
    happened.push('signal');
    return true;
  });
  vi.mocked(terminateExecution).mockImplementation(async () => {
    happened.push('terminated');
    link.pulse.beats += 2;
  });
  const request = {
    act,
    call: 'c',
    node: node.id,
    epoch: 'e',
    reason: 'x',
    signal: 'SIGWINCH',
    timeoutMs: T,
  };
  const audience = {
    author: { key: 'k', name: 'n' },
    progress: ({ phase }: { phase: string }) => void happened.push(phase),
    flushed: async () => {
      await flushed();
      happened.push('flushed');
    },
    sessionEnd: new AbortController().signal,
  };
  const tracking = startTracking(act, node, monotonicMs());
  const underWay = { hub, node, tracking, request: { ...request, deadline: monotonicMs() + T }, audience };
  const run = { kill: endProcess, signal, break: breakLoop }[act];
  return { happened, link, ended: run(underWay as unknown as ActUnderWay) };
}

test.each(['kill', 'signal', 'break'] as const)(
  'a %s that nobody hears of is refused when its time is up, with nothing done',
  async (act) => {
    const { happened, ended } = actOnOwn(act, () => new Promise(() => {}));
    await expect(ended).rejects.toMatchObject({ code: 'TIMEOUT' });
    expect(happened).toEqual(['accepted']);
  },
);

test('the word leaves before the record of it is written, and both before the signal', async () => {
  const killed = actOnOwn('kill', () => Promise.resolve());
  await killed.ended;
  expect(killed.happened).toEqual(['accepted', 'flushed', 'pending', 'signal']);
  const signalled = actOnOwn('signal', () => Promise.resolve());
  await signalled.ended;
  expect(signalled.happened).toEqual(['accepted', 'flushed', 'signal']);
});

test('what is broken is what the loop runs once the word has left', async () => {
  const broken = actOnOwn('break', () => Promise.resolve());
  expect(await broken.ended).toMatchObject({ outcome: 'done' });
  expect(broken.happened).toEqual(['accepted', 'flushed', 'terminated']);
  // By then it runs in the callback of a timer.
  const endangered = actOnOwn('break', async () => {
    const timer = { function: 'listOnTimeout', file: 'node:internal/timers', line: 1, column: 1 };
    vi.mocked(readStack).mockResolvedValueOnce([timer]);
  });
  await expect(endangered.ended).rejects.toMatchObject({ code: 'NOT_POSSIBLE' });
  // By then it turns; the hub has seen that, or has not yet.
  for (const turn of [
    ({ link }: ReturnType<typeof actOnOwn>) => Object.assign(link, { blockedSince: null }),
    ({ link }: ReturnType<typeof actOnOwn>) =>
      vi.mocked(readStack).mockImplementationOnce(async () => {
        link.pulse.beats++;
        return [{ function: 'spin', file: '/a.js', line: 1, column: 1 }];
      }),
  ]) {
    const turned: ReturnType<typeof actOnOwn> = actOnOwn('break', async () => void turn(turned));
    await expect(turned.ended).rejects.toMatchObject({ code: 'NOT_POSSIBLE' });
    expect(turned.happened).toEqual(['accepted', 'flushed']);
  }
});
