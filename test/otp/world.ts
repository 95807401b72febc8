import { type Exit, KILLED, NORMAL, SHUTDOWN } from '../../agent/supervisor/exit.ts';
import type {
  Child,
  Effect,
  newState,
  Strategy,
  SupervisorEnd,
  SupervisorEvent,
  SupervisorState,
} from '../../agent/supervisor/state.ts';
import type { transition } from '../../agent/supervisor/transition.ts';
import type { Decision } from '../../protocol/ledger.ts';
import type { Log } from './beam.ts';
import {
  type ChildSpec,
  type ExitHow,
  parentOf,
  type Scenario,
  type Step,
  type Supervisor,
  type Worker,
} from './scenario.ts';

/** The decisions under test: the real ones, or a mutant of them. */
export interface Decisions {
  transition: typeof transition;
  newState: typeof newState;
}

type Event = SupervisorEvent<Kid, string>;

interface Kid extends Child {
  readonly spec: ChildSpec;
  readonly path: string;
  /** Which start of its path its life is. */
  n: number;
  life: Life | 'worker' | null;
  /** Its last start was a restart that failed. */
  hasFailed: boolean;
}

/** One life of a supervisor. */
interface Life {
  readonly path: string;
  readonly n: number;
  readonly what: Supervisor;
  readonly above: { life: Life; kid: Kid } | null;
  readonly state: SupervisorState<Kid, string>;
  /** Events that wait until it is resumed; null while it is not suspended. */
  mailbox: Event[] | null;
}

/** A decision that is wrong may never come to rest. */
const MAX_EVENTS = 3000;

const EXITS: Record<ExitHow, { word: string; exit: Exit }> = {
  normal: { word: 'normal', exit: NORMAL },
  shutdown: { word: 'shutdown', exit: SHUTDOWN },
  shutdown_term: { word: 'shutdown', exit: { kind: 'shutdown', reason: 'shutdown (somehow)' } },
  crash: { word: 'crash', exit: { kind: 'abnormal', reason: 'crash' } },
  kill: { word: 'killed', exit: KILLED },
};

/** What a scenario came to, for the counts. */
export type Seen =
  | { what: 'decided'; decision: Decision; strategy: Strategy; isNested: boolean }
  | {
      what:
        | 'failed start'
        | 'failed restart'
        | 'restart that fails again'
        | 'request while restarting'
        | 'supervisor killed';
    };
export type Witness = (seen: Seen) => void;

/** How a worker ends that is told to stop; what ignores it ends so when it was held. */
const MANNERS: Record<Worker['onStop'], ExitHow> = {
  obey: 'shutdown',
  ignore: 'shutdown',
  crash: 'crash',
  normal: 'normal',
  shutdown_term: 'shutdown_term',
};

/** What our supervisors do in a scenario, told as the BEAM tells it. */
export function runOurs(scenario: Scenario, decisions: Decisions, witness: Witness = () => {}): Log {
  const world = new World(scenario, decisions, witness);
  return [world.start(), ...scenario.steps.map((step, i) => world.step(step, `${i + 1}`))];
}

/**
 * A tree of supervisors, each one's `transition` fed and its effects performed as `SupervisorLife` does, with
 * workers that do what the scenario says, on a clock that moves when the scenario waits.
 */
class World {
  readonly #scenario: Scenario;
  readonly #decisions: Decisions;
  readonly #witness: Witness;
  readonly #plan: Map<string, string>;
  readonly #starts = new Map<string, number>();
  readonly #lives = new Map<string, Life>();
  readonly #kids = new Map<string, Kid>();
  readonly #haveLived = new Set<string>();
  readonly #inbox: [Life, Event][] = [];
  /** Each with whether it still matters: what has ended in time has none. */
  readonly #deadlines: { at: number; isPending: () => boolean; kill: () => void }[] = [];
  #log: string[] = [];
  #nowMs = 0;
  #events = 0;
  #armed: string | null = null;
  /** What does not go on yet; `start`: whose start it is. */
  #held: { goOn: () => void; start?: Kid } | null = null;
  #holdsStop: string | null = null;

  constructor(scenario: Scenario, decisions: Decisions, witness: Witness) {
    this.#witness = witness;
    this.#scenario = scenario;
    this.#decisions = decisions;
    this.#plan = new Map(scenario.plan.map(({ path, attempt, outcome }) => [`${path}#${attempt}`, outcome]));
  }

  start(): string[] {
    this.#starts.set('r', 1);
    this.#log.push('start r#1');
    this.#bear('r', 1, this.#scenario.root, null);
    return this.#told();
  }

  step(step: Step, label: string): string[] {
    this.#do(step, label);
    return this.#told();
  }

  #told(): string[] {
    this.#settle();
    const lives = [...this.#lives.values()].filter(({ state }) => state.phase === 'running');
    for (const life of lives.sort((a, b) => (a.path < b.path ? -1 : 1))) this.#log.push(...snapshot(life));
    const told = this.#log;
    this.#log = [];
    return told;
  }

  #do(step: Step, label: string): void {
    switch (step.do) {
      case 'exit':
        this.#leave(step.path, step.how);
        return this.#settle();
      case 'start-child': {
        const life = this.#lives.get(step.supervisor);
        const spec =
          life?.what.strategy === 'dynamic' ? { ...life.what.children[0]!, id: step.child.id } : step.child;
        const child = kidOf(spec, `${step.supervisor}/${spec.id}`);
        return this.#request(step.supervisor, { type: 'start-child', child, request: label }, label);
      }
      case 'terminate-child':
        if (this.#lives.get(step.supervisor)?.what.strategy === 'dynamic') {
          // Named by its pid on OTP: one that never lived has none.
          if (!this.#haveLived.has(`${step.supervisor}/${step.id}`)) return void this.#log.push('skip');
        }
        return this.#request(step.supervisor, { type: step.do, id: step.id, request: label }, label);
      case 'restart-child':
      case 'delete-child':
        return this.#request(step.supervisor, { type: step.do, id: step.id, request: label }, label);
      case 'wait':
        this.#nowMs += step.seconds * 1000;
        return;
      case 'align':
        return;
      case 'look': {
        const kids = [...(this.#lives.get(step.supervisor)?.state.children.values() ?? [])];
        this.#log.push(['reply', label, ...kids.map(({ id, phase }) => `${id}=${phase}`)].join(' '));
        return;
      }
      case 'stray':
        return this.#stray(step.supervisor);
      case 'suspended': {
        const life = this.#lives.get(step.supervisor);
        if (life?.state.phase !== 'running') return void this.#log.push('skip');
        life.mailbox = [];
        this.#inner(step.inner, label);
        const waiting = life.mailbox;
        life.mailbox = null;
        for (const event of waiting) this.#post(life, event);
        return this.#settle();
      }
      case 'starting':
        this.#armed = step.path;
        this.#leave(step.path, step.how);
        this.#settle();
        this.#armed = null;
        return this.#release(step.inner, label, step.path);
      case 'stopping':
        if (this.#kids.get(step.path)?.life !== 'worker') return void this.#log.push('skip');
        this.#holdsStop = step.path;
        this.#do(step.by, label);
        this.#holdsStop = null;
        return this.#release(step.inner, label, step.path);
    }
  }

  /** What happens while something is held; then it goes on. */
  #release(inner: Step[], label: string, path: string): void {
    const held = this.#held;
    if (!held) return;
    if (this.#lives.get(parentOf(path))?.state.phase === 'running') this.#inner(inner, label);
    // It may have ended meanwhile.
    if (this.#held === held) {
      this.#held = null;
      if (held.start) this.#log.push(`released ${path}#${held.start.n}`);
      held.goOn();
    }
    this.#settle();
  }

  #inner(steps: Step[], label: string): void {
    for (const [i, step] of steps.entries()) this.#do(step, `${label}.${i + 1}`);
  }

  #request(supervisor: string, event: Event, label: string): void {
    const life = this.#lives.get(supervisor);
    if (life?.state.phase !== 'running') return void this.#log.push(`reply ${label} gone`);
    this.#post(life, event);
    this.#settle();
  }

  #leave(path: string, how: ExitHow): void {
    const life = this.#lives.get(path);
    if (life) {
      if (how === 'kill') this.#witness({ what: 'supervisor killed' });
      return this.#post(life, { type: how === 'kill' ? 'kill' : 'shutdown' });
    }
    const kid = this.#kids.get(path);
    if (kid?.life === 'worker') this.#end(kid, EXITS[how].word, EXITS[how].exit);
    else this.#log.push('skip');
  }

  /** What its children's former lives say late; then the specs of its children. */
  #stray(supervisor: string): void {
    const life = this.#lives.get(supervisor);
    if (life?.state.phase !== 'running') return void this.#log.push('skip');
    const kids = [...life.state.children.values()];
    for (const child of kids) {
      const pid = child.pid - 1;
      this.#post(life, { type: 'exited', child, pid, exit: EXITS.crash.exit });
      this.#post(life, { type: 'started', child, pid });
      this.#post(life, { type: 'try-again', child });
    }
    this.#settle();
    const specs = kids.map(({ path, rule }) => `spec ${path} ${rule.restart} ${rule.significant}`);
    const told = life.what.strategy === 'dynamic' ? [] : specs;
    this.#log.push(...[...told, `spec ${supervisor}/nobody not_found`].sort());
  }

  #post(life: Life, event: Event): void {
    // OTP: system messages and the parent's exit do not wait while a process is suspended.
    const waits = life.mailbox && event.type !== 'shutdown' && event.type !== 'kill';
    if (waits) life.mailbox!.push(event);
    else this.#inbox.push([life, event]);
  }

  #settle(): void {
    for (;;) {
      const next = this.#inbox.shift();
      if (next) this.#feed(...next);
      else if (this.#deadlines.length > 0) {
        this.#deadlines.sort((a, b) => a.at - b.at);
        const { at, isPending, kill } = this.#deadlines.shift()!;
        if (!isPending()) continue;
        this.#nowMs = Math.max(this.#nowMs, at);
        kill();
      } else return;
    }
  }

  #feed(life: Life, event: Event): void {
    if (this.#events++ > MAX_EVENTS) throw new Error('it does not come to rest');
    if (!this.#isAlive(life)) {
      // Whoever asks one that has just ended hears it as a caller on the BEAM does.
      if ('request' in event) this.#log.push(`reply ${event.request} shutdown`);
      return;
    }
    const { effects } = this.#decisions.transition(life.state, event, this.#nowMs);
    for (const effect of effects) this.#perform(life, effect);
  }

  #isAlive(life: Life): boolean {
    return this.#lives.get(life.path) === life;
  }

  #perform(life: Life, effect: Effect<Kid, string>): void {
    switch (effect.do) {
      case 'start':
        return this.#start(life, effect.child, effect.pid);
      case 'stop':
        return this.#stop(effect.child);
      case 'kill': {
        const { life: below } = effect.child;
        if (below === 'worker') this.#end(effect.child, 'killed', KILLED);
        else if (below) this.#post(below, { type: 'kill' });
        return;
      }
      case 'decide':
        this.#witness({
          what: 'decided',
          decision: effect.decision,
          strategy: life.what.strategy,
          isNested: life.above !== null,
        });
        if (effect.decision === 'escalate') this.#log.push(`gives-up ${life.path}#${life.n}`);
        return;
      case 'try-again':
        this.#witness({ what: effect.child.hasFailed ? 'restart that fails again' : 'failed restart' });
        effect.child.hasFailed = true;
        return this.#post(life, { type: 'try-again', child: effect.child });
      case 'reply': {
        const { request, reply } = effect;
        if ('error' in reply && reply.error === 'restarting')
          this.#witness({ what: 'request while restarting' });
        this.#log.push(`reply ${request} ${'child' in reply ? 'ok' : reply.error}`);
        return;
      }
      case 'ready':
        this.#log.push(`ready ${life.path}#${life.n}`);
        if (life.above) this.#started(life.above.life, life.above.kid);
        return;
      case 'exit':
        return this.#exit(life, effect.end);
    }
  }

  #start(life: Life, kid: Kid, pid: number): void {
    const n = (this.#starts.get(kid.path) ?? 0) + 1;
    this.#starts.set(kid.path, n);
    kid.n = n;
    this.#kids.set(kid.path, kid);
    this.#log.push(`start ${kid.path}#${n}`);
    const launch = () => this.#launch(life, kid, pid);
    if (this.#armed !== kid.path) return launch();
    this.#armed = null;
    this.#log.push(`held ${kid.path}#${n}`);
    this.#held = { goOn: launch, start: kid };
  }

  #launch(life: Life, kid: Kid, pid: number): void {
    const { what } = kid.spec;
    const outcome = this.#plan.get(`${kid.path}#${kid.n}`);
    if (outcome !== 'fail') {
      this.#haveLived.add(kid.path);
      kid.hasFailed = false;
    }
    if (outcome === 'fail') {
      this.#post(life, { type: 'exited', child: kid, pid, exit: EXITS.crash.exit });
    } else if (what.kind === 'supervisor') {
      kid.life = this.#bear(kid.path, kid.n, what, { life, kid });
    } else {
      kid.life = 'worker';
      this.#started(life, kid);
      if (outcome === 'crash') this.#end(kid, 'crash', EXITS.crash.exit, life);
      if (outcome === 'ignore') this.#end(kid, 'normal', NORMAL, life);
    }
  }

  #bear(path: string, n: number, what: Supervisor, above: Life['above']): Life {
    const { strategy, intensity, periodS, autoShutdown } = what;
    const kids = strategy === 'dynamic' ? [] : what.children.map((spec) => kidOf(spec, `${path}/${spec.id}`));
    const flags = { strategy, intensity, periodMs: periodS * 1000, autoShutdown };
    const state = this.#decisions.newState<Kid, string>(flags, kids);
    const life: Life = { path, n, what, above, state, mailbox: null };
    this.#lives.set(path, life);
    this.#post(life, { type: 'start' });
    return life;
  }

  #started(life: Life, kid: Kid): void {
    this.#post(life, { type: 'started', child: kid, pid: kid.pid });
  }

  #stop(kid: Kid): void {
    const { shutdown, what } = kid.spec;
    const { life } = kid;
    const { pid } = kid;
    if (life === null) {
      // It has ended, which its supervisor has yet to hear; or its start is held.
      if (kid.phase !== 'stopping' || this.#held?.start !== kid) return;
      this.#held = null;
      return this.#end(kid, 'shutdown', SHUTDOWN);
    }
    if (life !== 'worker') {
      if (shutdown === 'brutal_kill') return this.#post(life, { type: 'kill' });
      if (typeof shutdown === 'number') {
        this.#after(
          shutdown,
          () => this.#isAlive(life),
          () => this.#post(life, { type: 'kill' }),
        );
      }
      return this.#post(life, { type: 'shutdown' });
    }
    if (shutdown === 'brutal_kill') return this.#end(kid, 'killed', KILLED);
    this.#log.push(`stop ${kid.path}#${kid.n}`);
    const { onStop } = what as Worker;
    const isPending = () => kid.life === 'worker' && kid.pid === pid;
    const obey = () => {
      const { word, exit } = EXITS[MANNERS[onStop]];
      this.#end(kid, word, exit);
    };
    if (this.#holdsStop === kid.path) {
      this.#log.push(`held ${kid.path}#${kid.n}`);
      this.#held = {
        goOn: () => {
          if (isPending()) obey();
        },
      };
      return;
    }
    if (onStop !== 'ignore') return obey();
    this.#after(shutdown as number, isPending, () => this.#end(kid, 'killed', KILLED));
  }

  #after(ms: number, isPending: () => boolean, kill: () => void): void {
    this.#deadlines.push({ at: this.#nowMs + ms, isPending, kill });
  }

  #end(kid: Kid, word: string, exit: Exit, above = this.#lives.get(parentOf(kid.path))): void {
    kid.life = null;
    this.#log.push(`end ${kid.path}#${kid.n} ${word}`);
    if (above) this.#post(above, { type: 'exited', child: kid, pid: kid.pid, exit });
  }

  #exit(life: Life, end: SupervisorEnd<Kid>): void {
    const word = end.why === 'killed' || end.why === 'start_failed' ? end.why : 'shutdown';
    const exit = end.why === 'killed' ? KILLED : end.why === 'start_failed' ? end.exit : SHUTDOWN;
    this.#log.push(`end ${life.path}#${life.n} ${word}`);
    if (end.why === 'start_failed') this.#witness({ what: 'failed start' });
    this.#lives.delete(life.path);
    for (const event of life.mailbox ?? []) {
      if ('request' in event) this.#log.push(`reply ${event.request} shutdown`);
    }
    if (!life.above) return;
    const { life: above, kid } = life.above;
    kid.life = null;
    this.#post(above, { type: 'exited', child: kid, pid: kid.pid, exit });
  }
}

function kidOf(spec: ChildSpec, path: string): Kid {
  const { id, restart, significant } = spec;
  return {
    id,
    rule: { restart, significant },
    phase: 'none',
    pid: 0,
    exit: null,
    spec,
    path,
    n: 0,
    life: null,
    hasFailed: false,
  };
}

function snapshot({ path, what, state }: Life): string[] {
  const kids = [...state.children.values()];
  const which = kids.map((kid) => {
    if (kid.phase === 'running') return `${kid.path}#${kid.n}`;
    return what.strategy === 'dynamic'
      ? 'restarting'
      : `${kid.path}=${kid.phase === 'none' ? 'undefined' : kid.phase}`;
  });
  const active = kids.filter(({ phase }) => phase === 'running').length;
  const supervisors = kids.filter(({ spec }) => spec.what.kind === 'supervisor').length;
  const specs = what.strategy === 'dynamic' ? 1 : kids.length;
  const count = [specs, active, supervisors, kids.length - supervisors].join(' ');
  return [['which', path, ...which].join(' '), `count ${path} ${count}`];
}
