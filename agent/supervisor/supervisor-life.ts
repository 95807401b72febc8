import type { Act } from '../../protocol/act.ts';
import type { ActCause, ActReceipt } from '../registry.ts';
import { actRefusal } from './acts.ts';
import type { Definition } from './definition.ts';
import { type Exit, KILLED, SHUTDOWN } from './exit.ts';
import { Fifo } from './fifo.ts';
import { lifeOf } from './hosts/life-of.ts';
import { Incarnation, type Life, type Owner } from './incarnation.ts';
import { childFacts, type Slot } from './slot.ts';
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
  readonly #inbox = new Fifo<SlotEvent>();
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
    if (typeof shutdown === 'object') this.#deadline = setTimeout(() => this.kill(), shutdown.afterMs);
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
        const { effects } = transition(this.state, next, performance.now());
        for (const effect of effects) this.#perform(effect);
      }
    } finally {
      this.#isTurning = false;
    }
  }

  ready(incarnation: Incarnation): void {
    const child = this.#slotOf(incarnation);
    if (child) this.post({ type: 'started', child, pid: child.pid });
  }

  exited(incarnation: Incarnation, exit: Exit): void {
    const child = this.#slotOf(incarnation);
    if (child) this.post({ type: 'exited', child, pid: child.pid, exit });
  }

  heard(incarnation: Incarnation, message: unknown): void {
    this.#definition.deliver(incarnation.name, message);
  }

  act(incarnation: Incarnation, act: Act, cause: ActCause): ActReceipt {
    const child = this.#slotOf(incarnation);
    const protectedBelow =
      child && 'protectedBelow' in child.origin.spec ? child.origin.spec.protectedBelow : null;
    const refused = actRefusal(incarnation, act, child !== null, protectedBelow);
    if (refused) return refused;
    const { call } = cause;
    // After the receipt: what follows runs the service's code (abort listeners, `run`).
    queueMicrotask(() => {
      if (this.#slotOf(incarnation) === null) return;
      if (act === 'kill') incarnation.kill(call);
      else {
        const type = act === 'stop' ? 'terminate-child' : 'cycle-child';
        this.post({ type, id: incarnation.name, request: null, call });
      }
    });
    return { accepted: true };
  }

  #slotOf(incarnation: Incarnation): Slot | null {
    const slot = this.state.children.get(incarnation.name);
    return slot?.node === incarnation ? slot : null;
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
        setImmediate(() => this.post({ type: 'try-again', child: effect.child, pid: effect.pid }));
        return;
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
    const { origin, lives, node: previous } = slot;
    const above = this.#incarnation;
    if (lives.incarnation > 0 && !isNew) lives.restarts++;
    lives.incarnation++;
    const isProtected = above.isProtected || origin.spec.isProtected;
    const node = new Incarnation({
      owner: this,
      parent: above,
      kind: slot.isSupervisor ? 'supervisor' : 'worker',
      host: 'host' in origin.spec ? origin.spec.host : null,
      name: slot.id,
      lineage: `${above.lineage}/${slot.id}`,
      incarnation: lives.incarnation,
      restarts: lives.restarts,
      exitReason: previous?.exitReason ?? lives.exitReason,
      supervisor: 'flags' in origin.spec ? origin.spec.facts() : null,
      child: childFacts(origin.spec, isProtected),
      isProtected,
    });
    slot.node = node;
    node.begin(
      'args' in origin ? lifeOf(node, origin.spec, origin.args) : new SupervisorLife(origin.spec, node),
      previous,
    );
  }

  #decided({
    child,
    decision,
    restartsInPeriod,
    affected,
  }: Extract<Effect<Slot, Request>, { do: 'decide' }>) {
    const by = this.#incarnation;
    by.supervisor!.restartsInPeriod = restartsInPeriod;
    by.changed();
    if (!by.isObserved) return;
    const { intensity, periodMs } = this.state.flags;
    const nodes = affected.flatMap(({ node }) => node ?? []);
    by.happened({
      kind: 'decided',
      node: child.node!,
      by,
      decision,
      restartsInPeriod,
      intensity,
      periodMs,
      affected: nodes,
    });
  }

  #forget(slot: Slot): void {
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
      const reason = `${end.child.id} failed to start: ${end.exit.reason}`;
      return { ...end.exit, kind: 'abnormal', reason };
    }
  }
}
