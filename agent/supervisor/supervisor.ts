import type { NodeStatus } from '../../protocol/tree.ts';
import { ChildHandle } from './child-handle.ts';
import {
  type ChildSpec,
  readCommon,
  readFlags,
  readId,
  readSpec,
  readStrategy,
  type Shutdown,
  type SupervisorOptions,
  type TemplateSpec,
} from './child-spec.ts';
import { Definition } from './definition.ts';
import type { Heartbeat } from './heartbeat.ts';
import { Outermost } from './outermost.ts';
import { request } from './request.ts';
import type { Origin, Slot } from './slot.ts';
import { startChild } from './start-child.ts';
import type { AutoShutdown, RestartType, Strategy } from './state.ts';
import { requestError } from './supervisor-error.ts';

export interface StaticOptions extends SupervisorOptions {
  /** Default `one_for_one`. */
  strategy?: 'one_for_one' | 'one_for_all' | 'rest_for_one';
  /** Started left to right, stopped right to left. Another supervisor's value is a supervisor below this one. */
  children?: readonly (ChildSpec | Supervisor)[];
}

export interface DynamicOptions extends SupervisorOptions {
  /**
   * What every child is started from; it has no id, `startChild` gives it. A function makes each child a supervisor
   * of its own: it is called once for each `startChild`, and gives a new one of that id.
   */
  // biome-ignore lint/suspicious/noExplicitAny: the function types its own args
  child: TemplateSpec | ((id: string, args: any) => Supervisor);
}

/** A supervisor with children declared beforehand. Throws a TypeError for a spec that cannot be. */
export function supervisor(id: string, options: StaticOptions): StaticSupervisor {
  return new StaticSupervisor(id, options);
}

/** A supervisor whose children of one spec come and go; OTP's simple_one_for_one. */
export function dynamicSupervisor(id: string, options: DynamicOptions): DynamicSupervisor {
  return new DynamicSupervisor(id, options);
}

/** One child as `whichChildren` lists it. */
export interface ChildInfo {
  id: string;
  kind: 'supervisor' | 'worker';
  /** `restarting`: its restart failed and is tried again. `stopped`: it keeps its place and can be restarted. */
  status: NodeStatus | 'restarting' | 'stopped';
  /** 0 when it never ran. */
  incarnation: number;
}

/** A child's spec with its defaults, as `getChildSpec` gives it. */
export interface ChildSpecInfo {
  id: string;
  kind: 'supervisor' | 'worker';
  /** Null for a supervisor. */
  host: 'task' | 'thread' | 'process' | null;
  restart: RestartType;
  shutdown: Shutdown;
  significant: boolean;
  protected: boolean;
  /** Null where none is awaited. */
  heartbeat: Heartbeat | null;
}

let definitionOf: (supervisor: Supervisor) => Definition;
let isSupervisor: (value: object) => value is Supervisor;

/** What a static and a dynamic supervisor have in common. Names a lineage: it outlives each life of it. */
export abstract class Supervisor {
  readonly #definition: Definition;
  readonly #outermost: Outermost;

  static {
    definitionOf = (supervisor) => supervisor.#definition;
    isSupervisor = (value): value is Supervisor => #definition in value;
  }

  constructor(id: string, strategy: Strategy, options: SupervisorOptions, children: Map<string, Origin>) {
    const name = `supervisor ${readId(id, 'A supervisor')}`;
    const flags = readFlags(options, strategy, name);
    // Whether its own supervisor allows a significant child is asked when it is put below one.
    const common = readCommon(options, name, 'any_significant', 'infinity');
    this.#definition = new Definition({ supervisor: this, id, flags, ...common }, children);
    this.#outermost = new Outermost(this.#definition);
  }

  get id(): string {
    return this.#definition.id;
  }

  get lineage(): string {
    return this.#definition.lineage;
  }

  /**
   * Starts the tree, left to right; resolves when every child is ready. When one fails to start, those before it
   * are stopped again and this rejects with a SupervisorError whose `cause` is what it threw.
   */
  async start(): Promise<void> {
    this.#mustBeOutermost('start');
    return this.#outermost.start();
  }

  /** Ends the tree, right to left, each child within its shutdown. Resolves when all have ended. */
  async stop(): Promise<void> {
    this.#mustBeOutermost('stop');
    return this.#outermost.stop();
  }

  /** Resolves with the reason once the tree has ended, also by giving up. What then becomes of the service is its choice. */
  get exited(): Promise<string> {
    this.#mustBeOutermost('exited');
    return this.#outermost.exitedReason;
  }

  /** A handle that names this child over all its incarnations; undefined when there is no such child. */
  child(id: string): ChildHandle | undefined {
    const { current, children } = this.#definition;
    const isThere = current?.state.children.has(id) || children.has(id);
    return isThere ? new ChildHandle(this.#definition, id) : undefined;
  }

  /** The supervisor that is this child; undefined when there is no such child, or it is a worker. */
  supervisor(id: string): Supervisor | undefined {
    const { current, children } = this.#definition;
    const spec = (current?.state.children.get(id) ?? children.get(id))?.spec;
    return spec && 'children' in spec ? spec.supervisor : undefined;
  }

  /** What this child was declared as; undefined when there is no such child. OTP's get_childspec. */
  getChildSpec(id: string): ChildSpecInfo | undefined {
    const { current, children } = this.#definition;
    const spec = (current?.state.children.get(id) ?? children.get(id))?.spec;
    if (!spec) return undefined;
    const isSupervisor = 'children' in spec;
    const { restart, shutdown, significant, isProtected } = spec;
    return {
      ...{ id, kind: isSupervisor ? 'supervisor' : 'worker', host: isSupervisor ? null : spec.host },
      ...{ restart, shutdown, significant, protected: isProtected },
      heartbeat: isSupervisor ? null : spec.heartbeat,
    };
  }

  /** Stops a child, not counted and not restarted. A static child keeps its place, a dynamic or temporary one goes. */
  async terminateChild(id: string): Promise<void> {
    await request(this.#definition, id, { type: 'terminate-child', id });
  }

  whichChildren(): ChildInfo[] {
    return Array.from(this.#definition.current?.state.children.values() ?? [], infoOf);
  }

  countChildren(): { specs: number; active: number; supervisors: number; workers: number } {
    const children = this.whichChildren();
    const supervisors = children.filter(({ kind }) => kind === 'supervisor').length;
    const active = children.filter(({ status }) => status !== 'stopped' && status !== 'restarting').length;
    const specs = this.#definition.flags.strategy === 'dynamic' ? 1 : children.length;
    return { specs, active, supervisors, workers: children.length - supervisors };
  }

  #mustBeOutermost(what: string): void {
    const { above } = this.#definition;
    if (!above) return;
    throw new TypeError(
      `${this.lineage} is started and stopped by ${above.lineage}; use ${what} of the outermost`,
    );
  }
}

export class StaticSupervisor extends Supervisor {
  constructor(id: string, options: StaticOptions) {
    const { children = [], strategy = 'one_for_one', autoShutdown = 'never' } = options;
    if (!Array.isArray(children))
      throw new TypeError(`supervisor ${id}: children must be an array of child specs`);
    super(id, readStrategy(strategy, `supervisor ${id}`), options, readChildren(id, children, autoShutdown));
  }

  /** Adds a child after the others and starts it; it is gone when the supervisor itself is restarted. */
  async startChild(spec: ChildSpec | Supervisor): Promise<ChildHandle> {
    const definition = definitionOf(this);
    const [id, origin] = readChild(definition.lineage, spec, definition.flags.autoShutdown);
    return startChild(definition, id, origin);
  }

  /** Starts a child that has ended or was terminated and kept its place. */
  restartChild(id: string): Promise<ChildHandle> {
    return request(definitionOf(this), id, { type: 'restart-child', id });
  }

  /** Takes a child that does not run out of its place. */
  async deleteChild(id: string): Promise<void> {
    await request(definitionOf(this), id, { type: 'delete-child', id });
  }
}

export class DynamicSupervisor extends Supervisor {
  readonly #originOf: (id: string, args: unknown) => Origin;

  constructor(id: string, options: DynamicOptions) {
    const { child, autoShutdown = 'never' } = options;
    const originOf =
      typeof child === 'function'
        ? (childId: string, args: unknown) =>
            readMade(this.lineage, childId, child(childId, args), autoShutdown)
        : readTemplate(id, child, autoShutdown);
    super(id, 'dynamic', options, new Map());
    this.#originOf = originOf;
  }

  /** Starts a child of this id; resolves with its handle once it is ready. `args` are kept for its restarts. */
  async startChild(id: string, args?: unknown): Promise<ChildHandle> {
    const definition = definitionOf(this);
    readId(id, `${definition.lineage}: a child`);
    if (!definition.current) throw requestError('not_running', definition.lineage);
    return startChild(definition, id, this.#originOf(id, args));
  }
}

function readTemplate(id: string, child: TemplateSpec, autoShutdown: AutoShutdown) {
  const name = `supervisor ${id}: child`;
  if (typeof child !== 'object' || child === null)
    throw new TypeError(`${name} must be a child spec without id, or a function that makes a supervisor`);
  const spec = readSpec(child, name, autoShutdown);
  return (_: string, args: unknown): Origin => ({ spec, args: args === undefined ? spec.args : args });
}

/** What a dynamic supervisor's function has made. */
function readMade(above: string, id: string, made: unknown, autoShutdown: AutoShutdown): Origin {
  if (typeof made !== 'object' || made === null || !isSupervisor(made) || made.id !== id)
    throw new TypeError(`${above}: its function must give a supervisor with the id '${id}'`);
  return readChild(above, made, autoShutdown)[1];
}

function readChildren(
  id: string,
  children: readonly (ChildSpec | Supervisor)[],
  autoShutdown: AutoShutdown,
): Map<string, Origin> {
  const origins = new Map<string, Origin>();
  for (const child of children) {
    const [childId, origin] = readChild(`supervisor ${id}`, child, autoShutdown);
    if (origins.has(childId)) throw new TypeError(`supervisor ${id}: two children have the id '${childId}'`);
    origins.set(childId, origin);
  }
  return origins;
}

function readChild(
  above: string,
  child: ChildSpec | Supervisor,
  autoShutdown: AutoShutdown,
): [string, Origin] {
  if (typeof child !== 'object' || child === null) {
    throw new TypeError(`${above}: a child must be a child spec or a supervisor, not ${String(child)}`);
  }
  if (!isSupervisor(child)) {
    const name = `${above}: child ${readId(child.id, `${above}: a child`)}`;
    const spec = readSpec(child, name, autoShutdown);
    return [child.id, { spec, args: spec.args }];
  }
  const spec = definitionOf(child);
  const name = `${above}: child ${child.id}`;
  if (spec.above || spec.current)
    throw new TypeError(`${name} is in a tree already; a supervisor has one place`);
  if (spec.significant && autoShutdown === 'never') {
    throw new TypeError(`${name} cannot be significant while the autoShutdown of ${above} is 'never'`);
  }
  return [child.id, { spec }];
}

function infoOf({ id, spec, phase, node, lives }: Slot): ChildInfo {
  const status = phase === 'none' ? 'stopped' : phase === 'restarting' ? phase : (node?.status ?? 'starting');
  return { id, kind: 'children' in spec ? 'supervisor' : 'worker', status, incarnation: lives.incarnation };
}
