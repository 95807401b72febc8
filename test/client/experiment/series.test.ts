import { describe, expect, it } from 'vitest';
import { pause } from '../../../client/clock.ts';
import { runSeries } from '../../../client/experiment/series.ts';
import type { ActDocument } from '../../../protocol/act.ts';
import { ManualClock } from '../manual-clock.ts';

const document = (fields: Partial<ActDocument> = {}, readyMs: number | null = 7): ActDocument => ({
  call: 'c',
  act: 'kill',
  target: { id: '1.0.2', lineage: 'app/a', incarnation: 1 },
  outcome: 'restarted',
  words: 'words',
  successor: null,
  affected: [],
  phases: { exitedMs: 1, decidedMs: 1, startedMs: 1, readyMs },
  clock: 'agent',
  ...fields,
});

/** Each act takes so long and ends so. */
function lab(
  acts: ([tookMs: number, ActDocument] | null)[],
  plan: { times?: number; everyMs?: number } = {},
) {
  const clock = new ManualClock();
  const stop = new AbortController();
  const begun: number[] = [];
  const done = runSeries(
    { times: acts.length, everyMs: 100, timeoutMs: 500, ...plan },
    async (index) => {
      begun.push(clock.monotonic());
      const act = acts[index];
      if (!act) return null;
      await pause(clock, act[0]);
      return act[1];
    },
    { clock, stop: stop.signal },
  );
  return { clock, stop, begun, done };
}

describe('a series of acts', () => {
  it('begins each on a beat, after the one before has recovered; a beat that is missed is left out', async () => {
    const { clock, begun, done } = lab([
      [30, document()],
      [130, document({}, 9)],
      [10, document({}, 8)],
    ]);
    await clock.turn(1000);
    expect(begun).toEqual([0, 100, 300]);
    expect(await done).toMatchObject({ endedEarly: null, distribution: { n: 3, samplesMs: [7, 8, 9] } });
  });

  it('counts what did not recover, and goes on', async () => {
    const late = document({ outcome: 'not-recovered' }, null);
    const { clock, done } = lab([
      [10, document()],
      [500, late],
      [10, document()],
    ]);
    await clock.turn(3000);
    expect((await done).distribution).toMatchObject({ n: 3, notRecovered: 1, withinMs: 500 });
  });

  it('measures until all was steady, where that was asked for', async () => {
    const phases = { ...document().phases, recoveredMs: 230 };
    const { clock, done } = lab([[10, document({ phases })]]);
    await clock.turn(1000);
    expect((await done).distribution.samplesMs).toEqual([230]);
  });

  it('counts one that gave up, or still runs, as not recovered, though all beside it held', async () => {
    const phases = { ...document({}, null).phases, recoveredMs: 9 };
    const { clock, done } = lab([
      [1, document({ outcome: 'straggler', phases })],
      [1, document({ outcome: 'escalated', phases })],
    ]);
    await clock.turn(1000);
    expect((await done).distribution).toMatchObject({ n: 2, notRecovered: 2, samplesMs: [] });
  });

  it('ends where its supervisor gave up: another kill would tell nothing', async () => {
    const gaveUp = document({ outcome: 'escalated', words: 'app gives up' }, null);
    const { clock, done } = lab(
      [
        [1, document()],
        [1, gaveUp],
      ],
      { times: 10 },
    );
    await clock.turn(3000);
    expect(await done).toMatchObject({
      endedEarly: 'ended after 2 of 10: app gives up',
      distribution: { n: 2, notRecovered: 1 },
    });
  });

  it('ends where nothing of the lineage runs any more', async () => {
    const { clock, done } = lab([[1, document()], null], { times: 10 });
    await clock.turn(3000);
    expect(await done).toMatchObject({
      endedEarly: 'nothing of that lineage runs any more',
      distribution: { n: 1 },
    });
  });

  it('ends by hand after the act under way, and reports', async () => {
    const { clock, stop, begun, done } = lab([
      [50, document()],
      [50, document()],
      [50, document()],
    ]);
    await clock.turn(120);
    stop.abort();
    await clock.turn(1000);
    expect(begun).toHaveLength(2);
    expect(await done).toMatchObject({ endedEarly: 'ended by hand after 2 of 3', distribution: { n: 2 } });
  });
});
