import type { Act } from '../../protocol/act.ts';
import type { ChildFacts } from '../../protocol/tree.ts';
import type { ActCause, ActReceipt, ChildReceipt, LocalPreview } from '../registry.ts';
import { actRefusal } from './acts.ts';
import { deleteChildByAct, startChildByAct } from './child-acts.ts';
import type { Definition } from './definition.ts';
import { type Exit, KILLED, SHUTDOWN } from './exit.ts';
import { Fifo } from './fifo.ts';
import { lifeOf } from './hosts/life-of.ts';
import { Incarnation, type Life, type Owner } from './incarnation.ts';
import { previewAct } from './preview/preview.ts';
import { countRestarts, oldestRestart } from './restart-window.ts';
import type { Origin, Slot } from './slot.ts';
import {
  type Effect,
  newState,
  type Reply,
  type SupervisorEnd,
  type SupervisorEvent,
  type SupervisorState,
} from './state.ts';
import { transition } from './transition.ts';

/** Who asked; told once the supervisor got to it. Null: nobody waits for the answer. */
export type Request = ((reply: Reply<Slot>) => void) | null;
export type SlotEvent = SupervisorEvent<Slot, Request>;

/**
 * One incarnation of a supervisor. It feeds events to `transition`, one at a time, and performs the effects; it
 * decides nothing itself.
 */
export class SupervisorLife implements Life, Owner {
  readonly state: SupervisorState<Slot, Request>;
  readonly #definition: Definition;
  readonly #incarnation: Incarnation;
  readonly #childFacts = new WeakMap<Origin['spec'], ChildFacts>();
  /** Places of static children are numbered in the order of their first starts, which is start order. */
  #nextOrder = 0;
  #oldestRestart: number | null = null;
  readonly #inbox = new Fifo<SlotEvent>();
  /** Children whose restart waits. Each has its own time: it is jittered. */
  #waits: Map<Slot, NodeJS.Timeout> | null = null;
  #isTurning = false;
  #deadline: NodeJS.Timeout | null = null;

  constructor(definition: Definition, incarnation: Incarnation) {
    this.#definition = definition;
    this.#incarnation = incarnation;
    this.state = newState(definition.flags, definition.newSlots());
  }

  start(): void {
    this.#definition.current = this;
    this.post({ type: 'start' });
  }

  stop(): void {
    const { shutdown } = this.#definition;
    if (shutdown === 'brutal_kill') return this.kill();
    if (typeof shutdown === 'object') this.#deadline ??= setTimeout(() => this.kill(), shutdown.afterMs);
    this.post({ type: 'shutdown' });
  }

  kill(): void {
    this.post({ type: 'kill' });
  }

  receive(): never {
    throw new TypeError(`${this.#incarnation.lineage} is a supervisor: it takes no messages`);
  }

  /** Handles the event now, or after those that came before it. */
  post(event: SlotEvent): void {
    this.#inbox.push(event);
    if (this.#isTurning) return;
    this.#isTurning = true;
    try {
      for (let next = this.#inbox.shift(); next; next = this.#inbox.shift()) {
        const { effects } = transition(this.state, next, performance.now(), Math.random);
        for (const effect of effects) this.#perform(effect);
      }
    } finally {
      this.#isTurning = false;
    }
  }

  ready({ slot: child }: Incarnation): void {
    this.post({ type: 'started', child: child!, pid: child!.pid });
  }

  exited(incarnation: Incarnation, exit: Exit): void {
    // What lost its place has been waited for already.
    if (!incarnation.hasPlace) return;
    const child = incarnation.slot!;
    this.post({ type: 'exited', child, pid: child.pid, exit });
  }

  recount(): boolean {
    return this.#showBudget(countRestarts(this.state.restarts, performance.now(), this.state.flags.periodMs));
  }

  heard(incarnation: Incarnation, message: unknown): void {
    this.#definition.deliver(incarnation.name, message);
  }

  startChild(cause: ActCause): Promise<ChildReceipt> {
    return startChildByAct(this.#definition, this.#incarnation, cause);
  }

  deleteChild(child: Incarnation): Promise<ChildReceipt> {
    return deleteChildByAct(child, (event) => this.post(event));
  }

  act(incarnation: Incarnation, act: Act, { call }: ActCause): ActReceipt {
    const { pid } = incarnation.slot!;
    const refused = refusalOf(incarnation, act);
    if (refused) return refused;
    // After the receipt: what follows runs the service's code (abort listeners, `run`).
    queueMicrotask(() => {
      if (!incarnation.hasPlace) return;
      if (act === 'kill') return incarnation.kill(call);
      const type = act === 'stop' ? 'terminate-child' : 'cycle-child';
      this.post({ type, id: incarnation.name, request: null, pid, call });
    });
    return { accepted: true };
  }

  preview(incarnation: Incarnation, act: Act): LocalPreview {
    return previewAct(incarnation, act, refusalOf(incarnation, act), performance.now());
  }

  #perform(effect: Effect<Slot, Request>): void {
    switch (effect.do) {
      case 'start':
        return this.#start(effect.child, effect.isNew);
      case 'stop':
        return effect.child.node!.stop(effect.call);
      case 'kill':
        return effect.child.node!.kill(undefined);
      case 'decide':
        return this.#decided(effect);
      case 'try-again':
        setImmediate(() => this.post({ type: 'try-again', child: effect.child }));
        return;
      case 'wait':
        return this.#wait(effect.child, effect.pid, effect.delayMs);
      case 'end-wait':
        return this.#endWait(effect.child);
      case 'forget':
        return this.#forget(effect.child);
      case 'reply':
        return effect.request?.(effect.reply);
      case 'ready':
        return this.#incarnation.ready();
      case 'exit':
        return this.#exit(effect.end);
    }
  }

  #start(slot: Slot, isNew: boolean): void {
    const { spec, node: previous } = slot;
    if (isNew) this.#takePlace(slot);
    const { lives } = slot;
    const above = this.#incarnation;
    if (lives.incarnation > 0 && !isNew) lives.restarts++;
    lives.incarnation++;
    const isSupervisor = 'children' in spec;
    const child = this.#factsOf(spec);
    const node = new Incarnation({
      owner: this,
      slot,
      parent: above,
      kind: isSupervisor ? 'supervisor' : 'worker',
      host: isSupervisor ? null : spec.host,
      name: slot.id,
      lineage: `${above.lineage}/${slot.id}`,
      incarnation: lives.incarnation,
      restarts: lives.restarts,
      exitReason: previous?.exitReason ?? lives.exitReason,
      supervisor: isSupervisor ? spec.facts() : null,
      child,
      isProtected: child.protected,
    });
    slot.node = node;
    node.begin(isSupervisor ? new SupervisorLife(spec, node) : lifeOf(node, spec, slot.args), previous);
  }

  /** A new child goes on counting where the last of its id has ended. */
  #takePlace(slot: Slot): void {
    slot.lives = this.#definition.livesOf(slot.id);
    if ('children' in slot.spec) slot.spec.inherit(slot.lives.below);
  }

  /** The same object for all children of one spec. */
  #factsOf(spec: Origin['spec']): ChildFacts {
    let facts = this.#childFacts.get(spec);
    if (!facts) {
      const { restart, significant, shutdown } = spec;
      facts = {
        restart,
        shutdown: typeof shutdown === 'object' ? shutdown.afterMs : shutdown,
        significant,
        protected: this.#incarnation.isProtected || spec.isProtected,
        ...('heartbeat' in spec && spec.heartbeat ? { heartbeat: spec.heartbeat } : {}),
        ...(this.state.flags.strategy === 'dynamic' ? {} : { order: this.#nextOrder++ }),
      };
      this.#childFacts.set(spec, facts);
    }
    return facts;
  }

  #decided({
    child,
    decision,
    restartsInPeriod,
    affected,
    delayMs,
  }: Extract<Effect<Slot, Request>, { do: 'decide' }>) {
    const by = this.#incarnation;
    if (this.#showBudget(restartsInPeriod)) by.changed();
    if (!by.isObserved) return;
    const { intensity, periodMs } = this.state.flags;
    const nodes = affected.flatMap(({ node }) => node ?? []);
    by.happened({
      kind: 'decided',
      node: child.node!,
      by,
      decision,
      // These two have counted this exit as one restart more.
      restartsBefore: restartsInPeriod - (decision === 'restart' || decision === 'escalate' ? 1 : 0),
      restartsInPeriod,
      intensity,
      periodMs,
      affected: nodes,
      ...(delayMs ? { delayMs } : {}),
    });
  }

  #wait(slot: Slot, pid: number, delayMs: number): void {
    // Not unref'd: a service whose only worker waits is not done.
    const timer = setTimeout(() => this.post({ type: 'due', child: slot, pid }), delayMs);
    this.#waits ??= new Map();
    this.#waits.set(slot, timer);
    slot.node!.waits(Date.now() + delayMs);
  }

  #endWait(slot: Slot): void {
    clearTimeout(this.#waits!.get(slot));
    this.#waits!.delete(slot);
    slot.node!.waits(null);
  }

  /** Puts the count into the facts, with when it falls next; false when they said so already. */
  #showBudget(restartsInPeriod: number): boolean {
    const facts = this.#incarnation.supervisor!;
    const oldest = oldestRestart(this.state.restarts);
    if (facts.restartsInPeriod === restartsInPeriod && oldest === this.#oldestRestart) return false;
    facts.restartsInPeriod = restartsInPeriod;
    if (oldest !== this.#oldestRestart) {
      this.#oldestRestart = oldest;
      // One that is exactly a period old still counts.
      const leavesInMs = oldest === null ? 0 : Math.floor(oldest + facts.periodMs - performance.now()) + 1;
      facts.nextRefillAt = oldest === null ? null : Date.now() + leavesInMs;
    }
    return true;
  }

  #forget(slot: Slot): void {
    if (slot.node) slot.lives.exitReason = slot.node.exitReason;
    this.#definition.remember(slot);
    slot.node?.detach();
  }

  #exit(end: SupervisorEnd<Slot>): void {
    if (this.#deadline) clearTimeout(this.#deadline);
    for (const slot of this.state.children.values()) this.#forget(slot);
    this.#definition.current = null;
    this.#incarnation.exited(exitOf(end));
  }
}

function refusalOf(incarnation: Incarnation, act: Act): ReturnType<typeof actRefusal> {
  const { spec } = incarnation.slot!;
  return actRefusal(incarnation, act, 'children' in spec ? spec.protectedBelow : null);
}

function exitOf(end: SupervisorEnd<Slot>): Exit {
  switch (end.why) {
    case 'shutdown':
      return SHUTDOWN;
    case 'killed':
      return KILLED;
    case 'intensity':
      return { kind: 'shutdown', reason: 'shutdown (restart intensity reached)' };
    case 'auto_shutdown':
      return { kind: 'shutdown', reason: 'shutdown (a significant child ended)' };
    case 'start_failed': {
      // The child's code may run on, killed; the supervisor itself has ended.
      const { isStillRunning: _, ...exit } = end.exit;
      return { ...exit, kind: 'abnormal', reason: `${end.child.id} failed to start: ${exit.reason}` };
    }
  }
}
