import fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';
import type { DeclaredNode, LocalFact, LocalPreview } from '../../../../agent/registry.ts';
import { registry } from '../../../../agent/registry.ts';
import type { ChildSpec } from '../../../../agent/supervisor/child-spec.ts';
import { dynamicSupervisor, type Supervisor, supervisor } from '../../../../agent/supervisor/supervisor.ts';
import { causeOf, watchEachTest } from '../watch.ts';

vi.setConfig({ testTimeout: 60_000 });

const watch = watchEachTest();

/** A tree as it is drawn by chance: supervisors of every strategy, workers of every restart type. */
interface Drawn {
  strategy: 'one_for_one' | 'one_for_all' | 'rest_for_one' | 'dynamic';
  intensity: number;
  restart: 'permanent' | 'transient' | 'temporary';
  autoShutdown: 'never' | 'any_significant' | 'all_significant';
  /** Restarts wait a moment. */
  waits: boolean;
  children: (Drawn | Leaf)[];
}
interface Leaf {
  restart: 'permanent' | 'transient' | 'temporary';
  significant: boolean;
  isBrutal: boolean;
}

const restart = fc.constantFrom('permanent' as const, 'transient' as const, 'temporary' as const);
const leaf = fc.record({ restart, significant: fc.boolean(), isBrutal: fc.boolean() });
const { tree } = fc.letrec<{ tree: Drawn; child: Drawn | Leaf }>((tie) => ({
  tree: fc.record({
    strategy: fc.constantFrom('one_for_one', 'one_for_all', 'rest_for_one', 'dynamic'),
    intensity: fc.nat(2),
    restart,
    autoShutdown: fc.constantFrom('never', 'any_significant', 'all_significant'),
    waits: fc.boolean(),
    children: fc.array(tie('child'), { minLength: 1, maxLength: 4 }),
  }),
  child: fc.oneof({ depthSize: 'small', withCrossShrink: true }, leaf, tie('tree')),
}));

const step = fc.record({
  act: fc.constantFrom('kill' as const, 'kill' as const, 'stop' as const, 'restart' as const),
  which: fc.nat(50),
});

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function start(drawn: Drawn): Promise<void> {
  const later: (() => Promise<unknown>)[] = [];
  const app = build('app', drawn, later);
  await app.start();
  // What is started may have children of its own to be started.
  while (later.length > 0) await later.shift()!();
  stops.push(() => app.stop());
}

function build(id: string, drawn: Drawn, later: (() => Promise<unknown>)[]): Supervisor {
  const { strategy, intensity, autoShutdown, restart, waits } = drawn;
  const backOff = waits ? { backOff: { firstMs: 1, mostMs: 1 } } : {};
  const common = { intensity, periodMs: 60_000, restart, autoShutdown, ...backOff };
  const first = drawn.children[0]!;
  if (strategy === 'dynamic' && !('isBrutal' in first)) {
    const made = dynamicSupervisor(id, { ...common, child: (below: string) => build(below, first, later) });
    for (const at of drawn.children.keys()) later.push(() => made.startChild(`d${at}`));
    return made;
  }
  if (strategy === 'dynamic') {
    const template = drawn.children.find((each) => 'isBrutal' in each);
    const child = leafSpec(template ?? PLAIN, autoShutdown);
    const made = dynamicSupervisor(id, { ...common, child });
    for (const at of drawn.children.keys()) later.push(() => made.startChild(`d${at}`));
    return made;
  }
  const children = drawn.children.map((each, at) =>
    'isBrutal' in each ? { id: `w${at}`, ...leafSpec(each, autoShutdown) } : build(`s${at}`, each, later),
  );
  return supervisor(id, { ...common, strategy, children: children as (ChildSpec | Supervisor)[] });
}

function leafSpec({ restart, significant, isBrutal }: Leaf, autoShutdown: Drawn['autoShutdown']) {
  return {
    host: 'task' as const,
    restart,
    significant: significant && restart !== 'permanent' && autoShutdown !== 'never',
    shutdown: isBrutal ? ('brutal_kill' as const) : { afterMs: 5000 },
    run: (context: { stopped: Promise<void> }) => context.stopped,
  };
}

const PLAIN: Leaf = { restart: 'permanent', significant: false, isBrutal: false };

/** Everything that follows from what was just done: tasks settle in microtasks, restarts in the same turn. */
async function quiet(): Promise<void> {
  const isWaiting = () => [...registry().nodes.values()].some(({ status }) => status === 'restarting');
  for (let last = -1; last !== watch.facts.length || isWaiting(); ) {
    last = watch.facts.length;
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
  }
}

const name = ({ lineage, incarnation }: { lineage: string; incarnation: number }) =>
  `${lineage}#${incarnation}`;

function told(preview: LocalPreview) {
  return {
    stops: preview.stops.map(name).sort(),
    restarts: preview.restarts.map(name),
    givesUp: preview.givesUp,
    budget: preview.budget,
  };
}

function happened(facts: LocalFact[], node: DeclaredNode, act: string, budget: LocalPreview['budget']) {
  const of = <K extends LocalFact['kind']>(kind: K) =>
    facts.filter((fact): fact is Extract<LocalFact, { kind: K }> => fact.kind === kind);
  const decided = of('decided')[0];
  return {
    stops: of('exited')
      .map((fact) => name(fact.node))
      .sort(),
    restarts: of('started').map((fact) => name(fact.node)),
    givesUp: of('decided').flatMap((fact) => (fact.decision === 'escalate' ? fact.by.lineage : [])),
    budget:
      act === 'kill' && decided
        ? {
            by: decided.by.lineage,
            intensity: decided.intensity,
            periodMs: decided.periodMs,
            before: decided.restartsInPeriod - (COUNTED.has(decided.decision) ? 1 : 0),
            after: decided.restartsInPeriod,
          }
        : act === 'kill'
          ? null
          : node.parent && budget,
  };
}

const COUNTED: ReadonlySet<string> = new Set(['restart', 'escalate']);

test('what a preview says is what happens when the act is carried out', async () => {
  const counts = { restarts: 0, givesUp: 0, groups: 0 };
  await fc.assert(
    fc.asyncProperty(tree, fc.array(step, { minLength: 1, maxLength: 6 }), async (drawn, steps) => {
      registry().nodes.clear();
      await start(drawn);
      await quiet();
      for (const { act, which } of steps) {
        const nodes = [...registry().nodes.values()];
        const node = nodes[which % nodes.length]!;
        watch.facts.length = 0;
        const preview = node.preview!(act);
        expect(watch.facts, 'a preview does nothing').toEqual([]);
        const receipt = node.act(act, causeOf('call'));
        expect(preview.refused).toEqual(receipt.accepted ? null : receipt);
        await quiet();
        if (!receipt.accepted) continue;
        const seen = happened(watch.facts, node, act, preview.budget);
        const { stopsMore, restartsMore } = preview;
        if (stopsMore + restartsMore === 0) expect(told(preview)).toEqual(seen);
        // What is not listed is counted.
        expect(preview.stops.length + stopsMore).toBe(seen.stops.length);
        expect(preview.restarts.length + restartsMore).toBe(seen.restarts.length);
        counts.restarts += preview.restarts.length;
        counts.givesUp += preview.givesUp.length;
        counts.groups += preview.restarts.length > 2 ? 1 : 0;
      }
      for (const stop of stops.splice(0)) await stop();
    }),
    { numRuns: 600 },
  );
  // The trees do reach what is hard to tell.
  expect(Math.min(...Object.values(counts))).toBeGreaterThan(50);
});
