import { afterEach, describe, expect, it } from 'vitest';
import { type Supervisor, supervisor } from '../../../../agent/supervisor/supervisor.ts';
import type { Act } from '../../../../protocol/act.ts';
import { watchEachTest } from '../watch.ts';

const watch = watchEachTest();
let app: Supervisor | null = null;
let release: () => void = () => {};
afterEach(async () => {
  release();
  await app?.stop();
  app = null;
});

const held = () =>
  new Promise<void>((resolve) => {
    release = resolve;
  });
const plain = { host: 'task' as const, run: (context: { stopped: Promise<void> }) => context.stopped };
/** Ends only when the test lets it. */
const slowToStop = { host: 'task' as const, shutdown: 'infinity' as const, run: held };
/** Is ready only when the test lets it, from its second life on. */
const slowToStart = {
  host: 'task' as const,
  ready: 'explicit' as const,
  async run(context: { incarnation: number; ready(): void; stopped: Promise<void> }) {
    if (context.incarnation > 1) await Promise.race([held(), context.stopped]);
    context.ready();
    await context.stopped;
  },
};

/** What is foretold now, and what happens once the act was asked for and what was under way is let go on. */
async function both(lineage: string, act: Act) {
  const name = ({ lineage, incarnation }: { lineage: string; incarnation: number }) =>
    `${lineage}#${incarnation}`;
  const preview = watch.node(lineage).preview!(act);
  watch.facts.length = 0;
  expect(watch.act(lineage, act)).toEqual({ accepted: true });
  release();
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
  const of = (kind: string) => watch.facts.filter((fact) => fact.kind === kind).map(({ node }) => name(node));
  return {
    told: { stops: preview.stops.map(name).sort(), restarts: preview.restarts.map(name) },
    done: { stops: of('exited').sort(), restarts: of('started') },
  };
}

describe('a preview of a supervisor that is in the middle of something', () => {
  it('brings a stop under way to its end first', async () => {
    const children = [
      { ...plain, id: 'a' },
      { ...slowToStop, id: 'b' },
    ];
    app = supervisor('app', { intensity: 5, children });
    await app.start();
    void app.terminateChild('b');
    const { told, done } = await both('app/a', 'kill');
    expect(told).toEqual(done);
    expect(told).toEqual({ stops: ['app/a#1', 'app/b#1'], restarts: ['app/a#2'] });
  });

  it('brings a start under way to its end first', async () => {
    const children = [
      { ...plain, id: 'a' },
      { ...slowToStart, id: 'b' },
    ];
    app = supervisor('app', { intensity: 5, children });
    await app.start();
    watch.act('app/b', 'kill');
    await watch.fact('started', 'app/b', 2);
    const { told, done } = await both('app/a', 'kill');
    expect(told).toEqual(done);
    expect(told).toEqual({ stops: ['app/a#1'], restarts: ['app/a#2'] });
  });

  it('knows what waits: a group that is restarted, and an exit that came meanwhile', async () => {
    const children = [
      { ...plain, id: 'a' },
      { ...slowToStart, id: 'b' },
      { ...plain, id: 'c' },
    ];
    app = supervisor('app', { strategy: 'rest_for_one', intensity: 5, children });
    await app.start();
    watch.act('app/b', 'kill');
    await watch.fact('started', 'app/b', 2);
    // c waits to be started after b; the kill of a is decided about after that, and takes both along again.
    const { told, done } = await both('app/a', 'kill');
    expect(done.restarts.slice(0, 2)).toEqual(['app/c#2', 'app/a#2']);
    expect(told.restarts).toEqual(['app/c#2', 'app/a#2', 'app/b#3', 'app/c#3']);
    expect(told.stops).toEqual(['app/a#1', 'app/b#2']);
  });
});
