import fc, { type Arbitrary } from 'fast-check';
import type { AutoShutdown, RestartType } from '../../agent/supervisor/state.ts';
import { keepOffTheEdges } from './edges.ts';
import {
  type ChildSpec,
  type ExitHow,
  type Planned,
  parentOf,
  type Scenario,
  type Step,
  type Supervisor,
  type Worker,
} from './scenario.ts';

/** As it was drawn, before it is made a scenario: paths are numbers, taken modulo the paths that there are. */
interface Drawn {
  root: DrawnSupervisor;
  added: DrawnChild[];
  plan: { at: number; attempt: number; times: number; outcome: 'fail' | 'crash' }[];
  /** Children that dynamic supervisors have from the beginning. */
  first: number;
  steps: DrawnStep[];
  ending: ExitHow;
}

interface DrawnSupervisor extends Omit<Supervisor, 'children'> {
  children: DrawnChild[];
}

interface DrawnChild {
  restart: RestartType;
  significant: boolean;
  shutdown: 'brutal_kill' | 'infinity' | 'timed';
  onStop: Worker['onStop'];
  below: DrawnSupervisor | null;
}

type Request = 'start-child' | 'terminate-child' | 'restart-child' | 'delete-child';
type DrawnStep =
  | { do: 'stray'; at: number }
  /** `same`: about the path that the step before it was about. */
  | { do: 'exit' | Request; at: number; how: ExitHow; same: boolean }
  | { do: 'wait'; seconds: number }
  | { do: 'suspended' | 'starting' | 'stopping'; at: number; how: ExitHow; inner: DrawnStep[] };

const often = <T>(...weighted: [number, T][]): Arbitrary<T> =>
  fc.oneof(...weighted.map(([weight, value]) => ({ weight, arbitrary: fc.constant(value) })));

const restart = often<RestartType>([5, 'permanent'], [3, 'transient'], [2, 'temporary']);
const autoShutdown = often<AutoShutdown>([5, 'never'], [2, 'any_significant'], [3, 'all_significant']);
const how = often<ExitHow>([6, 'crash'], [2, 'normal'], [1, 'shutdown'], [1, 'shutdown_term'], [3, 'kill']);

const supervisorOf = (depth: number, minLength = 0): Arbitrary<DrawnSupervisor> =>
  fc.record({
    kind: fc.constant('supervisor'),
    strategy: fc.constantFrom('one_for_one', 'one_for_all', 'rest_for_one', 'dynamic'),
    intensity: often([1, 0], [3, 1], [3, 2], [3, 4], [3, 9]),
    periodS: often([3, 2], [2, 3], [1, 4], [4, 1000]),
    autoShutdown,
    children: fc.array(childOf(depth), { minLength, maxLength: depth > 0 ? 3 : 4, size: 'max' }),
  });

const childOf = (depth: number): Arbitrary<DrawnChild> =>
  fc.record({
    restart,
    significant: fc.boolean(),
    shutdown: often<DrawnChild['shutdown']>([5, 'infinity'], [3, 'timed'], [3, 'brutal_kill']),
    onStop: often<DrawnChild['onStop']>(
      [10, 'obey'],
      [2, 'ignore'],
      [2, 'crash'],
      [1, 'normal'],
      [1, 'shutdown_term'],
    ),
    below: depth === 0 ? fc.constant(null) : fc.option(supervisorOf(depth - 1), { freq: 2, nil: null }),
  });

const at = fc.nat(1000);
const simple: Arbitrary<DrawnStep> = fc.record({
  do: often<'exit' | Request>(
    [10, 'exit'],
    [5, 'start-child'],
    [3, 'terminate-child'],
    [2, 'restart-child'],
    [2, 'delete-child'],
  ),
  at,
  how,
  same: fc.boolean(),
});
const step: Arbitrary<DrawnStep> = fc.oneof(
  { weight: 20, arbitrary: simple },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('stray' as const), at }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('wait' as const), seconds: fc.integer({ min: 1, max: 5 }) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom('suspended' as const, 'starting' as const, 'stopping' as const),
      at,
      how,
      inner: fc.array(simple, { minLength: 1, maxLength: 5 }),
    }),
  },
);

const drawn: Arbitrary<Drawn> = fc.integer({ min: 0, max: 2 }).chain((depth) =>
  fc.record({
    root: supervisorOf(depth, 1),
    added: fc.array(childOf(depth > 0 ? 1 : 0), { minLength: 2, maxLength: 2 }),
    plan: fc.array(
      fc.record({
        at,
        attempt: often([1, 1], [9, 2], [4, 3], [2, 4]),
        times: often([4, 1], [2, 2], [1, 4]),
        outcome: often<'fail' | 'crash'>([3, 'fail'], [1, 'crash']),
      }),
      { maxLength: 3 },
    ),
    first: fc.nat(6),
    steps: fc.array(step, { minLength: 1, maxLength: 10, size: 'max' }),
    ending: often<ExitHow>([4, 'shutdown'], [1, 'kill']),
  }),
);

/** Any scenario that OTP has one answer to. */
export const scenarios: Arbitrary<Scenario> = drawn.map((each) => new Plot(each).scenario());

const IDS = 'abcdefgh';
/** Ids of children that steps start. */
const ADDED_IDS = ['x', 'y'];
const DYNAMIC_IDS = ['k', 'l', 'm', 'n', 'o', 'p'];
/** Long after everything that obeys has ended, and soon enough for what does not. */
const TIMED = { obeys: 5000, ignores: 40 };

/** Makes a drawn scenario one that can be: numbers become paths that there are. */
class Plot {
  readonly #drawn: Drawn;
  readonly #root: Supervisor;
  readonly #hasWaits: boolean;
  /** Every path that there can be with what it stands for; children that steps add included. */
  readonly #specs = new Map<string, ChildSpec>();
  readonly #supervisors = new Map<string, Supervisor>();
  /** Children that no step has started yet. Of a dynamic supervisor none is started twice: OTP's have no names. */
  readonly #unborn = new Set<string>();
  /** Whom a step ends; the last of them. */
  readonly #mortal = new Set<string>();
  #exited = '';

  constructor(all: Drawn) {
    this.#drawn = all;
    this.#hasWaits = all.steps.some((each) => each.do === 'wait');
    this.#root = this.#supervisor(all.root);
    this.#enter('r', this.#root, 0);
  }

  scenario(): Scenario {
    const steps = [...this.#first(), ...this.#drawn.steps.flatMap((each) => this.#step(each))];
    steps.push({ do: 'exit', path: 'r', how: this.#drawn.ending });
    const periods = [...this.#supervisors.values()].map(({ periodS }) => periodS);
    return { root: this.#root, plan: this.#plan(), steps: keepOffTheEdges(steps, periods) };
  }

  #supervisor({ children, strategy, ...flags }: DrawnSupervisor): Supervisor {
    const own = strategy === 'dynamic' ? [children[0] ?? WORKER] : children;
    return {
      ...flags,
      strategy,
      children: own.map((child, i) => this.#child(child, IDS[i]!, flags.autoShutdown)),
    };
  }

  #child(
    { restart, significant, shutdown, onStop, below }: DrawnChild,
    id: string,
    auto: AutoShutdown,
  ): ChildSpec {
    const isSignificant = significant && auto !== 'never' && restart !== 'permanent';
    const common = { id, restart, significant: isSignificant };
    if (below) {
      const how = shutdown === 'timed' ? TIMED.obeys : shutdown;
      return { ...common, shutdown: how, what: this.#supervisor(below) };
    }
    // What ignores its stop has to be killed at some time; and while clocks matter, nothing is slow.
    const ignores = onStop === 'ignore' && shutdown === 'timed' && !this.#hasWaits;
    const manner = onStop === 'ignore' ? (ignores ? 'ignore' : 'obey') : onStop;
    const how = shutdown === 'timed' ? (ignores ? TIMED.ignores : TIMED.obeys) : shutdown;
    return { ...common, shutdown: how, what: { kind: 'worker', onStop: manner } };
  }

  #enter(path: string, what: Supervisor, depth: number): void {
    this.#supervisors.set(path, what);
    if (depth > 3) return;
    const added = this.#drawn.added.map((child, i) => this.#child(child, ADDED_IDS[i]!, what.autoShutdown));
    const isDynamic = what.strategy === 'dynamic';
    const children = isDynamic
      ? DYNAMIC_IDS.map((id) => ({ ...what.children[0]!, id }))
      : [...what.children, ...added];
    for (const child of children) {
      const below = `${path}/${child.id}`;
      this.#specs.set(below, child);
      if (isDynamic || !what.children.includes(child)) this.#unborn.add(below);
      if (child.what.kind === 'supervisor') this.#enter(below, child.what, depth + 1);
    }
  }

  #plan(): Planned[] {
    const paths = [...this.#specs.keys()];
    const mortal = [...this.#mortal];
    if (paths.length === 0) return [];
    return this.#drawn.plan.flatMap(({ at, attempt, times, outcome }) => {
      const path = pick(at >> 2, at % 4 > 0 && mortal.length > 0 ? mortal : paths)!;
      // Only where nothing else runs at the same time is it certain what a crash at once comes before.
      if (
        outcome === 'crash' &&
        (attempt === 1 || !this.#isFlat || this.#specs.get(path)!.what.kind === 'supervisor')
      )
        return [];
      return Array.from({ length: times }, (_, i) => ({ path, attempt: attempt + i, outcome }));
    });
  }

  get #isFlat(): boolean {
    return this.#supervisors.size === 1;
  }

  #first(): Step[] {
    return Array.from({ length: this.#drawn.first }).flatMap((_, i) => {
      const dynamic = this.#born([...this.#supervisors.keys()]).filter(
        (path) => this.#supervisors.get(path)!.strategy === 'dynamic',
      );
      return dynamic.length === 0 ? [] : this.#startChild(i, dynamic);
    });
  }

  #startChild(at: number, supervisors: string[], again?: string): Step[] {
    const supervisor = again ? parentOf(again) : pick(at, supervisors)!;
    const isDynamic = this.#supervisors.get(supervisor)!.strategy === 'dynamic';
    const children = [...this.#specs.keys()].filter((path) => parentOf(path) === supervisor);
    const path = isDynamic
      ? children.find((child) => this.#unborn.delete(child))
      : (again ?? pick(Math.floor(at / supervisors.length), children));
    if (!path) return [];
    this.#unborn.delete(path);
    return [{ do: 'start-child', supervisor, child: this.#specs.get(path)! }];
  }

  #step(each: DrawnStep): Step[] {
    if (each.do === 'wait') return [each];
    if (each.do === 'stray')
      return [{ do: 'stray', supervisor: pick(each.at, this.#born([...this.#supervisors.keys()]))! }];
    if (!('inner' in each))
      return this.#simple(
        each,
        this.#born([...this.#specs.keys()]),
        this.#born([...this.#supervisors.keys()]),
      );
    const { do: kind, at, how, inner } = each;
    if (kind === 'suspended') {
      const supervisor = pick(at, this.#born([...this.#supervisors.keys()]))!;
      return [{ do: kind, supervisor, inner: this.#inner(inner, supervisor) }];
    }
    const workers = [...this.#specs].filter(
      ([, { what, shutdown }]) => what.kind === 'worker' && (kind === 'starting' || shutdown === 'infinity'),
    );
    const path = pick(at, this.#born(workers.map(([path]) => path)));
    if (!path) return [];
    this.#exited = path;
    if (kind === 'starting') this.#mortal.add(path);
    const supervisor = parentOf(path);
    const inside = this.#inner(inner, supervisor, path);
    if (kind === 'starting') return [{ do: kind, path, how, inner: inside }];
    const by = inside.find((step) => step.do === 'exit' && step.path !== path) ?? {
      do: 'terminate-child' as const,
      supervisor,
      id: path.slice(supervisor.length + 1),
    };
    return [{ do: kind, path, by, inner: inside.filter((step) => step !== by) }];
  }

  /** What happens to a supervisor that is busy, and to its children. */
  #inner(inner: DrawnStep[], supervisor: string, ended = ''): Step[] {
    const children = [...this.#specs.keys()].filter((path) => parentOf(path) === supervisor);
    const steps = inner.flatMap((each) =>
      'inner' in each || each.do === 'wait' || each.do === 'stray'
        ? []
        : this.#simple(each, this.#born(children), [supervisor]),
    );
    if (this.#supervisors.get(supervisor)!.strategy !== 'dynamic') return steps;
    // OTP would be asked to terminate the pid that has ended, we the child that has followed it.
    const ending = new Set([ended, ...steps.map((step) => (step.do === 'exit' ? step.path : ''))]);
    return steps.filter((step) => step.do !== 'terminate-child' || !ending.has(`${supervisor}/${step.id}`));
  }

  #born(paths: string[]): string[] {
    return paths.filter((path) => ![...this.#unborn].some((unborn) => `${path}/`.startsWith(`${unborn}/`)));
  }

  #simple(
    { do: kind, at, how, same }: Extract<DrawnStep, { do: 'exit' | Request }>,
    paths: string[],
    supervisors: string[],
  ): Step[] {
    const again = same && kind !== 'exit' && paths.includes(this.#exited) ? this.#exited : undefined;
    if (kind === 'start-child') return this.#startChild(at, supervisors, again);
    const path = again ?? pick(at, paths);
    if (!path) return [];
    if (kind === 'exit') {
      this.#exited = path;
      this.#mortal.add(path);
      const isSupervisor = this.#supervisors.has(path);
      return [{ do: kind, path, how: isSupervisor && how !== 'kill' ? 'shutdown' : how }];
    }
    return [{ do: kind, supervisor: parentOf(path), id: path.slice(parentOf(path).length + 1) }];
  }
}

const WORKER: DrawnChild = {
  restart: 'permanent',
  significant: false,
  shutdown: 'infinity',
  onStop: 'obey',
  below: null,
};

function pick<T>(at: number, among: readonly T[]): T | undefined {
  return among[at % Math.max(1, among.length)];
}
