import { LIMITS } from '../../../protocol/limits.ts';
import type { Exit } from '../exit.ts';
import type { Slot } from '../slot.ts';
import type { Child } from '../state.ts';
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
  /** Those of the source that were copied, once all were looked at. */
  #copied: Set<string> | null = null;

  constructor(source: ReadonlyMap<string, Slot>, left: CopiesLeft) {
    super();
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
    if (!this.#copied) return;
    let isBehind = child === null;
    for (const [id, slot] of this.#source) {
      if (isBehind && !this.#copied.has(id)) yield slot;
      if (id === child?.id) isBehind = true;
    }
  }

  #copyAll(): void {
    if (this.#copied) return;
    this.#copied = new Set();
    const touched = new Map(super.entries());
    super.clear();
    const { size } = this.#source;
    const edge = Math.min(LIMITS.maxPreviewNodes, Math.max(0, this.#left.count >> 1));
    let at = 0;
    let significant = 0;
    for (const [id, slot] of this.#source) {
      const isAtEdge = at < edge || at >= size - edge;
      const isNeeded = isAtEdge || (slot.rule.significant && slot.phase !== 'none' && significant++ < 2);
      const present = touched.get(id);
      at++;
      if (this.#deleted.has(id)) this.#copied.add(id);
      else if (present || isNeeded) {
        touched.delete(id);
        if (!present) this.#left.count--;
        this.#copied.add(id);
        super.set(id, present ?? Copy.of(slot));
      }
    }
    for (const [id, copy] of touched) super.set(id, copy);
  }
}

/** How many real lives there are in a place, those below it included. */
export function countLiving({ node }: Slot): number {
  if (!node || node.isOver) return 0;
  const { state } = (node.life ?? {}) as Partial<SupervisorLife>;
  let count = 1;
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
