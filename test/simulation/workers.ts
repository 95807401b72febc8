import type { Spec } from '../../agent/supervisor/child-spec.ts';
import type { WorkerContext } from '../../agent/supervisor/context.ts';
import { HostedLife } from '../../agent/supervisor/hosts/hosted.ts';
import type { StartNote, ToRunner } from '../../agent/supervisor/hosts/notes.ts';
import type { Incarnation } from '../../agent/supervisor/incarnation.ts';
import type { Random } from '../support/random.ts';

/** A worker that lives in the simulation, to be crashed from outside. */
export interface Living {
  readonly lineage: string;
  /** Which incarnation it is. */
  readonly life: number;
  crash(): void;
  /** What would never end by itself does. */
  release(): void;
}

/** What one life of a worker will do, drawn when it starts. Null: never. */
interface Plan {
  failsAtOnce: boolean;
  readyMs: number | null;
  endsMs: number | null;
  endsWell: boolean;
  /** From being told to stop. */
  obeysMs: number | null;
  isBeating: boolean;
}

function draw(random: Random): Plan {
  const within = (most: number, never: number) => (random.chance(never) ? null : random.int(0, most));
  return {
    failsAtOnce: random.chance(0.03),
    readyMs: within(60, 0.003),
    endsMs: random.chance(0.25) ? random.int(0, 3000) : null,
    endsWell: random.chance(0.4),
    obeysMs: within(100, 0.15),
    isBeating: random.chance(0.8),
  };
}

/** The workers of one run, whatever they run on. */
export class Workers {
  readonly living = new Set<Living>();
  /** Lives that call `beat` as their specs ask: a `heartbeat missed` of one would be false. */
  readonly beating = new Set<string>();
  readonly #random: Random;
  readonly #violated: (words: string) => void;

  constructor(random: Random, violated: (words: string) => void) {
    this.#random = random;
    this.#violated = violated;
  }

  /** For `lifeOf`: a thread or process that is none, behind the real code that deals with one. */
  hosted(incarnation: Incarnation, spec: Spec, args: unknown): HostedLife {
    return new SimulatedLife(incarnation, spec, args, this, this.#random);
  }

  /** `run` of every task; the task around it is the real one. */
  readonly run = (context: WorkerContext<{ everyMs: number | null }>): Promise<void> => {
    const plan = draw(this.#random);
    if (plan.failsAtOnce) throw new Error('failed at once');
    const timers = new Timers();
    return new Promise<void>((resolve, reject) => {
      const { lineage, incarnation } = context;
      const living: Living = {
        ...{ lineage, life: incarnation, release: resolve },
        crash: () => reject(new Error('crashed')),
      };
      this.living.add(living);
      if (plan.isBeating) this.beating.add(`${lineage} #${incarnation}`);
      timers.onEnd = () => this.living.delete(living);
      timers.after(plan.readyMs, context.ready);
      timers.after(plan.endsMs, () => (plan.endsWell ? resolve() : living.crash()));
      if (plan.isBeating && context.args.everyMs !== null) timers.every(context.args.everyMs, context.beat);
      void context.stopped.then(() => timers.after(plan.obeysMs, resolve));
    }).finally(() => timers.end());
  };

  begun(life: Living): void {
    for (const other of this.living) {
      if (other.lineage === life.lineage)
        this.#violated(`${life.lineage}: #${life.life} begins while #${other.life} lives`);
    }
    this.living.add(life);
  }
}

class SimulatedLife extends HostedLife implements Living {
  readonly #workers: Workers;
  readonly #random: Random;
  readonly #plan: Plan;
  readonly #timers = new Timers();
  #isUp = false;

  constructor(incarnation: Incarnation, spec: Spec, args: unknown, workers: Workers, random: Random) {
    super(incarnation, spec, args);
    this.#workers = workers;
    this.#random = random;
    this.#plan = draw(random);
  }

  get lineage(): string {
    return this.incarnation.lineage;
  }

  get life(): number {
    return this.incarnation.incarnation;
  }

  crash(): void {
    if (this.#random.chance(0.5)) this.noted({ perch: 'failed', ...FAILED });
    this.#ends(1);
  }

  release(): void {
    this.#ends(0);
  }

  protected launch(note: StartNote): void {
    if (this.#plan.failsAtOnce) throw new Error('cannot be launched');
    this.#isUp = true;
    this.#workers.begun(this);
    const { readyMs, endsMs, endsWell, isBeating } = this.#plan;
    const timers = this.#timers;
    timers.onEnd = () => this.#workers.living.delete(this);
    timers.after(readyMs, () => this.noted({ perch: 'ready' }));
    timers.after(endsMs, () => (endsWell ? this.#ends(0) : this.crash()));
    if (isBeating) this.#workers.beating.add(`${this.lineage} #${this.life}`);
    if (isBeating && note.beatMs !== null) timers.every(note.beatMs, () => this.noted({ perch: 'beat' }));
  }

  protected terminate(): boolean {
    // A thread in a native call takes its time.
    if (this.#isUp) this.#timers.after(this.#random.int(0, 30), () => this.#ends(null));
    return this.#isUp;
  }

  protected tell(note: ToRunner): void {
    if (note.perch === 'stop') this.#timers.after(this.#plan.obeysMs, () => this.#ends(0));
  }

  protected insist(): void {}

  #ends(code: number | null): void {
    if (!this.#isUp) return;
    this.#isUp = false;
    this.#timers.end();
    this.ended(code === null ? { code, signal: 'SIGKILL' } : { code });
  }
}

const FAILED = { reason: 'Error: crashed', stack: null, isAbort: false, error: undefined };

/** Timers of one life: none outlives it. */
class Timers {
  readonly #timers = new Set<NodeJS.Timeout>();
  onEnd: () => void = () => {};
  #hasEnded = false;

  after(ms: number | null, fire: () => void): void {
    if (ms !== null && !this.#hasEnded) this.#timers.add(setTimeout(fire, ms));
  }

  every(ms: number, run: () => void): void {
    this.#timers.add(setInterval(run, ms));
  }

  end(): void {
    this.#hasEnded = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.onEnd();
  }
}
