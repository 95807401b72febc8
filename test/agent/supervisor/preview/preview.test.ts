import { afterEach, describe, expect, it } from 'vitest';
import {
  type DynamicSupervisor,
  dynamicSupervisor,
  type Supervisor,
  supervisor,
} from '../../../../agent/supervisor/supervisor.ts';
import { LIMITS } from '../../../../protocol/limits.ts';
import { watchEachTest } from '../watch.ts';

const watch = watchEachTest();
let app: Supervisor | null = null;
afterEach(async () => {
  await app?.stop();
  app = null;
});

const task = { host: 'task' as const, run: (context: { stopped: Promise<void> }) => context.stopped };

async function start(made: Supervisor): Promise<void> {
  app = made;
  await made.start();
}

const previewOf = (lineage: string, act: 'kill' | 'stop' | 'restart') => watch.node(lineage).preview!(act);

describe('a preview', () => {
  it('tells who goes with it by the strategy, in which order, and what the budget is after', async () => {
    const children = ['a', 'b', 'c'].map((id) => ({ ...task, id }));
    await start(supervisor('app', { strategy: 'rest_for_one', intensity: 3, children }));
    const preview = previewOf('app/b', 'kill');
    expect(preview).toMatchObject({
      refused: null,
      givesUp: [],
      stopsMore: 0,
      restartsMore: 0,
      isExact: true,
    });
    expect(preview.stops.map(({ lineage }) => lineage)).toEqual(['app/b', 'app/c']);
    expect(preview.restarts.map(({ lineage, incarnation }) => [lineage, incarnation])).toEqual([
      ['app/b', 2],
      ['app/c', 2],
    ]);
    expect(preview.budget).toEqual({ by: 'app', intensity: 3, periodMs: 5000, before: 0, after: 1 });
    expect(previewOf('app/b', 'stop')).toMatchObject({ restarts: [], budget: { before: 0, after: 0 } });
  });

  it('tells who gives up, innermost first, and what that takes along', async () => {
    const inner = supervisor('inner', { intensity: 0, children: [{ ...task, id: 'a' }] });
    const children = [{ ...task, id: 'first' }, inner];
    await start(supervisor('app', { intensity: 0, children }));
    const preview = previewOf('app/inner/a', 'kill');
    expect(preview.givesUp).toEqual(['app/inner', 'app']);
    expect(preview.stops.map(({ lineage }) => lineage)).toEqual([
      'app/inner/a',
      'app/inner',
      'app/first',
      'app',
    ]);
    expect(preview.restarts).toEqual([]);
    expect(preview.budget).toMatchObject({ by: 'app/inner', before: 0, after: 1, intensity: 0 });
  });

  it('tells what is restarted after a wait as well', async () => {
    const children = ['a', 'b'].map((id) => ({ ...task, id }));
    const backOff = { firstMs: 60_000, mostMs: 60_000 };
    await start(supervisor('app', { strategy: 'one_for_all', intensity: 3, backOff, children }));
    const lineages = (lives: { lineage: string }[]) => lives.map(({ lineage }) => lineage);
    const { stops, restarts } = previewOf('app/a', 'kill');
    expect([lineages(stops), lineages(restarts)]).toEqual([
      ['app/a', 'app/b'],
      ['app/a', 'app/b'],
    ]);
    expect(watch.node('app/a').status).toBe('running');
  });

  it('refuses what the act refuses, and names what is protected', async () => {
    const inner = supervisor('inner', { children: [{ ...task, id: 'a', protected: true }] });
    await start(supervisor('app', { children: [inner] }));
    for (const lineage of ['app', 'app/inner', 'app/inner/a']) {
      const { refused, stops } = previewOf(lineage, 'kill');
      expect(refused).toMatchObject({ code: 'PROTECTED', lineage: 'app/inner/a' });
      expect(stops).toEqual([]);
    }
  });
});

describe('among 100,000 children', () => {
  const COUNT = 100_000;

  async function many(intensity: number): Promise<DynamicSupervisor> {
    const games = dynamicSupervisor('games', { intensity, child: task });
    await start(supervisor('app', { children: [games] }));
    await Promise.all(Array.from({ length: COUNT }, (_, at) => games.startChild(`${at}`)));
    return games;
  }

  it('a decision about one copies one; where all go, what is not listed is counted', async () => {
    await many(5);
    const node = watch.node('app/games/4711');
    const before = performance.now();
    const one = node.preview!('kill');
    const oneMs = performance.now() - before;
    expect(one.stops.map(({ lineage }) => lineage)).toEqual(['app/games/4711']);
    expect(one.restarts).toHaveLength(1);

    const all = previewOf('app/games', 'restart');
    expect(all.stops).toHaveLength(LIMITS.maxPreviewNodes);
    expect(all.stops[0]!.lineage).toBe(`app/games/${COUNT - 1}`);
    expect(all.stopsMore).toBe(COUNT + 1 - LIMITS.maxPreviewNodes);
    // What a dynamic supervisor had is not started with it.
    expect(all.restarts.map(({ lineage }) => lineage)).toEqual(['app/games']);
    expect(all.isExact).toBe(true);
    // Far below what a copy of all takes; the figure itself is the machine's.
    expect(oneMs).toBeLessThan(10);
  });

  it('giving up with all of them is told with their number', async () => {
    await many(0);
    const { givesUp, stopsMore, stops, restarts } = previewOf('app/games/0', 'kill');
    expect(givesUp).toEqual(['app/games']);
    expect(stopsMore + stops.length).toBe(COUNT + 1);
    expect(restarts.map(({ lineage }) => lineage)).toEqual(['app/games']);
  });
});
