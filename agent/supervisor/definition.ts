import { LIMITS } from '../../protocol/limits.ts';
import type { SupervisorFacts } from '../../protocol/tree.ts';
import type { Shutdown } from './child-spec.ts';
import { type Lives, type Origin, Slot } from './slot.ts';
import type { RestartType, SupervisorFlags } from './state.ts';
import type { SupervisorLife } from './supervisor-life.ts';

export type MessageListener = (message: unknown) => void;

/** What was declared for a supervisor, and what survives each of its lives: its lineages' counts, its listeners. */
export class Definition {
  readonly id: string;
  readonly flags: SupervisorFlags;
  readonly restart: RestartType;
  readonly significant: boolean;
  readonly shutdown: Shutdown;
  readonly isProtected: boolean;
  readonly children: ReadonlyMap<string, Origin>;
  /** Null for an outermost one. */
  above: Definition | null = null;
  /** The life that runs now. */
  current: SupervisorLife | null = null;
  /** Two generations: the older one goes when the newer is full, which costs nothing a child. */
  #ended = new Map<string, Lives>();
  #endedBefore = new Map<string, Lives>();
  readonly #listeners = new Map<string, Set<MessageListener>>();
  #protectedBelow: string | null = null;

  constructor(
    declared: Pick<Definition, 'id' | 'flags' | 'restart' | 'significant' | 'shutdown' | 'isProtected'>,
    children: ReadonlyMap<string, Origin>,
  ) {
    this.id = declared.id;
    this.flags = declared.flags;
    this.restart = declared.restart;
    this.significant = declared.significant;
    this.shutdown = declared.shutdown;
    this.isProtected = declared.isProtected;
    this.children = children;
    for (const [id, { spec }] of children) {
      if ('children' in spec) spec.above = this;
      this.noteProtection(id, spec);
    }
  }

  get lineage(): string {
    return this.above ? `${this.above.lineage}/${this.id}` : this.id;
  }

  /** The lineage of a protected descendant, or null. */
  get protectedBelow(): string | null {
    return this.#protectedBelow && `${this.lineage}/${this.#protectedBelow}`;
  }

  noteProtection(id: string, spec: Origin['spec']): void {
    if (spec.isProtected) this.#protectedBelow ??= id;
    else if ('children' in spec && spec.#protectedBelow)
      this.#protectedBelow ??= `${id}/${spec.#protectedBelow}`;
  }

  facts(): SupervisorFacts {
    const { strategy, intensity, periodMs, autoShutdown } = this.flags;
    return { strategy, intensity, periodMs, restartsInPeriod: 0, nextRefillAt: null, autoShutdown };
  }

  /** The places of a new life: its declared children, each with the count of its lineage. */
  newSlots(): Slot[] {
    return Array.from(this.children, ([id, origin]) => this.newSlot(id, origin));
  }

  newSlot(id: string, origin: Origin): Slot {
    return new Slot(id, origin, this.#ended.get(id) ?? this.#endedBefore.get(id));
  }

  /** A child has lost its place. Its count is kept for a next one of the same id, listeners of declared ones too. */
  remember({ id, lives }: Slot): void {
    if (this.#ended.size >= LIMITS.maxEndedLineages + this.children.size) {
      this.#endedBefore = this.#ended;
      this.#ended = new Map();
    }
    this.#ended.set(id, lives);
    if (!this.children.has(id)) this.#listeners.delete(id);
  }

  listen(id: string, listener: MessageListener): () => void {
    const listeners = this.#listeners.get(id) ?? new Set();
    this.#listeners.set(id, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  deliver(id: string, message: unknown): void {
    for (const listener of this.#listeners.get(id) ?? []) listener(message);
  }
}
