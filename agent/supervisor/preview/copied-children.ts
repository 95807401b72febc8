import { LIMITS } from '../../../protocol/limits.ts';
import type { Exit } from '../exit.ts';
import type { Slot } from '../slot.ts';
import type { Child, Strategy } from '../state.ts';
import type { SupervisorLife } from '../supervisor-life.ts';
import type { Rehearsed } from './rehearsal.ts';

/** A child of a rehearsed supervisor: what `transition` decides about, and whether its life is a real one. */
export class Copy implements Child {
  readonly id: string;
  readonly spec: Slot['spec'];
  phase: Child['phase'] = 'none';
  pid = 0;
  exit: Exit | null = null;
  declare wait?: Child['wait'];
  /** The real life that it began with; null once that has ended in the rehearsal, or where there was none. */
  node: Slot['node'] = null;
  incarnation: number;
  /** Its own rehearsal, where it is a supervisor that the rehearsal came to. */
  below: Rehearsed | null = null;

  constructor(id: string, spec: Slot['spec'], incarnation: number) {
    this.id = id;
    this.spec = spec;
    this.incarnation = incarnation;
  }

  get rule(): Slot['rule'] {
    return this.spec;
  }

  static of(slot: Slot): Copy {
    const copy = new Copy(slot.id, slot.spec, slot.lives.incarnation);
    copy.phase = slot.phase;
    copy.pid = slot.pid;
    copy.exit = slot.exit;
    if (slot.wait) copy.wait = { ...slot.wait };
    copy.node = slot.node && !slot.node.isOver ? slot.node : null;
    return copy;
  }
}

/** Copies that a rehearsal may still make. */
export interface CopiesLeft {
  count: number;
}

/**
 * The children of a real supervisor, copied as they are looked at. A decision about one child of 100,000 copies one.
 * Where all are looked at, of a very wide supervisor only the first and the last are copied, as many as a preview
 * lists; `skipped` gives the others, to be counted. No decision of `transition` depends on those, but
 * `all_significant`: a significant child that lives is copied wherever it stands.
 */
export class CopiedChildren extends Map<string, Copy> {
  readonly #source: ReadonlyMap<string, Slot>;
  readonly #left: CopiesLeft;
  readonly #deleted = new Set<string>();
  readonly #strategy: Strategy;
  /** Once all were looked at: the real ones in order, how many at each end were copied, and which places in all. */
  #copied = false;
  #slots: readonly Slot[] = [];
  #edge = 0;
  readonly #places = new Set<number>();

  constructor(source: ReadonlyMap<string, Slot>, strategy: Strategy, left: CopiesLeft) {
    super();
    this.#strategy = strategy;
    this.#source = source;
    this.#left = left;
  }

  override get(id: string): Copy | undefined {
    const copied = super.get(id);
    if (copied || this.#copied || this.#deleted.has(id)) return copied;
    const slot = this.#source.get(id);
    if (!slot) return undefined;
    this.#left.count--;
    const copy = Copy.of(slot);
    super.set(id, copy);
    return copy;
  }

  override delete(id: string): boolean {
    this.#deleted.add(id);
    return super.delete(id);
  }

  override values(): MapIterator<Copy> {
    this.#copyAll();
    return super.values();
  }

  /** Real children that were not copied, in order; those that stand behind `child`, or all. */
  *skipped(child: Copy | null): Generator<Slot> {
    const slot = child && this.#source.get(child.id);
    const from = slot ? this.#slots.indexOf(slot) + 1 : 0;
    for (let at = Math.max(from, this.#edge); at < this.#slots.length - this.#edge; at++) {
      if (!this.#places.has(at)) yield this.#slots[at]!;
    }
  }

  /** One pass over the places at most, and none over what stands in them. */
  #copyAll(): void {
    if (this.#copied) return;
    this.#copied = true;
    const slots = [...this.#source.values()];
    const touched = new Map(super.entries());
    super.clear();
    const edge = Math.min(LIMITS.maxPreviewNodes, Math.max(0, this.#left.count >> 1));
    this.#slots = slots;
    this.#edge = Math.min(edge, Math.ceil(slots.length / 2));
    for (const id of [...touched.keys(), ...this.#deleted]) {
      const slot = this.#source.get(id);
      if (slot) this.#places.add(slots.indexOf(slot));
    }
    if (this.#hasSignificant(slots)) this.#addSignificant(slots);
    for (let at = 0; at < this.#edge; at++) this.#places.add(at);
    for (let at = slots.length - this.#edge; at < slots.length; at++) this.#places.add(at);
    for (const at of [...this.#places].sort((a, b) => a - b)) {
      const slot = slots[at]!;
      if (this.#deleted.has(slot.id)) continue;
      const present = touched.get(slot.id);
      if (!present) this.#left.count--;
      super.set(slot.id, present ?? Copy.of(slot));
    }
    for (const [id, copy] of touched) super.set(id, copy);
  }

  /** Of a dynamic supervisor the children are alike; those at its edges stand for the others. */
  #hasSignificant(slots: readonly Slot[]): boolean {
    return this.#strategy !== 'dynamic' && slots.some(({ rule }) => rule.significant);
  }

  #addSignificant(slots: readonly Slot[]): void {
    let found = 0;
    for (let at = 0; at < slots.length && found < 2; at++) {
      const { rule, phase } = slots[at]!;
      if (!rule.significant || phase === 'none') continue;
      this.#places.add(at);
      found++;
    }
  }
}

/** How many real lives there are in a place, those below it included. */
export function countLiving({ spec, phase, node }: Slot): number {
  if (phase === 'none' || phase === 'restarting') return 0;
  if (!('children' in spec)) return 1;
  let count = 1;
  const { state } = (node?.life ?? {}) as Partial<SupervisorLife>;
  if (state) for (const below of state.children.values()) count += countLiving(below);
  return count;
}

/** How many are started where this is: a supervisor starts what was declared below it. */
export function countDeclared(spec: Slot['spec']): number {
  if (!('children' in spec)) return 1;
  let count = 1;
  for (const below of spec.children.values()) count += countDeclared(below.spec);
  return count;
}
