import type { Act } from '../../protocol/act.ts';
import type { ChildFacts, HostKind, NodeStatus, SupervisorFacts } from '../../protocol/tree.ts';
import type {
  ActCause,
  ActReceipt,
  ChildReceipt,
  DeclaredNode,
  Handover,
  LocalFact,
  LocalPreview,
  Registry,
} from '../registry.ts';
import { monotonicMs, registry } from '../registry.ts';
import type { Answer, Mail } from './context.ts';
import type { Exit } from './exit.ts';
import { Questions } from './questions.ts';
import type { Slot } from './slot.ts';

/** One running child, whatever it runs on. After `stop` or `kill` its incarnation hears `exited`. */
export interface Life {
  start(): void;
  /** Asks it to end within its shutdown time; when that is over it is killed. */
  stop(): void;
  kill(): void;
  /** Hands it a message. Throws what the host's clone throws. */
  receive(mail: Mail): void;
  /** See DeclaredNode. */
  recount?(): boolean;
  /** Of a supervisor: asked for by a person. */
  startChild?(cause: ActCause): Promise<ChildReceipt>;
}

/** Who decides about an incarnation: the supervisor above it, or the code that started an outermost one. */
export interface Owner {
  ready(incarnation: Incarnation): void;
  exited(incarnation: Incarnation, exit: Exit): void;
  heard(incarnation: Incarnation, message: unknown): void;
  act(incarnation: Incarnation, act: Act, cause: ActCause): ActReceipt;
  preview(incarnation: Incarnation, act: Act): LocalPreview;
  deleteChild(incarnation: Incarnation): Promise<ChildReceipt>;
}

/** What an incarnation is made of. */
export interface Birth {
  owner: Owner;
  /** Its place in the supervisor above; null for an outermost one. */
  slot: Slot | null;
  parent: Incarnation | null;
  kind: 'supervisor' | 'worker';
  host: HostKind | null;
  name: string;
  lineage: string;
  incarnation: number;
  restarts: number;
  /** Why the incarnation before this one ended. */
  exitReason: string | null;
  supervisor: SupervisorFacts | null;
  child: ChildFacts | null;
  isProtected: boolean;
}

type Untimed<F> = F extends LocalFact ? Omit<F, 't' | 'at'> : never;

/** One incarnation of a supervisor or worker: its node in the tree, and the one place where its facts are made. */
export class Incarnation implements DeclaredNode {
  readonly serial: number;
  readonly owner: Owner;
  readonly slot: Slot | null;
  readonly parent: Incarnation | null;
  readonly kind: 'supervisor' | 'worker';
  readonly host: HostKind | null;
  readonly name: string;
  readonly lineage: string;
  readonly incarnation: number;
  readonly restarts: number;
  readonly supervisor: SupervisorFacts | null;
  readonly child: ChildFacts | null;
  readonly isProtected: boolean;
  readonly startedAt = Date.now();
  status: NodeStatus = 'starting';
  endedAt: number | null = null;
  exitReason: string | null;
  state: Handover['state'] = undefined;
  backlog: Handover['backlog'] = undefined;
  runsIn: { threadId: number } | { pid: number } | null = null;
  /** Set right after it was made. */
  life: Life | null = null;
  /** It has ended and its successor waits until then, milliseconds since 1970. Not a field of every one: few ever wait. */
  declare restartsAt?: number | null;
  /** The call of the act that ends it. */
  call: string | undefined = undefined;
  isReady = false;
  /** It was told to stop, so an end before it was ready is no failed start. */
  isStopping = false;
  /** Its handle is dead: it has ended, or it was killed and nobody waits for its code any more. */
  isOver = false;
  /** It no longer has a place in its supervisor: its node leaves the tree once its code has ended. */
  #isDetached = false;
  #questions: Questions | null = null;
  readonly #registry: Registry = registry();

  constructor(birth: Birth) {
    this.serial = this.#registry.nextSerial++;
    this.owner = birth.owner;
    this.slot = birth.slot;
    this.parent = birth.parent;
    this.kind = birth.kind;
    this.host = birth.host;
    this.name = birth.name;
    this.lineage = birth.lineage;
    this.incarnation = birth.incarnation;
    this.restarts = birth.restarts;
    this.exitReason = birth.exitReason;
    this.supervisor = birth.supervisor;
    this.child = birth.child;
    this.isProtected = birth.isProtected;
    this.#registry.nodes.set(this.serial, this);
  }

  /** Starts what it runs on, as the successor of `previous`. */
  begin(life: Life, previous: Incarnation | null): void {
    this.life = life;
    this.changed();
    if (this.isObserved) this.happened({ kind: 'started', node: this, previous });
    previous?.detach();
    life.start();
  }

  ready(): void {
    if (this.isReady || this.isOver) return;
    this.isReady = true;
    if (this.status === 'starting') this.status = 'running';
    this.changed();
    if (this.isObserved) this.happened({ kind: 'ready', node: this });
    this.owner.ready(this);
  }

  /** It ended, or (`isStillRunning`) its handle is dead and nobody waits for its code. */
  exited(exit: Exit): void {
    this.isOver = true;
    if (exit.isStillRunning) {
      this.exitReason = exit.reason;
      this.status = 'stopping';
      this.changed();
    } else this.#end(exit);
    this.#questions?.refuseAll('it ended before it answered');
    this.owner.exited(this, exit);
  }

  /** It had been killed, its successor may run already; now its code has ended as well. */
  endedLate(exit: Exit): void {
    this.#end(exit);
    if (this.#isDetached) this.#leave();
  }

  straggles(afterMs: number, holds: string[] | undefined): void {
    this.status = 'straggler';
    this.changed();
    if (!this.isObserved) return;
    this.happened({ kind: 'straggler', node: this, afterMs, ...(holds ? { holds } : {}) });
  }

  /** Its successor waits until `at`; null: not any more. What was killed and still runs keeps its status. */
  waits(at: number | null): void {
    this.restartsAt = at;
    if (this.hasEnded) this.status = at === null ? 'exited' : 'restarting';
    this.changed();
  }

  /** It has lost its place to a successor, or for good. */
  detach(): void {
    if (this.#isDetached) return;
    this.#isDetached = true;
    if (this.hasEnded) this.#leave();
  }

  stop(call: string | undefined): void {
    // It ended in its very start, and its supervisor has not come to hear of it.
    if (this.isOver) return;
    this.isStopping = true;
    if (call !== undefined) this.call = call;
    this.status = 'stopping';
    this.changed();
    this.life!.stop();
  }

  kill(call: string | undefined): void {
    if (this.isOver) return;
    if (call !== undefined) this.call = call;
    // A thread in a native call takes its time.
    this.status = 'stopping';
    this.changed();
    this.life!.kill();
  }

  runs(where: { threadId: number } | { pid: number }): void {
    this.runsIn = where;
    this.changed();
  }

  handOver(what: Handover): void {
    if (what.state) this.state = what.state;
    if (what.backlog) this.backlog = what.backlog;
    this.changed();
  }

  /** The object it handed over, where no other has handed over the same. */
  ownState(): unknown[] {
    const { state } = this;
    if (typeof state?.reference !== 'object' || state.reference === null) return [];
    for (const other of this.#registry.nodes.values()) {
      if (other !== this && other.state?.reference === state.reference) return [];
    }
    return [state.reference];
  }

  /** What is asked of it; made when first used. */
  get questions(): Questions {
    this.#questions ??= new Questions();
    return this.#questions;
  }

  /** A message, or an answer, from the worker. */
  heard(envelope: Mail | Answer): void {
    if ('message' in envelope) return this.owner.heard(this, envelope.message);
    this.#questions?.answered(envelope);
  }

  act(act: Act, cause: ActCause): ActReceipt {
    return this.owner.act(this, act, cause);
  }

  async childAct(act: 'start-child' | 'delete', cause: ActCause): Promise<ChildReceipt> {
    if (act === 'delete') return this.owner.deleteChild(this);
    const words = `${this.lineage} is no supervisor: it starts no children.`;
    return this.life?.startChild?.(cause) ?? { accepted: false, code: 'NOT_POSSIBLE', words };
  }

  recount(): boolean {
    return this.life?.recount?.() ?? false;
  }

  preview(act: Act): LocalPreview {
    return this.owner.preview(this, act);
  }

  /** It is the current one of its lineage, and what is above it runs. */
  get hasPlace(): boolean {
    return !this.#isDetached;
  }

  get isWaiting(): boolean {
    return typeof this.restartsAt === 'number';
  }

  get hasEnded(): boolean {
    return this.status === 'exited' || this.status === 'restarting';
  }

  get isObserved(): boolean {
    return this.#registry.observer !== null;
  }

  happened(fact: Untimed<LocalFact>): void {
    this.#registry.observer?.happened({ t: monotonicMs(), at: Date.now(), ...fact } as LocalFact);
  }

  changed(): void {
    this.#registry.observer?.changed(this);
  }

  #end(exit: Exit): void {
    this.status = this.isWaiting ? 'restarting' : 'exited';
    this.endedAt = Date.now();
    this.exitReason = exit.reason;
    this.changed();
    if (!this.isObserved) return;
    const { reason, code, signal, stack } = exit;
    const how = {
      reason,
      ...(code === undefined ? {} : { code }),
      ...(signal === undefined ? {} : { signal }),
      ...(stack === undefined ? {} : { stack }),
    };
    const isFailedStart = !this.isReady && !this.isStopping;
    if (!isFailedStart || this.call !== undefined) {
      this.happened({
        kind: 'exited',
        node: this,
        ...how,
        ...(this.call === undefined ? {} : { call: this.call }),
      });
    }
    if (isFailedStart) this.happened({ kind: 'start-failed', node: this, ...how });
  }

  #leave(): void {
    this.#registry.nodes.delete(this.serial);
    this.#registry.observer?.ended(this);
  }
}
