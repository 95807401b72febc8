import type { ChildSpec, SupervisorOptions, TemplateSpec } from '../../agent/supervisor/child-spec.ts';
import type { RestartType } from '../../agent/supervisor/state.ts';
import { dynamicSupervisor, type Supervisor, supervisor } from '../../agent/supervisor/supervisor.ts';
import type { Random } from '../support/random.ts';
import type { Workers } from './workers.ts';

/** A tree drawn by chance: every strategy, restart type, shutdown and host; some back off, some workers beat. */
export class DrawnTree {
  /** Every supervisor in it, those that come with dynamic children included. */
  readonly supervisors: Supervisor[] = [];
  readonly #random: Random;
  readonly #workers: Workers;

  constructor(random: Random, workers: Workers) {
    this.#random = random;
    this.#workers = workers;
  }

  /** The outermost one, which lasts. */
  root(): Supervisor {
    const strategy = this.#random.pick(['one_for_one', 'one_for_one', 'rest_for_one'] as const);
    const children = Array.from({ length: 4 }, (_, at) => this.#child(`s${at}`, 2));
    return this.#noted(supervisor('root', { strategy, intensity: 1000, periodMs: 1000, children }));
  }

  worker(id: string): ChildSpec {
    return { ...this.#template(), id };
  }

  #child(id: string, depth: number): ChildSpec | Supervisor {
    return depth > 0 && this.#random.chance(0.6) ? this.#supervisor(id, depth - 1) : this.worker(id);
  }

  #supervisor(id: string, depth: number): Supervisor {
    const random = this.#random;
    const options: SupervisorOptions = {
      intensity: random.int(0, 4),
      periodMs: random.pick([200, 1000, 5000]),
      restart: random.pick(RESTARTS),
      shutdown: random.pick(['infinity', 'infinity', 'brutal_kill', { afterMs: 120 }] as const),
    };
    if (random.chance(0.4)) {
      const firstMs = random.int(1, 200);
      options.backOff = { firstMs, mostMs: 5 * firstMs, jitter: random.pick([0, 0.5]) };
    }
    if (random.chance(0.25)) {
      const child = random.chance(0.3)
        ? (made: string) => this.#supervisor(made, Math.max(0, depth - 1))
        : this.#template();
      return this.#noted(dynamicSupervisor(id, { ...options, child }));
    }
    const strategy = random.pick(['one_for_one', 'one_for_all', 'rest_for_one'] as const);
    const children = Array.from({ length: random.int(1, 4) }, (_, at) => this.#child(`c${at}`, depth));
    if (random.chance(0.2)) {
      options.autoShutdown = random.pick(['any_significant', 'all_significant'] as const);
      children.push({ ...this.worker('last'), restart: 'transient', significant: true });
    }
    return this.#noted(supervisor(id, { ...options, strategy, children }));
  }

  #template(): TemplateSpec {
    const random = this.#random;
    const heartbeat = random.chance(0.3)
      ? { everyMs: random.pick([40, 200]), missed: random.int(1, 3) }
      : null;
    const common = {
      restart: random.pick(RESTARTS),
      shutdown: random.pick(['brutal_kill', { afterMs: 50 }, { afterMs: 500 }] as const),
      ready: 'explicit' as const,
      args: { everyMs: heartbeat?.everyMs ?? null },
      ...(heartbeat ? { heartbeat } : {}),
    };
    const host = random.pick(['task', 'thread', 'process'] as const);
    if (host === 'task') return { ...common, host, run: this.#workers.run };
    return { ...common, host, module: '/simulated.js' };
  }

  #noted(made: Supervisor): Supervisor {
    this.supervisors.push(made);
    return made;
  }
}

const RESTARTS: readonly RestartType[] = ['permanent', 'permanent', 'transient', 'temporary'];
