import { type DeclaredNode, type LocalFact, registry } from '../../agent/registry.ts';
import type { ChildSpec as TaskSpec } from '../../agent/supervisor/child-spec.ts';
import type { WorkerContext } from '../../agent/supervisor/context.ts';
import { Incarnation } from '../../agent/supervisor/incarnation.ts';
import {
  DynamicSupervisor,
  dynamicSupervisor,
  type StaticSupervisor,
  type Supervisor as Supervising,
  supervisor,
} from '../../agent/supervisor/supervisor.ts';
import { SupervisorError } from '../../agent/supervisor/supervisor-error.ts';
import { SupervisorLife } from '../../agent/supervisor/supervisor-life.ts';
import type { Log } from './beam.ts';
import { Kinds } from './canonical.ts';
import {
  type ChildSpec,
  type ExitHow,
  parentOf,
  type Scenario,
  type Step,
  type Supervisor,
} from './scenario.ts';

/** Turns of the event loop in which nothing happens, after which nothing is under way: there are no timers here. */
const CALM_TURNS = 4;

/** What a task can be made to do as a process on the BEAM does it; the rest stays with world.ts. */
export function canBeReal(scenario: Scenario): boolean {
  const { root, plan, steps } = scenario;
  const kinds = new Kinds(scenario);
  const isPossible = (step: Step): boolean => {
    switch (step.do) {
      case 'exit':
        // A task cannot say that it was shut down by nobody.
        return kinds.isSupervisor(step.path) || !step.how.startsWith('shutdown');
      case 'start-child':
        return isTask(step.child);
      case 'terminate-child':
        return true;
      case 'restart-child':
      case 'delete-child':
        // There are no such methods.
        return !kinds.isDynamic(step.supervisor);
      case 'starting':
        return !step.how.startsWith('shutdown') && step.inner.every(isPossible);
      case 'stopping':
        // Told to stop, a task that returns has been shut down.
        return [step.by, ...step.inner].every(
          (each) =>
            isPossible(each) && !(each.do === 'exit' && each.path === step.path && each.how === 'normal'),
        );
      default:
        return false;
    }
  };
  // Our supervisors start, or fail because a child does; and a task that throws is over a little later.
  const isPlannable = plan.every(({ path, outcome }) => outcome === 'fail' && !kinds.isSupervisor(path));
  return isPlannable && root.children.every(isTask) && steps.every(isPossible);
}

/** Its worker, or all below it, ends as a task can that was told to: by obeying, or by throwing. */
function isTask({ what }: ChildSpec): boolean {
  if (what.kind === 'supervisor') return what.children.every(isTask);
  return what.onStop === 'obey' || what.onStop === 'crash';
}

/** What our supervisors do in a scenario as a service would use them: through the public API, with tasks. */
export async function runReal(scenario: Scenario): Promise<Log> {
  const real = new Real(scenario);
  try {
    const log = [await real.start()];
    for (const [i, step] of scenario.steps.entries()) log.push(await real.step(step, `${i + 1}`));
    return log;
  } finally {
    await real.clear();
  }
}

type Request = Exclude<Extract<Step, { supervisor: string }>, { do: 'suspended' | 'stray' | 'look' }>;

class Real {
  readonly #app: Supervising;
  readonly #plan: Map<string, string>;
  readonly #ready = new Map<string, DeclaredNode>();
  readonly #current = new Map<string, DeclaredNode>();
  readonly #haveLived = new Set<string>();
  /** How each task that runs can be made to end. */
  readonly #leave = new Map<string, { normal(): void; crash(): void }>();
  #log: string[] = [];
  #armed: string | null = null;
  #holdsStop: string | null = null;
  #held: (() => void) | null = null;

  constructor({ root, plan }: Scenario) {
    this.#plan = new Map(plan.map(({ path, attempt, outcome }) => [`${path}#${attempt}`, outcome]));
    registry().observer = {
      changed() {},
      hostedChanged() {},
      ended() {},
      happened: (fact) => this.#happened(fact),
    };
    this.#app = this.#supervisor('r', 'r', root);
  }

  async start(): Promise<string[]> {
    this.#app.start().catch(() => {});
    return this.#told();
  }

  async step(step: Step, label: string): Promise<string[]> {
    await this.#do(step, label);
    return this.#told();
  }

  async clear(): Promise<void> {
    await this.#app.stop();
    await this.#calm();
    registry().observer = null;
    registry().nodes.clear();
  }

  async #told(): Promise<string[]> {
    await this.#calm();
    for (const path of [...this.#ready.keys()].sort()) this.#log.push(...this.#snapshot(path));
    const told = this.#log;
    this.#log = [];
    return told;
  }

  async #calm(): Promise<void> {
    let before = -1;
    for (let calm = 0; calm < CALM_TURNS; calm++) {
      await new Promise((resolve) => setImmediate(resolve));
      if (this.#log.length !== before) calm = 0;
      before = this.#log.length;
    }
  }

  async #do(step: Step, label: string): Promise<void> {
    switch (step.do) {
      case 'exit':
        this.#exit(step.path, step.how);
        break;
      case 'starting':
        this.#armed = step.path;
        this.#exit(step.path, step.how);
        await this.#calm();
        this.#armed = null;
        return this.#release(step.inner, label, parentOf(step.path));
      case 'stopping':
        if (!this.#leave.has(step.path)) return void this.#log.push('skip');
        this.#holdsStop = step.path;
        await this.#do(step.by, label);
        this.#holdsStop = null;
        return this.#release(step.inner, label, parentOf(step.path));
      case 'start-child':
      case 'terminate-child':
      case 'restart-child':
      case 'delete-child':
        this.#request(step, label);
        break;
      default:
        throw new Error(`${step.do} cannot be real`);
    }
    await this.#calm();
  }

  async #release(inner: Step[], label: string, above: string): Promise<void> {
    const held = this.#held;
    if (!held) return;
    if (this.#ready.has(above))
      for (const [i, step] of inner.entries()) await this.#do(step, `${label}.${i + 1}`);
    this.#held = null;
    held();
    await this.#calm();
  }

  #exit(path: string, how: ExitHow): void {
    const node = this.#current.get(path);
    const isRunning = node?.kind === 'supervisor' || this.#leave.has(path);
    if (!(node instanceof Incarnation) || !isRunning) return void this.#log.push('skip');
    if (how === 'kill') {
      node.kill(undefined);
      // What was told to stop hears of no second end; it obeys.
      if (node.isStopping) this.#leave.get(path)?.normal();
      return;
    }
    if (node.life instanceof SupervisorLife) return node.life.post({ type: 'shutdown' });
    this.#leave.get(path)?.[how === 'normal' ? 'normal' : 'crash']();
  }

  #request(step: Request, label: string): void {
    const { supervisor: path } = step;
    const asked = this.#supervisorAt(path);
    const reply = (word: string) => this.#log.push(`reply ${label} ${word}`);
    if (!asked || !this.#ready.has(path)) return void reply('gone');
    if (step.do === 'terminate-child' && asked instanceof DynamicSupervisor) {
      if (!this.#haveLived.has(`${path}/${step.id}`)) return void this.#log.push('skip');
    }
    this.#ask(asked, path, step).then(
      () => reply('ok'),
      (error) => {
        if (!(error instanceof SupervisorError)) throw error;
        reply(error.code);
      },
    );
  }

  #ask(asked: Supervising, path: string, step: Request): Promise<unknown> {
    if (step.do === 'terminate-child') return asked.terminateChild(step.id);
    if (step.do === 'start-child') {
      const { child } = step;
      if (asked instanceof DynamicSupervisor) return asked.startChild(child.id);
      return (asked as StaticSupervisor).startChild(this.#child(child, `${path}/${child.id}`));
    }
    const { id } = step;
    if (step.do === 'restart-child') return (asked as StaticSupervisor).restartChild(id);
    return (asked as StaticSupervisor).deleteChild(id);
  }

  #supervisorAt(path: string): Supervising | undefined {
    const ids = path.split('/').slice(1);
    return ids.reduce<Supervising | undefined>((here, id) => here?.supervisor(id), this.#app);
  }

  #supervisor(id: string, path: string, what: Supervisor, own: Partial<ChildSpec> = {}): Supervising {
    const { intensity, periodS, autoShutdown, children, strategy } = what;
    const options = { intensity, periodMs: periodS * 1000, autoShutdown, ...rulesOf(own) };
    if (strategy !== 'dynamic') {
      const specs = children.map((child) => this.#child(child, `${path}/${child.id}`));
      return supervisor(id, { ...options, strategy, children: specs });
    }
    const template = children[0]!;
    const below = template.what;
    if (below.kind === 'worker')
      return dynamicSupervisor(id, { ...options, child: this.#task(template, path) });
    return dynamicSupervisor(id, {
      ...options,
      child: (each: string) => this.#supervisor(each, `${path}/${each}`, below, template),
    });
  }

  #child(spec: ChildSpec, path: string): TaskSpec | Supervising {
    const { what, id } = spec;
    return what.kind === 'supervisor'
      ? this.#supervisor(id, path, what, spec)
      : this.#task(spec, parentOf(path));
  }

  #task(spec: ChildSpec, above: string): TaskSpec {
    const run = (context: WorkerContext) => this.#run(context, spec, `${above}/${context.id}`);
    return { id: spec.id, host: 'task', ready: 'explicit', run, ...rulesOf(spec) };
  }

  /** A worker that does what the scenario says. */
  #run(context: WorkerContext, spec: ChildSpec, path: string): Promise<void> | void {
    const outcome = this.#plan.get(`${path}#${context.incarnation}`);
    const begin = (): void => {
      if (outcome === 'fail') throw new Error('crash');
      this.#haveLived.add(path);
      context.ready();
      if (outcome === 'crash') throw new Error('crash');
    };
    return new Promise((resolve, reject) => {
      const crash = () => reject(new Error('crash'));
      const leave = { normal: resolve, crash };
      context.signal.addEventListener('abort', () => {
        if (this.#leave.get(path) === leave) this.#leave.delete(path);
        const node = this.#current.get(path) as Incarnation;
        const end = () => (spec.what.kind === 'worker' && spec.what.onStop === 'crash' ? crash() : resolve());
        if (!node.isStopping || spec.shutdown === 'brutal_kill') return resolve();
        this.#log.push(`stop ${path}#${context.incarnation}`);
        if (this.#holdsStop !== path) return end();
        this.#log.push(`held ${path}#${context.incarnation}`);
        this.#leave.set(path, leave);
        this.#held = end;
      });
      const start = () => {
        this.#leave.set(path, leave);
        begin();
      };
      if (this.#armed !== path) return start();
      this.#armed = null;
      this.#log.push(`held ${path}#${context.incarnation}`);
      this.#held = () => {
        this.#log.push(`released ${path}#${context.incarnation}`);
        try {
          start();
        } catch (thrown) {
          reject(thrown);
        }
      };
    });
  }

  #happened(fact: LocalFact): void {
    const { node } = fact;
    const life = `${node.lineage}#${node.incarnation}`;
    switch (fact.kind) {
      case 'started':
        this.#current.set(node.lineage, node);
        if (node.kind === 'supervisor') this.#haveLived.add(node.lineage);
        this.#log.push(`start ${life}`);
        return;
      case 'ready':
        if (node.kind !== 'supervisor') return;
        this.#ready.set(node.lineage, node);
        this.#log.push(`ready ${life}`);
        return;
      case 'start-failed':
        this.#over(node);
        if (node.kind === 'supervisor') this.#log.push(`end ${life} start_failed`);
        return;
      case 'exited':
        this.#over(node);
        this.#log.push(`end ${life} ${fact.reason === 'Error: crash' ? 'crash' : fact.reason.split(' ')[0]}`);
        return;
      case 'decided':
        if (fact.decision === 'escalate')
          this.#log.push(`gives-up ${fact.by.lineage}#${fact.by.incarnation}`);
    }
  }

  #over(node: DeclaredNode): void {
    if (this.#current.get(node.lineage) !== node) return;
    this.#current.delete(node.lineage);
    this.#ready.delete(node.lineage);
    this.#leave.delete(node.lineage);
  }

  #snapshot(path: string): string[] {
    const asked = this.#supervisorAt(path)!;
    const which = asked.whichChildren().map(({ id, status, incarnation }) => {
      if (status === 'restarting' && asked instanceof DynamicSupervisor) return status;
      if (status === 'restarting') return `${path}/${id}=restarting`;
      return status === 'stopped' ? `${path}/${id}=undefined` : `${path}/${id}#${incarnation}`;
    });
    const { specs, active, supervisors, workers } = asked.countChildren();
    return [
      ['which', path, ...which].join(' '),
      `count ${path} ${specs} ${active} ${supervisors} ${workers}`,
    ];
  }
}

function rulesOf({ restart, significant, shutdown }: Partial<ChildSpec>) {
  return {
    ...(restart ? { restart } : {}),
    ...(significant ? { significant } : {}),
    ...(shutdown === undefined
      ? {}
      : { shutdown: typeof shutdown === 'number' ? { afterMs: shutdown } : shutdown }),
  };
}

/** A log whose replies have no place among what else happens in a step: a promise resolves a little later. */
export function withRepliesApart(log: Log): Log {
  return log.map((lines) => {
    const replies = lines.filter((line) => line.startsWith('reply '));
    return [...lines.filter((line) => !line.startsWith('reply ')), ...replies.sort()];
  });
}
