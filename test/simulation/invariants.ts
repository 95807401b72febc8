import type { DeclaredNode, LocalFact, RegistryObserver } from '../../agent/registry.ts';
import { Incarnation } from '../../agent/supervisor/incarnation.ts';
import type { Slot } from '../../agent/supervisor/slot.ts';
import { type SlotEvent, SupervisorLife } from '../../agent/supervisor/supervisor-life.ts';
import type { Clock } from './clock.ts';
import type { Workers } from './workers.ts';

/** What has been told of one incarnation. */
interface Told {
  started: number;
  ready: number;
  exited: number;
  decided: number;
  /** Its decision was a restart that waits: it may be taken back. */
  isWaiting: boolean;
}

/** What must hold after each step, whatever happened. Violations are gathered: nothing is thrown into what is watched. */
export class Invariants implements RegistryObserver {
  readonly violations: string[] = [];
  readonly counts = {
    facts: 0,
    restarts: 0,
    escalations: 0,
    waits: 0,
    missedBeats: 0,
    requests: 0,
    stops: 0,
  };
  readonly #clock: Clock;
  readonly #workers: () => Workers;
  readonly #told = new Map<DeclaredNode, Told>();
  readonly #incarnations = new Map<string, number>();
  readonly #restarts = new Map<DeclaredNode, number[]>();
  #unanswered = 0;

  constructor(clock: Clock, workers: () => Workers) {
    this.#clock = clock;
    this.#workers = workers;
  }

  violated = (words: string): void => {
    this.violations.push(`at ${this.#clock.nowMs} ms: ${words}`);
  };

  changed(): void {}
  hostedChanged(): void {}

  ended(node: DeclaredNode): void {
    const told = this.#told.get(node);
    if (told && told.exited !== 1) this.violated(`${nameOf(node)} left the tree without an exit`);
    if (node.status !== 'exited') this.violated(`${nameOf(node)} left the tree as ${node.status}`);
  }

  happened(fact: LocalFact): void {
    this.counts.facts++;
    const { node } = fact;
    const told = this.#told.get(node) ?? { started: 0, ready: 0, exited: 0, decided: 0, isWaiting: false };
    this.#told.set(node, told);
    const isWrong = (words: string) => this.violated(`${nameOf(node)}: ${fact.kind} ${words}`);
    switch (fact.kind) {
      case 'started': {
        if (told.started++ > 0) isWrong('twice');
        const before = this.#incarnations.get(node.lineage) ?? 0;
        if (node.incarnation !== before + 1) isWrong(`after #${before}`);
        this.#incarnations.set(node.lineage, node.incarnation);
        return;
      }
      case 'ready':
        if (told.ready++ > 0) isWrong('twice');
        if (told.started === 0 || told.exited > 0) isWrong('out of order');
        return;
      case 'exited':
        this.#exited(fact);
        if (told.exited++ > 0) isWrong('twice');
        if (told.started === 0) isWrong('before it started');
        return;
      case 'start-failed':
        if (told.ready > 0) isWrong('after it was ready');
        // One that was killed by an act before it was ready is told of both ways.
        if (told.exited === 0) told.exited++;
        return;
      case 'decided':
        return this.#decided(fact, told, isWrong);
    }
  }

  #exited({ node, reason }: Extract<LocalFact, { kind: 'exited' }>): void {
    if (reason !== 'heartbeat missed') return;
    this.counts.missedBeats++;
    if (this.#workers().beating.has(nameOf(node))) this.violated(`${nameOf(node)} beats, and was missed`);
  }

  #decided(
    fact: Extract<LocalFact, { kind: 'decided' }>,
    told: Told,
    isWrong: (words: string) => void,
  ): void {
    const { node, by, decision, restartsBefore, restartsInPeriod, intensity, periodMs } = fact;
    // Only a killed task is decided about before its code has ended.
    if (told.exited === 0 && node.host !== 'task') isWrong('before its exit');
    const isTakenBack = told.isWaiting && decision === 'no-restart';
    if (told.decided++ > 0 && !isTakenBack) isWrong('twice');
    told.isWaiting = fact.delayMs !== undefined;
    if (told.isWaiting) this.counts.waits++;
    const { nowMs } = this.#clock;
    const times = (this.#restarts.get(by) ?? []).filter((at) => at >= nowMs - periodMs);
    if (restartsBefore !== times.length) isWrong(`with ${restartsBefore} before it, not ${times.length}`);
    if (decision === 'restart') {
      this.counts.restarts++;
      times.push(nowMs);
      if (times.length > intensity) isWrong(`as restart ${times.length} of ${intensity} in ${periodMs} ms`);
    }
    if (decision === 'escalate') {
      this.counts.escalations++;
      if (times.length < intensity) isWrong(`as giving up at ${times.length + 1} of ${intensity}`);
    }
    const counted = decision === 'escalate' ? times.length + 1 : times.length;
    if (restartsInPeriod !== counted) isWrong(`with ${restartsInPeriod} in the period, not ${counted}`);
    this.#restarts.set(by, times);
  }

  /** Looks at what supervisors tell their children, and at how they answer. Gives what ends the looking. */
  attach(): () => void {
    const { begin, stop } = Incarnation.prototype;
    const { post } = SupervisorLife.prototype;
    const self = this;
    Incarnation.prototype.begin = function (...args) {
      self.#starts(this);
      begin.apply(this, args);
    };
    Incarnation.prototype.stop = function (...args) {
      self.#stops(this);
      stop.apply(this, args);
    };
    SupervisorLife.prototype.post = function (event) {
      post.call(this, self.#answeredOnce(event));
    };
    return () => {
      Object.assign(Incarnation.prototype, { begin, stop });
      SupervisorLife.prototype.post = post;
    };
  }

  /** Left to right: what stands before it in what is started has become ready. */
  #starts({ slot, owner, lineage }: Incarnation): void {
    if (!slot || !(owner instanceof SupervisorLife)) return;
    const { operation } = owner.state;
    if (operation?.kind !== 'starting' || operation.why.kind === 'request') return;
    const isInit = operation.why.kind === 'init';
    for (const other of isInit ? owner.state.children.values() : operation.todo) {
      if (other === slot) return;
      if (!other.node?.isReady) this.violated(`${lineage} starts before ${other.id} is ready`);
    }
  }

  /** Right to left: where one of several is stopped, those behind it have ended. */
  #stops({ slot, owner, lineage }: Incarnation): void {
    if (!slot || !(owner instanceof SupervisorLife)) return;
    this.counts.stops++;
    const { operation, flags, children } = owner.state;
    if (operation?.kind !== 'stopping' || flags.strategy === 'dynamic') return;
    if ('request' in operation.then) return;
    let isBehind = false;
    for (const other of children.values()) {
      if (isBehind && isAlive(other)) this.violated(`${lineage} is stopped before ${other.id} has ended`);
      if (other === slot) isBehind = true;
    }
  }

  #answeredOnce(event: SlotEvent): SlotEvent {
    if (!('request' in event)) return event;
    this.counts.requests++;
    this.#unanswered++;
    let answers = 0;
    const { request } = event;
    return {
      ...event,
      request: (reply) => {
        this.#unanswered--;
        if (++answers > 1) this.violated(`${event.type} was answered ${answers} times`);
        request?.(reply);
      },
    };
  }

  /** Once the loop has turned: what has ended was decided about, and what restarts will do so. */
  betweenSteps(nodes: Iterable<DeclaredNode>): void {
    for (const node of nodes) {
      const { life } = node as Incarnation;
      if (!(life instanceof SupervisorLife)) continue;
      const { operation, queue, children, phase } = life.state;
      if (operation !== null || queue.size > 0 || phase !== 'running') continue;
      for (const slot of children.values()) {
        const words = stuck(slot, Date.now());
        if (words) this.violated(`${node.lineage}/${slot.id} ${words}`);
      }
    }
  }

  /** Everything has stopped and what never ends by itself was released: no timer outlives what it was for. */
  noTimers(): void {
    // The watch for stragglers looks once more and finds none.
    const left = this.#clock.waiting.filter((name) => name !== 'lookAtWatched');
    if (left.length > 0) this.violated(`timers are left: ${left.join(', ')}`);
  }

  /** At the end of a run nothing is left of it. */
  atRest(nodes: Iterable<DeclaredNode>): void {
    for (const node of nodes) this.violated(`${nameOf(node)} is left as ${node.status}`);
    for (const { lineage, life } of this.#workers().living)
      this.violated(`${lineage} #${life} is left alive`);
    if (this.#clock.waiting.length > 0)
      this.violated(`${this.#clock.waiting.length} timers are left for good`);
    if (this.#unanswered > 0) this.violated(`${this.#unanswered} requests are left without an answer`);
    for (const [node, told] of this.#told) {
      if (told.exited === 0) this.violated(`${nameOf(node)} was never told to have ended`);
    }
  }
}

const nameOf = ({ lineage, incarnation }: DeclaredNode): string => `${lineage} #${incarnation}`;

/** Why nothing more would come of a child that its supervisor is not busy with; null where that is right. */
function stuck({ phase, node, exit, wait }: Slot, now: number): string | null {
  if (phase === 'starting' || phase === 'stopping') return `is ${phase}, and nobody waits for it`;
  if (phase === 'running' && node?.isOver && exit === null) return 'has ended, and nobody decides about it';
  if (phase !== 'restarting') return null;
  if (!wait?.isRunning) return 'is restarting, and nobody will try again';
  return node!.restartsAt! < now ? 'is overdue' : null;
}

const isAlive = ({ node }: Slot): boolean => node !== null && !node.isOver;
