import { LIMITS } from '../../protocol/limits.ts';
import { describe, GETTER, HOLE, leaf, REDACTED } from './state-describe.ts';
import { fieldAt, printedKey } from './state-fields.ts';
import {
  isMap,
  isSet,
  MapConstructor,
  mapEntries,
  mapGet,
  mapNext,
  mapSet,
  min,
  quote,
  setNext,
  setValues,
  utf8Bytes,
} from './state-intrinsics.ts';
import { type Container, type Leaf, Piece, reserve, stub, walkedBytes } from './state-piece.ts';
import { entryName, followsSecretName, type Place } from './state-place.ts';
import { escapeSegment } from './state-pointer.ts';
import type { Redaction, Trail } from './state-redaction.ts';

export interface WalkBounds {
  from: number;
  depth: number;
  breadth: number;
  maxBytes: number;
  now: () => number;
}

export interface Walked {
  root: Piece;
  truncated: number;
  redacted: number;
  partial: boolean;
}

/** Fills the pieces of an answer breadth first, until a bound is met. */
export function walk(place: Place, redaction: Redaction, bounds: WalkBounds, deadline: number): Walked {
  const walker = new Walker(redaction, bounds, deadline);
  walker.run(place);
  return {
    root: walker.root,
    truncated: walker.truncated + countStubs(walker.root),
    redacted: walker.redacted,
    partial: walker.isCut,
  };
}

/** Steps between two looks at the clock. */
const STEPS_A_LOOK = 32;
/** So many keys take long enough to list for a look at the clock. */
const MANY_KEYS = 1000;

class Walker {
  readonly root: Piece;
  truncated = 0;
  redacted = 0;
  /** The bound of bytes or time was met; nothing more is added. */
  isCut = false;
  readonly #redaction: Redaction;
  readonly #bounds: WalkBounds;
  readonly #deadline: number;
  /** Where each container was first met. */
  readonly #seen = new MapConstructor<unknown, unknown>();
  #queueHead: Piece | null = null;
  #queueTail: Piece | null = null;
  #spent = 0;
  #steps = 0;

  constructor(redaction: Redaction, bounds: WalkBounds, deadline: number) {
    this.#redaction = redaction;
    this.#bounds = bounds;
    this.#deadline = deadline;
    this.root = new Piece(null, '', '', null);
  }

  run(place: Place): void {
    this.root.trail = place.kind === 'value' ? place.trail : null;
    const found = this.#describeRoot(place);
    this.#spent += this.#bytesOf(this.root, found);
    this.#take(this.root, found);
    for (let at = this.#queueHead; at !== null && !this.isCut; at = at.queued) this.#expand(at);
  }

  #describeRoot(place: Place): Leaf | Container {
    if (place.kind === 'hidden') return REDACTED;
    if (place.kind === 'getter') return GETTER;
    if (place.kind === 'hole') return HOLE;
    const { from, maxBytes } = this.#bounds;
    return describe(place.value, { from, chars: maxBytes, bytes: maxBytes, isAskedFor: true });
  }

  #expand(piece: Piece): void {
    const container = piece.container!;
    const { count } = container;
    const { from, breadth } = this.#bounds;
    const begin = piece === this.root ? min(from, count) : 0;
    const end = min(begin + breadth, count);
    const shown = this.#showEntries(piece, container, begin, end);
    if (shown === 0 && end > begin) return;
    piece.isWalked = true;
    piece.more = count - begin - shown;
    if (piece.more > 0) this.truncated++;
    this.#spent += walkedBytes(piece) - reserve(container);
  }

  /** How many entries were shown before a bound was met. */
  #showEntries(piece: Piece, container: Container, begin: number, end: number): number {
    const { source, fields } = container;
    if (isMap(source)) return this.#showMap(piece, source, begin, end);
    if (isSet(source)) return this.#showSet(piece, source, begin, end);
    for (let i = begin; i < end; i++) {
      const isShown = fields ? this.#showField(piece, fields, i) : this.#showElement(piece, i);
      if (!isShown) return i - begin;
    }
    return end - begin;
  }

  #showField(piece: Piece, fields: readonly PropertyKey[], place: number): boolean {
    const { source, form } = piece.container!;
    const key = fields[place]!;
    const name = printedKey(fields, place);
    const step = `${form === 'plain' ? '' : '/fields'}/${escapeSegment(name)}`;
    const ruleName = typeof key === 'string' ? key : name;
    const isHidden = this.#redaction.hides(piece.trail, ruleName);
    const found = isHidden ? REDACTED : this.#describeField(source, key);
    return this.#add(piece, step, `${quote(name)}:`, this.#after(piece, ruleName), found) !== null;
  }

  #showElement(piece: Piece, index: number): boolean {
    const { source, form } = piece.container!;
    const list = source as unknown[];
    const name = `${index}`;
    const isHidden = this.#redaction.hides(piece.trail, name) || followsSecretName(list, index);
    const found = isHidden ? REDACTED : this.#describeField(list, index);
    const step = form === 'array' ? `/${name}` : `/fields/${name}`;
    const lead = form === 'array' ? '' : `"${name}":`;
    return this.#add(piece, step, lead, this.#after(piece, name), found) !== null;
  }

  #showMap(piece: Piece, map: Map<unknown, unknown>, begin: number, end: number): number {
    const entries = mapEntries(map);
    for (let i = 0; i < begin; i++) mapNext(entries);
    for (let i = begin; i < end; i++) {
      const entry = mapNext(entries).value;
      const name = entryName(entry[0], i);
      const { last } = piece;
      const before = this.#spent;
      if (this.#add(piece, `/entries/${i}/0`, '[', null, this.#describe(entry[0])) === null) return i - begin;
      const found = this.#redaction.hides(piece.trail, name) ? REDACTED : this.#describe(entry[1]);
      const value = this.#add(piece, `/entries/${i}/1`, '', this.#after(piece, name), found);
      if (value === null) {
        piece.cutAfter(last);
        this.#spent = before;
        return i - begin;
      }
      value.tail = ']';
    }
    return end - begin;
  }

  #showSet(piece: Piece, set: Set<unknown>, begin: number, end: number): number {
    const values = setValues(set);
    for (let i = 0; i < begin; i++) setNext(values);
    for (let i = begin; i < end; i++) {
      const { value } = setNext(values);
      const name = `${i}`;
      const found = this.#redaction.hides(piece.trail, name) ? REDACTED : this.#describe(value);
      if (this.#add(piece, `/values/${i}`, '', this.#after(piece, name), found) === null) return i - begin;
    }
    return end - begin;
  }

  #after(piece: Piece, name: string): Trail | null {
    return piece.trail === null ? null : this.#redaction.after(piece.trail, name);
  }

  #describeField(owner: object, key: PropertyKey): Leaf | Container {
    const field = fieldAt(owner, key);
    if (field.kind === 'data') return this.#describe(field.value);
    return field.kind === 'getter' ? GETTER : HOLE;
  }

  #describe(value: unknown): Leaf | Container {
    if (typeof value === 'object' && value !== null) {
      const known = mapGet(this.#seen, value) as Piece | undefined;
      if (known) {
        return leaf(`{"$":"Ref","path":${quote(known.path)}}`);
      }
    }
    const bytes = this.#bounds.maxBytes - this.#spent;
    return describe(value, { from: 0, chars: LIMITS.stateStringChars, bytes, isAskedFor: false });
  }

  /** Appends an entry; null when it does not fit, or time is up. */
  #add(
    parent: Piece,
    step: string,
    lead: string,
    trail: Trail | null,
    found: Leaf | Container,
  ): Piece | null {
    const isSlow = found.form !== 'leaf' && found.fields !== null && found.fields.length > MANY_KEYS;
    if ((++this.#steps % STEPS_A_LOOK === 0 || isSlow) && this.#bounds.now() > this.#deadline)
      this.isCut = true;
    const piece = new Piece(parent, step, lead, trail);
    const bytes = utf8Bytes(lead) + SEPARATOR_BYTES + this.#bytesOf(piece, found);
    if (this.#spent + bytes > this.#bounds.maxBytes) this.isCut = true;
    if (this.isCut) return null;
    this.#spent += bytes;
    parent.append(piece);
    this.#take(piece, found);
    return piece;
  }

  #take(piece: Piece, found: Leaf | Container): void {
    if (found.form === 'leaf') {
      piece.json = found.json;
      if (found.isTruncated) this.truncated++;
      if (found.isRedacted) this.redacted++;
      return;
    }
    piece.container = found;
    mapSet(this.#seen, found.source, piece);
    if (found.count === 0) piece.isWalked = true;
    else if (piece.depth < this.#bounds.depth) this.#enqueue(piece);
  }

  /** What it takes at most, before it is known how far it is walked. */
  #bytesOf(piece: Piece, found: Leaf | Container): number {
    if (found.form === 'leaf') return utf8Bytes(found.json);
    if (found.count === 0) return utf8Bytes(found.open) + found.close.length;
    return piece.depth < this.#bounds.depth ? reserve(found) : utf8Bytes(stub(found));
  }

  #enqueue(piece: Piece): void {
    if (this.#queueTail === null) this.#queueHead = piece;
    else this.#queueTail.queued = piece;
    this.#queueTail = piece;
  }
}

/** A comma, and the `]` of a Map's entry. */
const SEPARATOR_BYTES = 2;

function countStubs(piece: Piece): number {
  let stubs = piece.container !== null && !piece.isWalked ? 1 : 0;
  for (let at = piece.first; at !== null; at = at.next) stubs += countStubs(at);
  return stubs;
}
