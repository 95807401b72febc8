import { utf8Bytes } from './state-intrinsics.ts';
import { escapeSegment } from './state-pointer.ts';
import type { Trail } from './state-redaction.ts';

/** How a container is printed, and how its entries are reached. */
export type Form = 'array' | 'plain' | 'object' | 'error' | 'map' | 'set';

/** A value that has entries, as far as it is known before any of them is looked at. */
export class Container {
  readonly form: Form;
  readonly source: object;
  readonly count: number;
  /** Keys of `plain`, `object` and `error`; null for those with indices. */
  readonly fields: readonly PropertyKey[] | null;
  /** What comes before and after the entries. */
  readonly open: string;
  readonly close: string;
  /** Its class as JSON, for the stub that stands for it while it is not walked. */
  readonly of: string;

  constructor(
    form: Form,
    source: object,
    count: number,
    fields: readonly PropertyKey[] | null,
    open: string,
    close: string,
    of: string,
  ) {
    this.form = form;
    this.source = source;
    this.count = count;
    this.fields = fields;
    this.open = open;
    this.close = close;
    this.of = of;
  }
}

/** A value without entries that is not exact: as JSON, and why. */
export interface Cut {
  json: string;
  isTruncated: boolean;
  isRedacted: boolean;
}

/**
 * One container of the answer. Pieces hang together as linked lists and are filled breadth first; what stands
 * between them is kept as text. At the end `print` writes them out in order.
 */
export class Piece {
  readonly parent: Piece | null;
  /** Which entry of the parent it is: a key as printed, an index, `3/1` in a Map. */
  readonly name: string;
  readonly depth: number;
  readonly trail: Trail | null;
  readonly container: Container;
  /** The parent's text from the piece before up to this one: `"turn":"X","board":`. */
  readonly lead: string;
  /** The text behind the last piece below. */
  text = '';
  shown = 0;
  isWalked = false;
  /** Entries that are not shown. */
  more = 0;
  first: Piece | null = null;
  last: Piece | null = null;
  next: Piece | null = null;
  queued: Piece | null = null;

  constructor(parent: Piece | null, name: string, trail: Trail | null, container: Container, lead: string) {
    this.parent = parent;
    this.name = name;
    this.depth = parent === null ? 0 : parent.depth + 1;
    this.trail = trail;
    this.container = container;
    this.lead = lead;
    this.isWalked = container.count === 0;
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

/** JSON Pointer from the answer's root. */
export function pathOf({ parent, name }: Piece): string {
  if (parent === null) return '';
  const { form } = parent.container;
  if (form === 'map') return `${pathOf(parent)}/entries/${name}`;
  const part = form === 'set' ? '/values' : form === 'object' || form === 'error' ? '/fields' : '';
  return `${pathOf(parent)}${part}/${escapeSegment(name)}`;
}

/** Writes a piece and all below it as JSON; containers that were not walked as stubs. */
export function print(piece: Piece): string {
  const { container } = piece;
  if (!piece.isWalked) return stub(container);
  let text = container.open;
  for (let at = piece.first; at !== null; at = at.next) text += at.lead + print(at);
  return text + piece.text + closing(container, piece.more, piece.shown > 0);
}

/** The bytes of a container while it is not walked. */
export function stubBytes(container: Container): number {
  return utf8Bytes(stub(container));
}

/** The bytes of a walked container beside its entries: at most, before it is walked, and then exactly. */
export function frameBytesAtMost(container: Container): number {
  return utf8Bytes(container.open) + MORE_BYTES;
}

export function frameBytes({ container, more, shown }: Piece): number {
  return utf8Bytes(container.open) + closing(container, more, shown > 0).length;
}

/** `,"$more":{"$":"More","count":4294967295}}` is the longest way to say that there is more. */
const MORE_BYTES = 48;

/** What stands for a container that is not walked. An Error says all but its fields. */
function stub(container: Container): string {
  if (container.form === 'error') return `${container.open}${closing(container, container.count, false)}`;
  return `{"$":"More","count":${container.count},"of":${container.of}}`;
}

function closing({ form, close }: Container, more: number, hasEntries: boolean): string {
  if (more === 0) return close;
  const comma = hasEntries ? ',' : '';
  if (form === 'array') return `${comma}{"$":"More","count":${more}}]`;
  if (form === 'plain') return `${comma}"$more":{"$":"More","count":${more}}}`;
  // `]}` or `}}`: what is left out is told between the two.
  return `${close[0]!},"more":${more}}`;
}
