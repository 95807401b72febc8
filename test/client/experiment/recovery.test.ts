import { describe, expect, it } from 'vitest';
import type { Probe } from '../../../client/experiment/probe.ts';
import { measureRecovery } from '../../../client/experiment/recovery.ts';
import type { ActDocument, ActProgress } from '../../../protocol/act.ts';
import { PerchError } from '../../../protocol/errors.ts';
import { ManualClock, settle } from '../manual-clock.ts';

const document: ActDocument = {
  call: 'c',
  act: 'kill',
  target: { id: '1.0.2', lineage: 'app/a', incarnation: 1 },
  outcome: 'restarted',
  words: 'app/a #1 → #2',
  successor: { id: '1.0.3', incarnation: 2 },
  affected: [],
  phases: { exitedMs: 1, decidedMs: 1, startedMs: 1, readyMs: 20 },
  clock: 'agent',
};

/** An act on a clock that is turned: accepted and ready at these times, with probes that fail in these windows. */
function lab(
  windows: [from: number, to: number][][],
  options: {
    acceptedAt?: number;
    readyAt?: number;
    document?: Partial<ActDocument>;
    timeoutMs?: number;
  } = {},
) {
  const { acceptedAt = 200, readyAt = 220, timeoutMs = 1000 } = options;
  const clock = new ManualClock();
  const probes: Probe[] = windows.map((failing, at) => ({
    text: `probe ${at}`,
    async ask() {
      const now = clock.monotonic();
      return failing.some(([from, to]) => now >= from && now < to) ? `down at ${now}` : null;
    },
  }));
  const cancel = new AbortController();
  let wasActed = false;
  const act = (onProgress: (step: ActProgress) => void) =>
    new Promise<ActDocument>((resolve) => {
      wasActed = true;
      const at = (when: number, run: () => void) => clock.after(when - clock.monotonic(), run);
      at(acceptedAt, () => onProgress({ phase: 'accepted', afterMs: 0, words: '' }));
      at(readyAt, () => {
        if (document.outcome === 'restarted') onProgress({ phase: 'ready', afterMs: 20, words: '' });
        resolve({ ...document, ...options.document });
      });
    });
  const plan = { probes, everyMs: 50, hold: 3, timeoutMs };
  const done = measureRecovery(plan, act, { clock, signal: cancel.signal });
  done.catch(() => {});
  return { clock, done, cancel, wasActed: () => wasActed };
}

describe('a measured act', () => {
  it('is recovered once K answers of each probe in a row hold, with the successor ready', async () => {
    const { clock, done } = lab([[[210, 420]], []]);
    await clock.turn(2000);
    const { phases, probes, outcome } = await done;
    expect(outcome).toBe('restarted');
    // The probe is asked at 200, 250, 300, …: the first that holds again comes at 450.
    expect(phases).toEqual({ ...document.phases, recoveredMs: 250 });
    expect(probes).toEqual([
      {
        probe: 'probe 0',
        answers: 8,
        failures: 4,
        firstFailureMs: 50,
        lastFailureMs: 200,
        longestFailureMs: 200,
        steadyMs: 250,
        lastFailure: 'down at 400',
      },
      expect.objectContaining({ failures: 0, steadyMs: 0, longestFailureMs: 0, lastFailure: null }),
    ]);
  });

  it('that nobody noticed is recovered with its successor, and not before', async () => {
    const { clock, done } = lab([[]], { readyAt: 330 });
    await clock.turn(2000);
    expect((await done).phases.recoveredMs).toBe(130);
  });

  it('is never recovered before the agent says it was ready, whatever the way took', async () => {
    const phases = { ...document.phases, readyMs: 33.3 };
    const { clock, done } = lab([[]], { document: { phases } });
    await clock.turn(2000);
    expect((await done).phases.recoveredMs).toBe(33.3);
  });

  it('counts a row anew at each failure, and tells the longest window', async () => {
    const { clock, done } = lab([
      [
        [250, 260],
        [400, 560],
      ],
    ]);
    await clock.turn(2000);
    const { phases, probes } = await done;
    expect(phases.recoveredMs).toBe(400);
    expect(probes![0]).toMatchObject({
      failures: 5,
      longestFailureMs: 200,
      firstFailureMs: 50,
      lastFailureMs: 350,
    });
  });

  it('is not recovered when it is not steady within T, and says what failed', async () => {
    const { clock, done } = lab([[[210, 5000]]], { timeoutMs: 600 });
    await clock.turn(2000);
    const measured = await done;
    expect(measured).toMatchObject({ outcome: 'not-recovered', phases: { recoveredMs: null, readyMs: 20 } });
    expect(measured.words).toContain('not steady within 600 ms: probe 0 (down at');
    expect(measured.probes![0]!.steadyMs).toBeNull();
  });

  it('is not even begun where a probe does not hold before it', async () => {
    const { clock, done, wasActed } = lab([[], [[90, 110]]]);
    await clock.turn(2000);
    await expect(done).rejects.toMatchObject({
      code: 'NOT_STEADY',
      facts: { probe: 'probe 1', failure: 'down at 100' },
    });
    expect(wasActed()).toBe(false);
  });

  it('that was refused is told as it is, without a wait', async () => {
    const error = new PerchError('PROTECTED', 'no').toDocument();
    const { clock, done } = lab([[]], { document: { outcome: 'refused', error } });
    await clock.turn(400);
    expect(await done).toEqual({ ...document, outcome: 'refused', error });
  });

  it('keeps the outcome of one that gave up, and tells when all was steady all the same', async () => {
    const { clock, done } = lab([[[210, 300]]], { document: { outcome: 'escalated' } });
    await clock.turn(2000);
    expect(await done).toMatchObject({ outcome: 'escalated', phases: { recoveredMs: 100 } });
  });

  it('goes on when the wait is ended, and says so', async () => {
    const { clock, done, cancel } = lab([[[210, 5000]]]);
    await clock.turn(400);
    cancel.abort();
    await settle();
    await expect(done).rejects.toMatchObject({ code: 'CANCELLED', facts: { call: 'c' } });
  });
});
