import type { Budget } from '../../../protocol/act.ts';
import { LIMITS } from '../../../protocol/limits.ts';
import type { LocalPreview, PreviewedLife } from '../../registry.ts';
import type { Definition } from '../definition.ts';
import { type Exit, KILLED, SHUTDOWN } from '../exit.ts';
import { Fifo } from '../fifo.ts';
import type { Incarnation } from '../incarnation.ts';
import { countRestarts } from '../restart-window.ts';
import type { Slot } from '../slot.ts';
import {
  type Effect,
  newState,
  type Operation,
  type Stopping,
  type SupervisorEnd,
  type SupervisorEvent,
  type SupervisorState,
} from '../state.ts';
import type { SlotEvent, SupervisorLife } from '../supervisor-life.ts';
import { transition } from '../transition.ts';
import { CopiedChildren, type CopiesLeft, Copy, countDeclared, countLiving } from './copied-children.ts';

type CopyEvent = SupervisorEvent<Copy, null>;
type CopyEffect = Effect<Copy, null>;
type CopyState = SupervisorState<Copy, null>;

/** What a rehearsal has brought about so far: the part of a preview that supervisors decide. */
export class Rehearsal {
  readonly nowMs: number;
  readonly copiesLeft: CopiesLeft = { count: LIMITS.maxPreviewCopies };
  readonly seen: Omit<LocalPreview, 'refused'> = {
    stops: [],
    stopsMore: 0,
    restarts: [],
    restartsMore: 0,
    budget: null,
    givesUp: [],
    isExact: true,
  };

  constructor(nowMs: number) {
    this.nowMs = nowMs;
  }

  stopped(life: PreviewedLife): void {
    if (this.seen.stops.length < LIMITS.maxPreviewNodes) this.seen.stops.push(life);
    else this.seen.stopsMore++;
  }

  started(life: PreviewedLife): void {
    if (this.seen.restarts.length < LIMITS.maxPreviewNodes) this.seen.restarts.push(life);
    else this.seen.restartsMore++;
  }
}

/**
 * One supervisor of a rehearsal: a copy of a real one, or one that is started in its course. It feeds its copied
 * state to `transition` as supervisor-life does, and performs the effects on copies: what is started is ready at
 * once, what is stopped ends in order. No real state changes, no code of the service runs.
 */
export class Rehearsed {
  readonly state: CopyState;
  readonly lineage: string;
  readonly #rehearsal: Rehearsal;
  /** The real one of which this is a copy. */
  readonly #real: Incarnation | null;
  #place: { above: Rehearsed; copy: Copy } | null;
  readonly #inbox = new Fifo<CopyEvent>();
  #isTurning = false;
  #onEnd: (() => void) | null = null;

  private constructor(
    rehearsal: Rehearsal,
    state: CopyState,
    lineage: string,
    real: Incarnation | null,
    place: { above: Rehearsed; copy: Copy } | null,
  ) {
    this.#rehearsal = rehearsal;
    this.state = state;
    this.lineage = lineage;
    this.#real = real;
    this.#place = place;
  }

  /** A copy of one that lives, as it stands. */
  static ofReal(
    rehearsal: Rehearsal,
    real: Incarnation,
    place: { above: Rehearsed; copy: Copy } | null = null,
  ): Rehearsed {
    const { state } = real.life as SupervisorLife;
    const copied = copyState(state, rehearsal.copiesLeft);
    const isTooMuch = state.queue.size > MAX_WAITING || (state.operation?.todo.length ?? 0) > MAX_WAITING;
    if (isTooMuch) rehearsal.seen.isExact = false;
    return new Rehearsed(rehearsal, copied, real.lineage, real, place);
  }

  /** One that is started anew, with the children that were declared for it. */
  static ofDefinition(
    rehearsal: Rehearsal,
    definition: Definition,
    lineage: string,
    place: { above: Rehearsed; copy: Copy } | null,
  ): Rehearsed {
    const copies: Copy[] = [];
    for (const [id, { spec }] of definition.children) {
      if (rehearsal.copiesLeft.count > 0 && copies.length < LIMITS.maxPreviewNodes) {
        rehearsal.copiesLeft.count--;
        copies.push(new Copy(id, spec, definition.incarnationOf(id)));
      } else rehearsal.seen.restartsMore += countDeclared(spec);
    }
    return new Rehearsed(rehearsal, newState(definition.flags, copies), lineage, null, place);
  }

  /** Runs `then` when it has ended, if nothing is above it. */
  onEnd(then: () => void): void {
    this.#onEnd = then;
  }

  /** Feeds an event; what it leads to has happened when this returns, here and above. */
  feed(event: CopyEvent): void {
    this.#post(event);
    this.#settle();
  }

  /** A real life ends by a kill; what follows from it is the supervisor's decision. */
  killed(child: Copy): void {
    if ('children' in child.spec) return this.#below(child).feed({ type: 'kill' });
    this.#end(child);
    this.feed({ type: 'exited', child, pid: child.pid, exit: KILLED });
  }

  /** What the intensity is spent to, before anything was decided. */
  get budget(): Budget {
    const { flags, restarts } = this.state;
    const { intensity, periodMs } = flags;
    const before = countRestarts(restarts, this.#rehearsal.nowMs, periodMs);
    return { by: this.lineage, intensity, periodMs, before, after: before };
  }

  #post(event: CopyEvent): void {
    this.#inbox.push(event);
    if (this.#isTurning) return;
    this.#isTurning = true;
    for (let next = this.#inbox.shift(); next; next = this.#inbox.shift()) {
      for (const effect of transition(this.state, next, this.#rehearsal.nowMs).effects) this.#perform(effect);
    }
    this.#isTurning = false;
  }

  /** What was under way when the copy was made has nobody else to bring it to its end. */
  #settle(): void {
    if (this.#isTurning) return;
    for (let child = underWay(this.state.operation); child; child = underWay(this.state.operation)) {
      const { phase } = child;
      if (phase === 'stopping') this.#stop(child);
      else if ('children' in child.spec) this.#below(child).#settle();
      else this.#post({ type: 'started', child, pid: child.pid });
      if (child.phase === phase) return;
    }
  }

  #perform(effect: CopyEffect): void {
    switch (effect.do) {
      case 'start':
        return this.#start(effect.child);
      case 'stop':
        return this.#stop(effect.child);
      case 'kill':
        return this.killed(effect.child);
      case 'decide':
        return this.#decided(effect);
      case 'ready':
        if (this.#place) {
          const { above, copy } = this.#place;
          above.#post({ type: 'started', child: copy, pid: copy.pid });
        }
        return;
      case 'exit':
        return this.#exit(effect.end);
      case 'wait':
        // What comes of it later is told as if it were now.
        return this.#post({ type: 'due', child: effect.child, pid: effect.pid });
      case 'try-again':
      case 'end-wait':
      case 'forget':
      case 'reply':
        return;
    }
  }

  #start(child: Copy): void {
    const lineage = `${this.lineage}/${child.id}`;
    child.incarnation++;
    const { spec } = child;
    this.#rehearsal.started({
      node: null,
      lineage,
      incarnation: child.incarnation,
      restart: spec.restart,
    });
    if (!('children' in spec)) return this.#post({ type: 'started', child, pid: child.pid });
    const place = { above: this, copy: child };
    child.below = Rehearsed.ofDefinition(this.#rehearsal, spec, lineage, place);
    child.below.feed({ type: 'start' });
  }

  #stop(child: Copy): void {
    if ('children' in child.spec) return this.#below(child).feed({ type: 'shutdown' });
    this.#end(child);
    this.#post({ type: 'exited', child, pid: child.pid, exit: SHUTDOWN });
  }

  #below(child: Copy): Rehearsed {
    child.below ??= Rehearsed.ofReal(this.#rehearsal, child.node!, { above: this, copy: child });
    return child.below;
  }

  /** The real life of a child has ended; of one that was only started in the rehearsal nobody needs to hear. */
  #end(child: Copy): void {
    const { node, spec } = child;
    child.node = null;
    if (!node) return;
    const { lineage, incarnation } = node;
    this.#rehearsal.stopped({ node, lineage, incarnation, restart: spec.restart });
  }

  #decided({ child, decision, restartsInPeriod, affected }: Extract<CopyEffect, { do: 'decide' }>): void {
    const { seen } = this.#rehearsal;
    if (decision === 'escalate') seen.givesUp.push(this.lineage);
    const { intensity, periodMs, strategy } = this.state.flags;
    const before =
      decision === 'restart' || decision === 'escalate' ? restartsInPeriod - 1 : restartsInPeriod;
    seen.budget ??= { by: this.lineage, intensity, periodMs, before, after: restartsInPeriod };
    if (decision !== 'restart' || affected.length === 0) return;
    const { children } = this.state;
    if (!(children instanceof CopiedChildren)) return;
    for (const slot of children.skipped(strategy === 'one_for_all' ? null : child)) {
      seen.stopsMore += countLiving(slot);
      if (slot.spec.restart !== 'temporary') seen.restartsMore += countDeclared(slot.spec);
    }
  }

  #exit(end: SupervisorEnd<Copy>): void {
    const { children } = this.state;
    if (children instanceof CopiedChildren) {
      for (const slot of children.skipped(null)) this.#rehearsal.seen.stopsMore += countLiving(slot);
    }
    const exit: Exit = end.why === 'killed' ? KILLED : SHUTDOWN;
    const place = this.#findPlace();
    if (place) {
      const { above, copy } = place;
      above.#end(copy);
      copy.below = null;
      return above.feed({ type: 'exited', child: copy, pid: copy.pid, exit });
    }
    const { lineage, incarnation } = this.#real ?? { lineage: this.lineage, incarnation: 0 };
    if (this.#real) this.#rehearsal.stopped({ node: this.#real, lineage, incarnation, restart: null });
    this.#onEnd?.();
  }

  /** The real supervisor above is copied only when it comes to decide. */
  #findPlace(): { above: Rehearsed; copy: Copy } | null {
    const slot = this.#real?.slot;
    if (this.#place || !slot) return this.#place;
    const above = Rehearsed.ofReal(this.#rehearsal, this.#real!.parent!);
    const copy = above.state.children.get(slot.id)!;
    copy.below = this;
    this.#place = { above, copy };
    return this.#place;
  }
}

/** Of what a supervisor is in the middle of, so much is copied. */
const MAX_WAITING = 1000;

/** Which child of an operation has been told to start or stop, and is awaited. */
function underWay(operation: Operation<Copy, null> | null): Copy | undefined {
  if (operation === null) return undefined;
  if (operation.kind === 'starting') return operation.todo[operation.next];
  return operation.todo.find(({ phase }, at) => at >= operation.next && phase === 'stopping');
}

function copyState(state: SupervisorLife['state'], left: CopiesLeft): CopyState {
  const children = new CopiedChildren(state.children, state.flags.strategy, left);
  const { times, from } = state.restarts;
  const copied: CopyState = {
    flags: state.flags,
    phase: state.phase,
    children,
    restarts: { times: times.slice(from), from: 0 },
    nextPid: state.nextPid,
    operation: null,
    queue: new Fifo(),
  };
  copied.operation = copyOperation(state.operation, children);
  for (const event of state.queue.waiting()) {
    if (copied.queue.size === MAX_WAITING) break;
    const copy = copyEvent(event, children);
    if (copy) copied.queue.push(copy);
  }
  return copied;
}

/** What waits for its turn, about copies. */
function copyEvent(event: SlotEvent, children: CopiedChildren): CopyEvent | null {
  switch (event.type) {
    case 'exited':
    case 'try-again':
    case 'due': {
      const child = children.get(event.child.id);
      return child ? { ...event, child } : null;
    }
    case 'start-child':
      return { ...event, child: Copy.of(event.child), request: null };
    case 'terminate-child':
    case 'restart-child':
    case 'delete-child':
    case 'cycle-child':
      return { ...event, request: null };
    default:
      return null;
  }
}

/** What is under way, about copies. A request's asker hears nothing of a rehearsal. */
function copyOperation(
  operation: SupervisorLife['state']['operation'],
  children: CopiedChildren,
): Operation<Copy, null> | null {
  if (operation === null) return null;
  const copies = (slots: readonly { id: string }[]) => slots.flatMap(({ id }) => children.get(id) ?? []);
  const todo = copies(operation.todo.slice(operation.next, operation.next + MAX_WAITING));
  if (operation.kind === 'starting') {
    const { why } = operation;
    return { kind: 'starting', todo, next: 0, why: why.kind === 'request' ? { ...why, request: null } : why };
  }
  const { call } = operation;
  const then = copyThen(operation, children, copies);
  return then && { kind: 'stopping', todo, next: 0, call, then };
}

/** What follows the stopping that is under way. */
function copyThen(
  { then }: Stopping<Slot, unknown>,
  children: CopiedChildren,
  copies: (slots: readonly { id: string }[]) => Copy[],
): Stopping<Copy, null>['then'] | null {
  switch (then.kind) {
    case 'start':
      return { kind: 'start', group: copies(then.group.slice(0, MAX_WAITING)) };
    case 'exit':
      return { kind: 'exit', end: { why: 'shutdown' } };
    default: {
      const child = children.get(then.child.id);
      if (!child) return null;
      return then.kind === 'wait' ? { ...then, child } : { kind: then.kind, child, request: null };
    }
  }
}
