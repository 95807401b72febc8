import { asPerchError, PerchError } from '../../protocol/errors.ts';
import { LIMITS } from '../../protocol/limits.ts';
import { Adapters } from '../adapters/adapters.ts';
import { type ReadOptions, readState, readStateText, resolveReference } from '../inspect/state.ts';
import { quote } from '../inspect/state-intrinsics.ts';
import type { DeclaredNode, Handover, LocalFact, Registry, RegistryObserver } from '../registry.ts';
import { type Acting, acting, type Deed } from './acting.ts';
import type { Found } from './discovery.ts';
import type { HubMessage, ProbeMessage, Question, Questions } from './messages.ts';
import { newPulse, PulseWriter } from './pulse.ts';
import { backlogOf, factToWire, handoverToWire, previewToWire, toWire } from './to-wire.ts';

/** What is answered on the spot. */
type Spoken = Exclude<Question, 'child-act'>;

/** Taken at load: a service may put another in its place. */
const parseJson = JSON.parse;

/** At most so many facts wait for one flush; a storm beyond it is counted, not kept. */
const MAX_FACTS = 4096;

/** Flushes that follow one another are at least this far apart. */
const FLUSH_APART_MS = 4;

/** Nodes in one flush: cloning them takes 2 to 4 ms of the thread. The rest goes with the next. */
const MAX_NODES = 2000;

/** Of nodes that came and went between two flushes, so many are told of; the hub keeps no more ghosts. */
const MAX_SHORT_LIVED = LIMITS.maxGhosts;

/**
 * Runs on an observed thread. Gathers what its registry says and sends it to the hub: soon while somebody
 * watches, with the heartbeat otherwise. Answers the hub's questions. Throws nothing into the service.
 */
export class Probe implements RegistryObserver {
  readonly pulse = new PulseWriter(newPulse());
  readonly #registry: Registry;
  #found: Found | null = null;
  #adapters: Adapters | null = null;
  #post: ((message: ProbeMessage) => void) | null = null;
  #dirty = new Set<DeclaredNode>();
  #ended: DeclaredNode[] = [];
  #shortLived = 0;
  /** Nodes that the hub knows of, and must hear the end of. */
  #told = new WeakSet<DeclaredNode>();
  /** Supervisors whose budget is not full: time alone refills it. */
  #refilling = new Set<DeclaredNode>();
  #facts: LocalFact[] = [];
  #droppedFacts = 0;
  #isHostedDirty = false;
  #isFlushDue = false;
  #isResting = false;
  #beats = 0;
  readonly #beating: NodeJS.Timeout;
  /** This thread is to be held once the answer that says so has left. */
  #leaseMs: number | null = null;

  constructor(registry: Registry) {
    this.#registry = registry;
    this.#acting = acting({
      registry,
      pulse: this.pulse,
      terminate: (threadId) => this.#found?.terminate(threadId) ?? false,
      onHeld: (leaseMs) => {
        this.#leaseMs = leaseMs;
      },
    });
    registry.observer = this;
    registry.probe = this;
    this.#beating = setInterval(() => this.pulse.take(() => this.#beat()), LIMITS.beatMs).unref();
  }

  /** Takes what discovery finds in this thread, and lets the adapters look. */
  observe(found: Found): void {
    this.#found = found;
    this.#adapters = new Adapters(this.#registry, found, {
      isWatched: () => this.pulse.isWatched,
      take: (work) => this.pulse.take(work),
      onNotes: () => this.#tellNotes(),
    });
  }

  #tellNotes(): void {
    const notes = this.#adapters?.notes ?? [];
    this.tell({ t: 'adapters', notes });
  }

  /** From now on messages go here; everything known is sent again. */
  connect(post: (message: ProbeMessage) => void): void {
    this.#post = post;
    this.#dirty = new Set();
    for (const node of this.#registry.nodes.values()) this.changed(node);
    this.#told = new WeakSet();
    this.#isHostedDirty = this.#registry.hosted !== null;
    if (this.#adapters && this.#adapters.notes.length > 0) this.#tellNotes();
    this.flush();
  }

  disconnect(): void {
    this.#post = null;
  }

  /** Looks at this thread no more; a further one may. What the service declared goes on without it. */
  stop(): void {
    clearInterval(this.#beating);
    this.disconnect();
    this.#adapters?.stop();
    this.#registry.observer = null;
    this.#registry.probe = null;
    this.#registry.detach = null;
    this.#dirty.clear();
    this.#ended = [];
    this.#facts = [];
  }

  receive(message: HubMessage): void {
    if (message.t === 'resend') {
      if (this.#post) this.connect(this.#post);
      return;
    }
    // An act runs code of the service: that is no cost of ours.
    if (message.question === 'act' || message.question === 'child-act') this.#answerTo(message);
    else this.pulse.take(() => this.#answerTo(message));
    if (this.#leaseMs === null) return;
    const leaseMs = this.#leaseMs;
    this.#leaseMs = null;
    this.#registry.onHold?.(leaseMs);
    this.pulse.hold(leaseMs);
  }

  #answerTo(message: Extract<HubMessage, { t: 'ask' }>): void {
    try {
      if (message.question === 'child-act') this.#actOnChild(message.args, message.id);
      else this.#answered(message.id, this.answer(message.question, message.args));
    } catch (thrown) {
      this.#failed(message.id, thrown);
    }
  }

  #actOnChild(args: Questions['child-act']['args'], id: number): void {
    this.#acting.actOnChild(args).then(
      (receipt) => this.#answered(id, receipt),
      (thrown) => this.#failed(id, thrown),
    );
  }

  #answered(id: number, value: unknown): void {
    this.flush();
    this.tell({ t: 'answer', id, value });
  }

  #failed(id: number, thrown: unknown): void {
    this.tell({ t: 'failed', id, error: asPerchError(thrown).toDocument() });
  }

  /** Answers on the spot. Also called through the inspector, while this thread is inside a busy function. */
  answer<Q extends Spoken>(question: Q, args: Questions[Q]['args']): unknown {
    const answers = { ...this.#acting.answers, ...this.#looks } as Record<Spoken, (args: unknown) => unknown>;
    return answers[question](args);
  }

  /** The same as text, for an answer that leaves through the inspector. */
  answerText(question: Spoken, args: string): string {
    return this.pulse.take(() => this.#answerText(question, args));
  }

  #answerText(question: Spoken, args: string): string {
    try {
      const asked = parseJson(args);
      // A state becomes text without a look for the service's `toJSON`.
      if (question === 'state') {
        const { reference, bounds } = this.#stateToRead(asked);
        const backlog = backlogOf(this.#handedOver(asked.serial));
        const text = readStateText(reference, bounds);
        if (!backlog) return `{"value":${text}}`;
        const waiting = `{"word":${quote(backlog.word)},"count":${backlog.count}}`;
        return `{"value":${text.slice(0, -1)},"backlog":${waiting}}}`;
      }
      return JSON.stringify({ value: this.answer(question, asked) });
    } catch (thrown) {
      return JSON.stringify({ error: asPerchError(thrown).toDocument() });
    }
  }

  readonly #acting: Acting;
  readonly #looks: { [Q in Exclude<Spoken, Deed>]: (args: Questions[Q]['args']) => Questions[Q]['answer'] } =
    {
      flush: () => {
        this.#adapters?.lookUnlessFresh();
        return null;
      },
      preview: ({ serial, act }) => {
        const node = this.#registry.nodes.get(serial);
        if (!node) throw new PerchError('GONE', 'That incarnation has ended.');
        return node.preview ? previewToWire(node.preview(act)) : null;
      },
      state: (args) => {
        const { reference, bounds } = this.#stateToRead(args);
        const backlog = backlogOf(this.#handedOver(args.serial));
        return { ...readState(reference, bounds), ...(backlog ? { backlog } : {}) };
      },
      handover: ({ maxMs, ...args }) => {
        const handover = this.#handedOver(args.serial);
        const backlog = backlogOf(handover);
        if (!handover.state) return { state: null, backlog };
        const { reference, bounds } = this.#stateToRead(args);
        const { value, partial, cost } = readState(reference, { ...bounds, maxMs });
        return { state: { value, partial: partial || cost.truncated > 0 }, backlog };
      },
    };

  /** What is to be read, and how far. */
  #stateToRead({ serial, ...asked }: Questions['state']['args']): {
    reference: unknown;
    bounds: Partial<ReadOptions>;
  } {
    const handover = this.#handedOver(serial);
    if (!handover.state) throw new PerchError('NO_STATE', 'It declared no state.');
    const { reference, redact } = handover.state;
    return { reference: resolveReference(reference), bounds: { ...asked, maxMs: LIMITS.stateMs, redact } };
  }

  #handedOver(serial: number | 'hosted'): Handover {
    const handover = serial === 'hosted' ? this.#registry.hosted : this.#registry.nodes.get(serial);
    if (!handover && serial !== 'hosted') throw new PerchError('GONE', 'That incarnation has ended.');
    return handover ?? {};
  }

  changed(node: DeclaredNode): void {
    this.#dirty.add(node);
    if (node.supervisor !== null && node.supervisor.restartsInPeriod > 0) this.#refilling.add(node);
    this.#schedule();
  }

  ended(node: DeclaredNode): void {
    this.#dirty.delete(node);
    this.#refilling.delete(node);
    if (!this.#told.has(node) && this.#shortLived++ >= MAX_SHORT_LIVED) return;
    this.#ended.push(node);
    this.#schedule();
  }

  hostedChanged(): void {
    this.#isHostedDirty = true;
    this.#schedule();
  }

  happened(fact: LocalFact): void {
    if (this.#facts.length < MAX_FACTS) this.#facts.push(fact);
    else this.#droppedFacts++;
    this.#schedule();
  }

  /** Tells the hub, now. Never throws: it is called from within the service's own events. */
  tell(message: ProbeMessage): void {
    try {
      this.#post?.(message);
    } catch {
      // The hub died in this very moment; a new one asks for everything again.
    }
  }

  #beat(): void {
    this.pulse.beat(LIMITS.beatMs);
    this.#beats++;
    const beatsASample = Math.round(LIMITS.sampleMs / LIMITS.beatMs) * 2 ** this.pulse.pace;
    const isSample = this.#beats % beatsASample === 0;
    if (isSample) {
      this.pulse.sample();
      this.#found?.sweep();
      this.#refreshBudgets();
      if (this.pulse.isWatched) this.#refreshBacklogs();
    }
    this.#adapters?.beat(isSample);
    this.flush();
  }

  /** Supervisors with restarts in their period are few, and none before long. */
  #refreshBudgets(): void {
    for (const node of this.#refilling) {
      if (node.recount?.()) this.#dirty.add(node);
      if (node.supervisor!.restartsInPeriod === 0) this.#refilling.delete(node);
    }
  }

  /** Backlogs change without a word; they are looked at once a second, and only while watched. */
  #refreshBacklogs(): void {
    for (const node of this.#registry.nodes.values()) {
      if (node.backlog && !this.#dirty.has(node)) this.#dirty.add(node);
    }
    if (this.#registry.hosted?.backlog) this.#isHostedDirty = true;
  }

  #schedule(): void {
    if (this.#isFlushDue || this.#isResting || !this.#post || !this.pulse.isWatched) return;
    this.#isFlushDue = true;
    queueMicrotask(() => {
      this.#isFlushDue = false;
      this.flush();
      this.#isResting = true;
      setTimeout(
        () => {
          this.#isResting = false;
          this.flush();
        },
        FLUSH_APART_MS * 4 ** this.pulse.pace,
      ).unref();
    });
  }

  flush(): void {
    const isNothing =
      this.#dirty.size === 0 && this.#ended.length === 0 && this.#facts.length === 0 && !this.#isHostedDirty;
    if (!isNothing && this.#post) this.pulse.take(() => this.#sendChanges());
  }

  #sendChanges(): void {
    const nodes = takeFirst(this.#dirty, MAX_NODES);
    for (const node of nodes) this.#told.add(node);
    const ended = this.#ended.splice(0, MAX_NODES);
    const [facts, droppedFacts, isHostedDirty] = [this.#facts, this.#droppedFacts, this.#isHostedDirty];
    this.#shortLived = 0;
    this.#facts = [];
    this.#droppedFacts = 0;
    this.#isHostedDirty = false;
    if (this.#dirty.size > 0 || this.#ended.length > 0)
      setTimeout(() => this.flush(), FLUSH_APART_MS).unref();
    this.tell({
      t: 'changes',
      nodes: nodes.map(toWire),
      ended: ended.map(toWire),
      facts: facts.map(factToWire),
      droppedFacts,
      hosted: isHostedDirty ? handoverToWire(this.#registry.hosted ?? {}) : null,
    });
  }
}

/** Takes the first of a set out of it: the oldest change goes first, so parents go before their children. */
function takeFirst<T>(from: Set<T>, most: number): T[] {
  const taken: T[] = [];
  for (const each of from) {
    if (taken.length === most) break;
    taken.push(each);
    from.delete(each);
  }
  return taken;
}
