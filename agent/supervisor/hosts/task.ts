import type { Handover } from '../../registry.ts';
import type { Spec } from '../child-spec.ts';
import { Context, type ContextHome, type Envelope, isAbort, type Mail } from '../context.ts';
import {
  type Exit,
  HEARTBEAT_MISSED,
  KILLED,
  KILLED_STILL_RUNNING,
  NORMAL,
  SHUTDOWN,
  thrownExit,
} from '../exit.ts';
import { AwaitedBeats } from '../heartbeat.ts';
import type { Holder } from '../holds/holds.ts';
import { NO_ID, openScope, type RunScope, runInScope } from '../holds/run-scope.ts';
import type { Incarnation, Life } from '../incarnation.ts';
import { afterKill, type Killed, taskBegins, taskEnds } from './straggler.ts';

/**
 * A worker in this very event loop. Its end is cooperative: a kill aborts its signal and takes its handle away, so
 * that its successor starts; whether its code ends is up to its code (straggler.ts watches it).
 */
export class TaskLife implements Life, ContextHome, Killed, RunScope {
  readonly args: unknown;
  hasSettled = false;
  readonly #incarnation: Incarnation;
  readonly #spec: Spec;
  readonly #context: Context;
  #told: 'nothing' | 'stop' | 'kill' = 'nothing';
  #isGivenUp = false;
  #crash: Exit | null = null;
  #deadline: NodeJS.Timeout | null = null;
  /** Not a field of every task: few have a heartbeat. */
  declare private beats?: AwaitedBeats;
  /** Known only where somebody may look: without an agent nobody asks what a straggler holds. */
  firstId = NO_ID;
  lastId = NO_ID;

  constructor(incarnation: Incarnation, spec: Spec, args: unknown) {
    this.#incarnation = incarnation;
    this.#spec = spec;
    this.args = args;
    this.#context = new Context(this);
  }

  start(): void {
    let result: unknown;
    this.#spec.body!.lives++;
    try {
      result = this.#incarnation.isObserved ? this.#runInScope() : this.#spec.run!(this.#context);
    } catch (thrown) {
      return this.#settle(thrownExit(thrown), thrown);
    }
    Promise.resolve(result).then(
      () => this.#settle(NORMAL, null),
      (thrown) => this.#settle(thrownExit(thrown), thrown),
    );
    if (!this.#spec.isReadyExplicit) this.becomeReady();
  }

  #runInScope(): unknown {
    const resource = openScope(this);
    taskBegins(this, this.#spec.body!);
    return runInScope(resource, this, this.#spec.run!, this.#spec, this.#context);
  }

  stop(): void {
    const { shutdown } = this.#spec;
    if (shutdown === 'brutal_kill') return this.kill();
    if (this.hasSettled || this.#told !== 'nothing') return;
    this.#told = 'stop';
    this.beats?.end();
    // Not unref'd: whoever awaits the stop waits for this.
    if (shutdown !== 'infinity') this.#deadline = setTimeout(() => this.kill(), shutdown.afterMs);
    this.#context.tell('shutdown');
  }

  kill(): void {
    if (this.hasSettled || this.#told === 'kill') return;
    this.#told = 'kill';
    this.beats?.end();
    this.#clearDeadline();
    this.#context.end('killed');
    afterKill(this);
  }

  receive(mail: Mail): void {
    queueMicrotask(() => this.#context.receive(mail));
  }

  giveUp(): void {
    this.#isGivenUp = true;
    this.#incarnation.exited(this.#crash ? { ...this.#crash, isStillRunning: true } : KILLED_STILL_RUNNING);
  }

  straggles(afterMs: number, holds: string[] | undefined): void {
    this.#incarnation.straggles(afterMs, holds);
  }

  get holder(): Holder | null {
    if (this.firstId === NO_ID) return null;
    const marks = () => [this.#context, ...this.#incarnation.ownState()];
    return { scope: this, body: this.#spec.body!, marks };
  }

  get id(): string {
    return this.#incarnation.name;
  }

  get lineage(): string {
    return this.#incarnation.lineage;
  }

  get incarnation(): number {
    return this.#incarnation.incarnation;
  }

  handOver(what: Handover): void {
    this.#incarnation.handOver(what);
  }

  becomeReady(): void {
    this.#incarnation.ready();
    const { heartbeat } = this.#spec;
    if (!heartbeat || this.beats || this.hasSettled || this.#told !== 'nothing') return;
    this.beats = new AwaitedBeats(heartbeat, () => {
      this.#crash = HEARTBEAT_MISSED;
      this.kill();
    });
  }

  beat(): void {
    this.beats?.beat();
  }

  send(envelope: Envelope): void {
    queueMicrotask(() => this.#incarnation.heard(envelope));
  }

  /** Its message handler threw: it crashes, although its `run` may still be at it. */
  crash(thrown: unknown): void {
    if (this.hasSettled || this.#told === 'kill') return;
    this.#crash = thrownExit(thrown);
    this.kill();
  }

  /** `run` has returned, resolved, or thrown. */
  #settle(exit: Exit, thrown: unknown): void {
    this.hasSettled = true;
    this.beats?.end();
    this.#spec.body!.lives--;
    if (this.firstId !== NO_ID) taskEnds(this);
    this.#clearDeadline();
    this.#context.end('exited');
    if (this.#isGivenUp) this.#incarnation.endedLate(this.#crash ?? KILLED);
    else this.#incarnation.exited(this.#asItWasTold(exit, thrown));
  }

  #asItWasTold(exit: Exit, thrown: unknown): Exit {
    if (this.#told === 'kill') return this.#crash ?? KILLED;
    if (this.#told === 'stop' && (exit === NORMAL || isAbort(thrown))) return SHUTDOWN;
    return exit;
  }

  #clearDeadline(): void {
    if (this.#deadline) clearTimeout(this.#deadline);
    this.#deadline = null;
  }
}
