import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { WorkerContext } from '../../../agent/supervisor/context.ts';
import { dynamicSupervisor, supervisor } from '../../../agent/supervisor/supervisor.ts';
import { watchEachTest } from './watch.ts';

const watch = watchEachTest();

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date', 'performance', 'setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const task = (id: string) => ({
  id,
  host: 'task' as const,
  run: (context: WorkerContext) => context.stopped,
});

test('what is left of the intensity is told with each decision, and counts down by time alone', async () => {
  const app = supervisor('app', { intensity: 2, periodMs: 1000, children: [task('a')] });
  await app.start();
  const node = watch.node('app');
  expect(node.supervisor).toMatchObject({ autoShutdown: 'never', restartsInPeriod: 0, nextRefillAt: null });
  const startMs = Date.now();
  for (const incarnation of [1, 2]) {
    watch.act('app/a', 'kill');
    await watch.fact('ready', 'app/a', incarnation + 1);
    vi.advanceTimersByTime(400);
  }
  const decided = watch.facts.filter((fact) => fact.kind === 'decided');
  expect(decided).toMatchObject([
    { restartsBefore: 0, restartsInPeriod: 1 },
    { restartsBefore: 1, restartsInPeriod: 2 },
  ]);
  // A restart that is exactly one period old still counts; a millisecond later it does not.
  expect(node.supervisor).toMatchObject({ restartsInPeriod: 2, nextRefillAt: startMs + 1001 });
  expect(node.recount!()).toBe(false);
  vi.advanceTimersByTime(200);
  expect(node.recount!()).toBe(false);
  vi.advanceTimersByTime(1);
  expect(node.recount!()).toBe(true);
  expect(node.supervisor).toMatchObject({ restartsInPeriod: 1, nextRefillAt: startMs + 1401 });
  vi.advanceTimersByTime(400);
  expect(node.recount!()).toBe(true);
  expect(node.supervisor).toMatchObject({ restartsInPeriod: 0, nextRefillAt: null });
  expect(node.recount!()).toBe(false);
  await app.stop();
});

test('a restart that is one too many stands in the budget of the decision that gives up', async () => {
  const app = supervisor('app', { intensity: 0, children: [task('a')] });
  await app.start();
  watch.act('app/a', 'kill');
  expect(await watch.fact('decided', 'app/a')).toMatchObject({
    ...{ decision: 'escalate', restartsBefore: 0, restartsInPeriod: 1 },
  });
  await app.exited;
  await app.stop();
});

test('static children keep their place through restarts, dynamic ones have none', async () => {
  const games = dynamicSupervisor('games', { child: task('') });
  const app = supervisor('app', { intensity: 5, children: [task('a'), task('b'), games] });
  await app.start();
  const orders = () =>
    ['app/a', 'app/b', 'app/games', 'app/late'].map((lineage) => watch.node(lineage).child!.order);
  await app.startChild(task('late'));
  expect(orders()).toEqual([0, 1, 2, 3]);
  watch.act('app/a', 'kill');
  await watch.fact('ready', 'app/a', 2);
  expect(orders()).toEqual([0, 1, 2, 3]);
  await app.terminateChild('late');
  await app.deleteChild('late');
  await app.startChild(task('late'));
  expect(orders()).toEqual([0, 1, 2, 4]);
  await games.startChild('7f3a');
  expect(watch.node('app/games/7f3a').child).not.toHaveProperty('order');
  await app.stop();
});
