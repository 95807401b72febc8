import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ResourceLimits } from 'node:worker_threads';
import type { BackOff } from './back-off.ts';
import type { WorkerContext } from './context.ts';
import type { Heartbeat } from './heartbeat.ts';
import { type RunBody, runBodyOf } from './holds/run-body.ts';
import type { AutoShutdown, RestartType, Strategy, SupervisorFlags } from './state.ts';

/** The longest a timer of Node waits; a longer one fires at once. */
const LONGEST_MS = 2 ** 31 - 1;

/** How a child is told to end: OTP's words. `afterMs` asks, and kills when that time is over. */
export type Shutdown = 'brutal_kill' | 'infinity' | { afterMs: number };

interface CommonSpec {
  /** When it is started again after its end. Default `permanent`. */
  restart?: RestartType;
  /** Default `{ afterMs: 5000 }`; for supervisors `infinity`. */
  shutdown?: Shutdown;
  /** Counts for the supervisor's `autoShutdown`. */
  significant?: boolean;
  /** No act ends it, what is under it, or a supervisor it is under. */
  protected?: boolean;
}

interface WorkerOptions extends CommonSpec {
  args?: unknown;
  /**
   * `implied` (default): it is ready once `run` was called and has returned. `explicit`: once it calls
   * `context.ready()`. What ends before it is ready has failed to start.
   */
  ready?: 'implied' | 'explicit';
  /** Not OTP's: once it is ready its code must call `context.beat()` this often, or it has crashed. `missed`: default 3. */
  heartbeat?: Pick<Heartbeat, 'everyMs'> & Partial<Heartbeat>;
}

/** Runs in the event loop of the code that declared it. */
export interface TaskOptions<Args = never> extends WorkerOptions {
  host: 'task';
  run(context: WorkerContext<Args>): unknown;
}

/** Runs on a worker_threads Worker. The module exports `run`, or has it as its default export. */
export interface ThreadOptions extends WorkerOptions {
  host: 'thread';
  /** A file URL or an absolute path: `new URL('./bot.js', import.meta.url)`. */
  module: string | URL;
  resourceLimits?: ResourceLimits;
}

/** Runs in a forked Node process. */
export interface ProcessOptions extends WorkerOptions {
  host: 'process';
  module: string | URL;
}

// biome-ignore lint/suspicious/noExplicitAny: each task of a list types its own args
export type TemplateSpec = TaskOptions<any> | ThreadOptions | ProcessOptions;
/** A worker's child spec. */
export type ChildSpec = TemplateSpec & { id: string };

export interface SupervisorOptions extends CommonSpec {
  /** Restarts allowed in `periodMs` before it gives up. Defaults 1 in 5000, as in OTP. */
  intensity?: number;
  periodMs?: number;
  autoShutdown?: AutoShutdown;
  /** Not OTP's: how long it waits before it restarts a child. Absent: not at all. Defaults `factor` 2, `jitter` 0. */
  backOff?: Pick<BackOff, 'firstMs' | 'mostMs'> & Partial<BackOff>;
}

/** A worker's spec with every default filled in and checked. */
export interface Spec {
  readonly host: 'task' | 'thread' | 'process';
  readonly run: ((context: WorkerContext) => unknown) | null;
  /** The same function, with what has to be known of it once a task does not obey. */
  readonly body: RunBody | null;
  /** Where to import it from, as a file URL. */
  readonly module: string | null;
  readonly args: unknown;
  readonly restart: RestartType;
  readonly significant: boolean;
  readonly shutdown: Shutdown;
  readonly isProtected: boolean;
  readonly isReadyExplicit: boolean;
  readonly heartbeat: Heartbeat | null;
  readonly resourceLimits: ResourceLimits | undefined;
}

/** Checks a worker's spec. Throws a TypeError that names the child and what to write instead. */
export function readSpec(spec: TemplateSpec, name: string, autoShutdown: AutoShutdown): Spec {
  const { host, args, ready = 'implied' } = spec;
  if (host !== 'task' && host !== 'thread' && host !== 'process') {
    throw wrong(name, 'host', host, `'task', 'thread' or 'process'`);
  }
  if (ready !== 'implied' && ready !== 'explicit') {
    throw wrong(name, 'ready', ready, `'implied' or 'explicit'`);
  }
  if (host === 'task' && typeof spec.run !== 'function') {
    throw wrong(name, 'run', spec.run, 'a function that takes the context; a task runs in this very loop');
  }
  return {
    host,
    run: host === 'task' ? (spec.run as Spec['run']) : null,
    body: host === 'task' ? runBodyOf(spec.run) : null,
    module: host === 'task' ? null : readModule(spec.module, name),
    args,
    ...readCommon(spec, name, autoShutdown, { afterMs: 5000 }),
    isReadyExplicit: ready === 'explicit',
    heartbeat: spec.heartbeat === undefined ? null : readHeartbeat(spec.heartbeat, `${name}: heartbeat`),
    resourceLimits: host === 'thread' ? spec.resourceLimits : undefined,
  };
}

function readHeartbeat(heartbeat: NonNullable<WorkerOptions['heartbeat']>, name: string): Heartbeat {
  if (typeof heartbeat !== 'object' || heartbeat === null)
    throw wrong(name, 'it', heartbeat, '{ everyMs: 1000, missed: 3 }');
  const { everyMs, missed = 3 } = heartbeat;
  if (!isMs(everyMs) || everyMs < 10) throw wrong(name, 'everyMs', everyMs, 'milliseconds, 10 or more');
  if (!isCount(missed) || missed === 0)
    throw wrong(name, 'missed', missed, 'a whole number of beats, 1 or more');
  return { everyMs, missed };
}

/** Restart type, shutdown and the like: of workers and supervisors. */
export function readCommon(
  spec: CommonSpec,
  name: string,
  autoShutdown: AutoShutdown,
  defaultShutdown: Shutdown,
): Pick<Spec, 'restart' | 'significant' | 'shutdown' | 'isProtected'> {
  const { restart = 'permanent', significant = false, shutdown = defaultShutdown } = spec;
  if (restart !== 'permanent' && restart !== 'transient' && restart !== 'temporary') {
    throw wrong(name, 'restart', restart, `'permanent', 'transient' or 'temporary'`);
  }
  const isTimed = typeof shutdown === 'object' && shutdown !== null && isMs(shutdown.afterMs);
  if (shutdown !== 'brutal_kill' && shutdown !== 'infinity' && !isTimed) {
    throw wrong(name, 'shutdown', shutdown, `'brutal_kill', 'infinity' or { afterMs: 5000 }`);
  }
  if (significant && (restart === 'permanent' || autoShutdown === 'never')) {
    const why = restart === 'permanent' ? 'it is permanent' : `its supervisor's autoShutdown is 'never'`;
    throw new TypeError(`${name}: it cannot be significant while ${why} (OTP supervisor(3), auto_shutdown)`);
  }
  return { restart, significant, shutdown, isProtected: spec.protected === true };
}

/** Checks what a supervisor was told, with OTP's defaults. */
export function readFlags(options: SupervisorOptions, strategy: Strategy, name: string): SupervisorFlags {
  const { intensity = 1, periodMs = 5000, autoShutdown = 'never' } = options;
  if (!isCount(intensity)) throw wrong(name, 'intensity', intensity, 'a whole number of restarts, 0 or more');
  if (!isCount(periodMs) || periodMs === 0)
    throw wrong(name, 'periodMs', periodMs, 'milliseconds, 1 or more');
  if (!['never', 'any_significant', 'all_significant'].includes(autoShutdown)) {
    throw wrong(name, 'autoShutdown', autoShutdown, `'never', 'any_significant' or 'all_significant'`);
  }
  const { backOff } = options;
  const waits = backOff === undefined ? {} : { backOff: readBackOff(backOff, `${name}: backOff`) };
  return { strategy, intensity, periodMs, autoShutdown, ...waits };
}

function readBackOff(backOff: NonNullable<SupervisorOptions['backOff']>, name: string): BackOff {
  if (typeof backOff !== 'object' || backOff === null)
    throw wrong(name, 'it', backOff, '{ firstMs: 100, mostMs: 10_000 }');
  const { firstMs, mostMs, factor = 2, jitter = 0 } = backOff;
  if (!isMs(firstMs) || firstMs === 0) throw wrong(name, 'firstMs', firstMs, 'milliseconds, 1 or more');
  if (!isMs(mostMs) || mostMs < firstMs) throw wrong(name, 'mostMs', mostMs, 'milliseconds, firstMs or more');
  if (!(Number.isFinite(factor) && factor >= 1)) throw wrong(name, 'factor', factor, 'a number, 1 or more');
  if (!(jitter >= 0 && jitter <= 1)) throw wrong(name, 'jitter', jitter, 'a share from 0 to 1');
  return { firstMs, mostMs, factor, jitter };
}

/** The strategy of a static supervisor. */
export function readStrategy(strategy: Strategy, name: string): Strategy {
  if (strategy === 'one_for_one' || strategy === 'one_for_all' || strategy === 'rest_for_one')
    return strategy;
  const expected = `'one_for_one', 'one_for_all' or 'rest_for_one'; for children of one spec there is dynamicSupervisor`;
  throw wrong(name, 'strategy', strategy, expected);
}

/** An id becomes a part of the lineage, so it holds no slash; and it is shown, so it is short and printable. */
export function readId(id: unknown, what: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be in it
  if (typeof id === 'string' && id.length <= 200 && /^[^/\u0000-\u001f\u007f]+$/.test(id)) return id;
  throw new TypeError(
    `${what}: its id must be 1 to 200 printable characters without a slash, not ${show(id)}`,
  );
}

function readModule(module: unknown, name: string): string {
  if (module instanceof URL && module.protocol === 'file:') return module.href;
  if (typeof module === 'string') {
    if (module.startsWith('file:')) return module;
    if (path.isAbsolute(module)) return pathToFileURL(module).href;
  }
  const example = `new URL('./worker.js', import.meta.url), or an absolute path`;
  throw wrong(name, 'module', module instanceof URL ? module.href : module, example);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isMs(value: unknown): value is number {
  return isCount(value) && value <= LONGEST_MS;
}

function wrong(name: string, field: string, got: unknown, expected: string): TypeError {
  return new TypeError(`${name}: ${field} is ${show(got)}; it must be ${expected}`);
}

function show(value: unknown): string {
  if (typeof value === 'string') return `'${value.slice(0, 80)}'`;
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
