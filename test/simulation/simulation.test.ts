import { afterEach, expect, test, vi } from 'vitest';
import { registry } from '../../agent/registry.ts';
import type { Spec } from '../../agent/supervisor/child-spec.ts';
import { TaskLife } from '../../agent/supervisor/hosts/task.ts';
import type { Incarnation, Life } from '../../agent/supervisor/incarnation.ts';
import { DynamicSupervisor, StaticSupervisor, type Supervisor } from '../../agent/supervisor/supervisor.ts';
import { SupervisorError } from '../../agent/supervisor/supervisor-error.ts';
import { LIMITS } from '../../protocol/limits.ts';
import { causeOf } from '../agent/supervisor/watch.ts';
import { Random } from '../support/random.ts';
import { Clock } from './clock.ts';
import { Invariants } from './invariants.ts';
import { DrawnTree } from './tree.ts';
import { Workers } from './workers.ts';

/** Threads and processes are simulated; everything above them is the real code. */
const hosts = vi.hoisted(() => ({
  hosted: null as null | ((incarnation: Incarnation, spec: Spec, args: unknown) => Life),
}));
vi.mock('../../agent/supervisor/hosts/life-of.ts', () => ({
  lifeOf: (incarnation: Incarnation, spec: Spec, args: unknown): Life =>
    spec.host === 'task' ? new TaskLife(incarnation, spec, args) : hosts.hosted!(incarnation, spec, args),
}));

vi.setConfig({ testTimeout: 60_000 });

const RUNS = 60;
const STEPS = 100;
/** Replay one run: PERCH_SEED=4711 npx vitest run --project unit test/simulation */
const replayed = process.env.PERCH_SEED;
const firstSeed = replayed === undefined ? Date.now() % 1_000_000 : Number(replayed);

let clean: () => void = () => {};
afterEach(() => clean());

class Run {
  readonly clock = new Clock();
  readonly random: Random;
  readonly invariants: Invariants;
  readonly workers: Workers;
  readonly tree: DrawnTree;
  readonly root: Supervisor;
  readonly #detach: () => void;
  #added = 0;

  constructor(seed: number) {
    this.random = new Random(seed);
    this.invariants = new Invariants(this.clock, () => this.workers);
    this.workers = new Workers(this.random, this.invariants.violated);
    this.tree = new DrawnTree(this.random, this.workers);
    this.root = this.tree.root();
    this.clock.install();
    vi.spyOn(Math, 'random').mockImplementation(() => this.random.next());
    hosts.hosted = (incarnation, spec, args) => this.workers.hosted(incarnation, spec, args);
    registry().observer = this.invariants;
    this.#detach = this.invariants.attach();
    clean = () => this.leave();
  }

  leave(): void {
    clean = () => {};
    this.#detach();
    registry().observer = null;
    registry().nodes.clear();
    this.clock.uninstall();
  }

  /** One thing happens, or several at once; then some time passes. */
  async step(): Promise<void> {
    const { random, clock } = this;
    if (this.root.whichChildren().length === 0) this.root.start().catch(() => {});
    const what = random.int(0, 99);
    if (what < 25) this.#crash(1);
    else if (what < 32) this.#crash(random.int(2, 12));
    else if (what < 50) this.#act();
    else if (what < 75) this.#ask();
    else if (what < 78) clock.stand(random.int(1, 5000));
    else if (what < 80) this.#restartTree();
    await clock.turn(random.chance(0.8) ? random.int(0, 40) : random.int(100, 1500));
    this.invariants.betweenSteps(registry().nodes.values());
  }

  #crash(count: number): void {
    const living = [...this.workers.living];
    for (let n = 0; n < count && living.length > 0; n++) this.random.pick(living).crash();
  }

  #act(): void {
    const nodes = [...registry().nodes.values()].filter(({ parent }) => parent !== null);
    if (nodes.length === 0) return;
    this.random
      .pick(nodes)
      .act(this.random.pick(['kill', 'kill', 'stop', 'restart'] as const), causeOf('call'));
  }

  /** Code asks one of the supervisors; what it may answer is an error with a code. */
  #ask(): void {
    const { random } = this;
    const asked = random.pick(this.tree.supervisors);
    const ids = asked.whichChildren().map(({ id }) => id);
    const id = ids.length > 0 ? random.pick(ids) : 'nobody';
    const request = this.#requestOf(asked, id);
    request.catch((error) => {
      const isExpected = error instanceof SupervisorError || /one place/.test(error.message);
      if (!isExpected) this.invariants.violated(`a request was answered with ${error.stack}`);
    });
  }

  #requestOf(asked: Supervisor, id: string): Promise<unknown> {
    const { random } = this;
    if (random.chance(0.3)) return asked.terminateChild(id);
    if (asked instanceof DynamicSupervisor) return asked.startChild(`d${random.int(0, 5)}`);
    if (!(asked instanceof StaticSupervisor)) throw new Error('no such supervisor');
    if (random.chance(0.5)) return asked.restartChild(id);
    if (random.chance(0.5)) return asked.deleteChild(id);
    return asked.startChild(this.tree.worker(`new${this.#added++}`));
  }

  #restartTree(): void {
    if (this.random.chance(0.5)) void this.root.stop();
    this.root.start().catch(() => {});
    if (this.random.chance(0.3)) void this.root.stop();
  }

  /** The tree is stopped; what would hang for ever is released; then nothing may be left. */
  async end(): Promise<void> {
    const { clock, invariants, workers } = this;
    if (this.random.chance(0.5)) this.#restartTree();
    // Many are in the middle of a restart when the end comes.
    this.#crash(20);
    await clock.turn(this.random.int(0, 20));
    let hasStopped = false;
    void this.root.stop().then(() => {
      hasStopped = true;
    });
    for (let waited = 0; waited < 2000 && !hasStopped; waited++) await clock.turn(10);
    if (!hasStopped) return invariants.violated('the tree does not stop');
    for (const living of [...workers.living]) living.release();
    await clock.turn(0);
    invariants.noTimers();
    await clock.turn(LIMITS.stragglerMs + 1);
    invariants.atRest(registry().nodes.values());
  }
}

test('whatever happens to a tree, what a supervisor promises holds', async () => {
  const seen = { facts: 0, restarts: 0, escalations: 0, waits: 0, missedBeats: 0, requests: 0, stops: 0 };
  for (let seed = firstSeed; seed < firstSeed + (replayed === undefined ? RUNS : 1); seed++) {
    const run = new Run(seed);
    run.root.start().catch(() => {});
    const { violations, counts } = run.invariants;
    for (let step = 0; step < STEPS && violations.length === 0; step++) await run.step();
    if (violations.length === 0) await run.end();
    run.leave();
    expect(violations, `replay with PERCH_SEED=${seed}`).toEqual([]);
    for (const kind of Object.keys(seen) as (keyof typeof seen)[]) seen[kind] += counts[kind];
  }
  console.info(`simulation: seeds from ${firstSeed}, ${RUNS * STEPS} steps, ${JSON.stringify(seen)}`);
  if (replayed !== undefined) return;
  const least = {
    facts: 5000,
    restarts: 400,
    escalations: 40,
    waits: 60,
    missedBeats: 30,
    requests: 300,
    stops: 600,
  };
  for (const kind of Object.keys(least) as (keyof typeof least)[]) {
    expect(seen[kind], `it does come to ${kind}`).toBeGreaterThan(least[kind]);
  }
});
