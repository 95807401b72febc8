import type { TreeNode } from '../../protocol/tree.ts';

/** Where a thread or process stands among the members of a pool. */
export interface MemberPlace {
  /** The component's node id. */
  component: string;
  /** `piscina:resize.js/2`: the same for whoever takes the place next. */
  lineage: string;
  incarnation: number;
  /** Why the one before it ended. */
  exitReason: string | null;
}

interface Slot {
  place: MemberPlace;
  /** Who has it; null: it waits for the next. */
  holder: number | null;
  last: number;
  /** Why the last one ended. */
  reason: string | null;
}

/**
 * Members of pools and clusters, by thread id or pid. Libraries replace a member by a new one and name neither, so each
 * pool has numbered places: who comes when a place is free takes it, and with it the lineage.
 */
export class Members {
  readonly #slots = new Map<string, Slot[]>();
  readonly #byMember = new Map<number, Slot>();

  /** The pool has these members now. Returns those whose place has changed. */
  follow(component: { id: string; lineage: string }, members: readonly number[]): number[] {
    const slots = this.#slots.get(component.id) ?? [];
    this.#slots.set(component.id, slots);
    const listed = new Set(members);
    for (const slot of slots) if (slot.holder !== null && !listed.has(slot.holder)) slot.holder = null;
    const placed: number[] = [];
    for (const member of members) {
      if (this.#byMember.get(member)?.holder === member) continue;
      this.#take(component, slots, member);
      placed.push(member);
    }
    return placed;
  }

  #take({ id, lineage }: { id: string; lineage: string }, slots: Slot[], member: number): void {
    let slot = slots.find(({ holder }) => holder === null);
    if (slot) {
      slot.place = { ...slot.place, incarnation: slot.place.incarnation + 1, exitReason: slot.reason };
      slot.reason = null;
      if (this.#byMember.get(slot.last) === slot) this.#byMember.delete(slot.last);
    } else {
      const place = {
        component: id,
        lineage: `${lineage}/${slots.length + 1}`,
        incarnation: 1,
        exitReason: null,
      };
      slot = { place, holder: null, last: member, reason: null };
      slots.push(slot);
    }
    slot.holder = member;
    slot.last = member;
    this.#byMember.set(member, slot);
  }

  placeOf(member: number): MemberPlace | null {
    return this.#byMember.get(member)?.place ?? null;
  }

  /** It has ended: its place is free, and remembers why. */
  ended(member: number, exitReason: string): void {
    const slot = this.#byMember.get(member);
    if (!slot) return;
    if (slot.holder === member) slot.holder = null;
    if (slot.last === member) slot.reason = exitReason;
  }

  /** The pool has ended; returns its members, which live on by themselves. */
  drop(component: string): number[] {
    const slots = this.#slots.get(component) ?? [];
    this.#slots.delete(component);
    for (const slot of slots) if (this.#byMember.get(slot.last) === slot) this.#byMember.delete(slot.last);
    return slots.flatMap(({ holder }) => holder ?? []);
  }
}

/** What a member has of those who were in its place before. */
export function livesOf({ incarnation, exitReason }: MemberPlace): Partial<TreeNode> {
  return { incarnation, restarts: incarnation - 1, exitReason };
}

/** The lineage with what it begins with replaced; as it is where it begins otherwise. */
export function moved(lineage: string, from: string, to: string): string {
  if (lineage === from) return to;
  return lineage.startsWith(`${from}/`) ? to + lineage.slice(from.length) : lineage;
}
