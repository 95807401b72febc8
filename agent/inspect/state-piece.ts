import { max, quote, utf8Bytes } from './state-intrinsics.ts';
import type { Trail } from './state-redaction.ts';

/** How a container is printed, and how its entries are reached. */
export type Form = 'array' | 'plain' | 'object' | 'error' | 'map' | 'set';

/** A value that has entries, as far as it is known before any of them is looked at. */
export interface Container {
  form: Form;
  source: object;
  /** Its class, for the stub that stands for it while it is not walked. */
  of: string;
  count: number;
  /** Keys of `plain`, `object` and `error`; null for those with indices. */
  fields: readonly PropertyKey[] | null;
  /** What comes before and after the entries. */
  open: string;
  close: string;
}

/** A value without entries, as JSON. */
export interface Leaf {
  form: 'leaf';
  json: string;
  isTruncated: boolean;
  isRedacted: boolean;
}

/**
 * One place of the answer. Pieces hang together as linked lists and are filled breadth first; at the end `print`
 * writes them out in order. `reserved` is what a piece may come to at most, so the bound holds at every moment.
 */
export class Piece {
  readonly parent: Piece | null;
  /** From the parent: its pointer step as printed (`/fields/board`), and what stands before the value (`"board":`). */
  readonly step: string;
  readonly lead: string;
  readonly depth: number;
  trail: Trail | null;
  /** What stands after the value: the `]` of a Map's entry. */
  tail = '';
  json = '';
  container: Container | null = null;
  isWalked = false;
  /** Entries of the container that are not shown. */
  more = 0;
  first: Piece | null = null;
  last: Piece | null = null;
  next: Piece | null = null;
  queued: Piece | null = null;

  constructor(parent: Piece | null, step: string, lead: string, trail: Trail | null) {
    this.parent = parent;
    this.step = step;
    this.lead = lead;
    this.depth = parent === null ? 0 : parent.depth + 1;
    this.trail = trail;
  }

  /** JSON Pointer from the answer's root. */
  get path(): string {
    return this.parent === null ? '' : this.parent.path + this.step;
  }

  append(child: Piece): void {
    if (this.last === null) this.first = child;
    else this.last.next = child;
    this.last = child;
  }

  /** Takes back what was appended after `last`. */
  cutAfter(last: Piece | null): void {
    this.last = last;
    if (last === null) this.first = null;
    else last.next = null;
  }
}

/** Writes a piece and all below it as JSON; containers that were not walked as stubs. */
export function print(piece: Piece): string {
  const { container } = piece;
  if (container === null) return piece.lead + piece.json + piece.tail;
  if (!piece.isWalked) return piece.lead + stub(container) + piece.tail;
  let text = piece.lead + container.open;
  for (let at = piece.first; at !== null; at = at.next) {
    if (at !== piece.first) text += ',';
    text += print(at);
  }
  return text + closing(container, piece.more, piece.first !== null) + piece.tail;
}

/** What stands for a container that is not walked. An Error says all but its fields. */
export function stub(container: Container): string {
  if (container.form === 'error') return `${container.open}${closing(container, container.count, false)}`;
  return `{"$":"More","count":${container.count},"of":${quote(container.of)}}`;
}

/** The most bytes a container takes with none of its entries: as a stub, or open with the rest counted. */
export function reserve(container: Container): number {
  const open = utf8Bytes(container.open) + MORE_BYTES + container.close.length;
  const closed = utf8Bytes(stub(container));
  return max(open, closed);
}

/** The bytes a walked container takes beside its entries. */
export function walkedBytes(piece: Piece): number {
  const container = piece.container!;
  return utf8Bytes(container.open) + closing(container, piece.more, piece.first !== null).length;
}

/** `,"$more":{"$":"More","count":4294967295}` is the longest way to say that there is more. */
const MORE_BYTES = 48;

function closing({ form, close }: Container, more: number, hasEntries: boolean): string {
  if (more === 0) return close;
  const comma = hasEntries ? ',' : '';
  if (form === 'array') return `${comma}{"$":"More","count":${more}}]`;
  if (form === 'plain') return `${comma}"$more":{"$":"More","count":${more}}}`;
  // `]}` or `}}`: what is left out is told between the two.
  return `${close[0]!},"more":${more}}`;
}
