import { LIMITS } from '../../protocol/limits.ts';
import type { SupervisorFacts } from '../../protocol/tree.ts';
import type { Shutdown } from './child-spec.ts';
import { EndedLives, type Lives } from './lives.ts';
import { type Origin, Slot } from './slot.ts';
import type { RestartType, SupervisorFlags } from './state.ts';
import type { Supervisor } from './supervisor.ts';
import type { SupervisorLife } from './supervisor-life.ts';

export type MessageListener = (message: unknown) => void;

/** What was declared for a supervisor, and what survives each of its lives: its lineages' counts, its listeners. */
export class Definition {
  /** What code holds of it. */
  readonly supervisor: Supervisor;
  readonly id: string;
  readonly flags: SupervisorFlags;
  readonly restart: RestartType;
  readonly significant: boolean;
  readonly shutdown: Shutdown;
  readonly isProtected: boolean;
  /** Declared beforehand; of a dynamic one none. */
  readonly children: ReadonlyMap<string, Origin>;
  /** Null for an outermost one. */
  above: Definition | null = null;
  /** The life that runs now. */
  current: SupervisorLife | null = null;
  #ended: EndedLives | null = null;
  /** Lives below another supervisor that had this place before. */
  #inherited: ReadonlyMap<string, Lives> | null = null;
  #listeners: Map<string, Set<MessageListener>> | null = null;

  constructor(
    declared: Pick<
      Definition,
      'supervisor' | 'id' | 'flags' | 'restart' | 'significant' | 'shutdown' | 'isProtected'
    >,
    children: ReadonlyMap<string, Origin>,
  ) {
    this.supervisor = declared.supervisor;
    this.id = declared.id;
    this.flags = declared.flags;
    this.restart = declared.restart;
    this.significant = declared.significant;
    this.shutdown = declared.shutdown;
    this.isProtected = declared.isProtected;
    this.children = children;
    for (const { spec } of children.values()) if ('children' in spec) spec.above = this;
  }

  get lineage(): string {
    return this.above ? `${this.above.lineage}/${this.id}` : this.id;
  }

  /** The lineage of a protected descendant, or null. Looks at each child: only an act on this supervisor asks. */
  get protectedBelow(): string | null {
    for (const [id, { spec }] of this.current?.state.children ?? this.children) {
      if (spec.isProtected) return `${this.lineage}/${id}`;
      const below = 'children' in spec ? spec.protectedBelow : null;
      if (below) return below;
    }
    return null;
  }

  facts(): SupervisorFacts {
    const { backOff, ...flags } = this.flags;
    const waits = backOff ? { backOff: { firstMs: backOff.firstMs, mostMs: backOff.mostMs } } : {};
    return { ...flags, restartsInPeriod: 0, nextRefillAt: null, ...waits };
  }

  /** The places of a new life: its declared children, each with the count of its lineage. */
  newSlots(): Slot[] {
    return Array.from(this.children, ([id, origin]) => new Slot(id, origin, this.livesOf(id)));
  }

  /** How often a child of this id has lived before it gets its place. */
  livesOf(id: string): Lives {
    const ended = this.#ended?.get(id);
    const inherited = this.#inheritedOf(id);
    // Another supervisor may have had this place meanwhile.
    const hasGoneOn = ended && inherited && inherited.incarnation > ended.incarnation;
    return (
      (hasGoneOn ? inherited : (ended ?? inherited)) ?? { incarnation: 0, restarts: 0, exitReason: null }
    );
  }

  /** It follows another supervisor of its id, whose children's lives it goes on counting. */
  inherit(below: ReadonlyMap<string, Lives> | undefined): void {
    if (below) this.#inherited = below;
  }

  /** It takes a place that was declared for another: that one's children count as those of its lineage. */
  takeOver(declared: Definition): void {
    this.inherit(declared.#livesBelow());
  }

  /** Which life of this child is the last one so far. */
  incarnationOf(id: string): number {
    return (this.current?.state.children.get(id)?.lives ?? this.livesOf(id)).incarnation;
  }

  /** A child has lost its place. Its count is kept for a next one of the same id, listeners of declared ones too. */
  remember({ id, spec, lives }: Slot): void {
    if ('children' in spec && this.children.get(id)?.spec !== spec) {
      lives.below = spec.#livesBelow();
      spec.above = null;
    }
    this.#ended ??= new EndedLives();
    this.#ended.put(id, lives, this.children.size);
    if (!this.children.has(id)) this.#listeners?.delete(id);
  }

  listen(id: string, listener: MessageListener): () => void {
    this.#listeners ??= new Map();
    const listeners = this.#listeners.get(id) ?? new Set();
    this.#listeners.set(id, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  deliver(id: string, message: unknown): void {
    for (const listener of this.#listeners?.get(id) ?? []) listener(message);
  }

  #inheritedOf(path: string): Lives | undefined {
    const { above } = this;
    return this.#inherited?.get(path) ?? (above ? above.#inheritedOf(`${this.id}/${path}`) : undefined);
  }

  /** The lives of all that has ended below it, by path; the latest when they are too many. */
  #livesBelow(): Map<string, Lives> {
    const below = new Map(this.#inherited);
    for (const [id, lives] of this.#ended ?? []) {
      below.set(id, lives);
      for (const [path, deeper] of lives.below ?? []) below.set(`${id}/${path}`, deeper);
    }
    for (const [id, { spec }] of this.children) {
      if (!('children' in spec)) continue;
      for (const [path, deeper] of spec.#livesBelow()) below.set(`${id}/${path}`, deeper);
    }
    const excess = below.size - LIMITS.maxEndedLineages;
    if (excess <= 0) return below;
    return new Map([...below].slice(excess));
  }
}
