import { LIMITS } from '../../protocol/limits.ts';
import { describe, GETTER, HOLE, REDACTED } from './state-describe.ts';
import { ABSENT, AN_ACCESSOR, fieldAt, printedKey } from './state-fields.ts';
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
import {
  Container,
  type Cut,
  frameBytes,
  frameBytesAtMost,
  Piece,
  pathOf,
  stubBytes,
} from './state-piece.ts';
import { entryName, isSecretName, type Place } from './state-place.ts';
import type { Redaction, Trail } from './state-redaction.ts';

export interface WalkBounds {
  from: number;
  depth: number;
  breadth: number;
  maxBytes: number;
  maxMs: number;
  now: () => number;
}

/** Steps between two looks at the clock, and steps that are always taken: a small state is never cut for time. */
const STEPS_A_LOOK = 32;
const FREE_STEPS = 256;
/** So many keys take long enough to list for a look at the clock. */
const MANY_KEYS = 1000;

/** Fills the pieces of one answer breadth first, until a bound is met. */
export class Walk {
  /** The answer: a piece, or the JSON of what has no entries. */
  root: Piece | string = 'null';
  truncated = 0;
  redacted = 0;
  /** The bound of bytes or time was met; nothing more was added. */
  isCut = false;
  readonly #redaction: Redaction;
  readonly #bounds: WalkBounds;
  readonly #deadline: number;
  /** Where each container was first met. */
  readonly #seen = new MapConstructor<unknown, unknown>();
  /** What stands before a key's value, as JSON: keys repeat. */
  readonly #leads = new MapConstructor<unknown, unknown>();
  #queueTail: Piece | null = null;
  #spent = 0;
  #steps = 0;

  constructor(redaction: Redaction, bounds: WalkBounds, start: number) {
    this.#redaction = redaction;
    this.#bounds = bounds;
    this.#deadline = start + bounds.maxMs;
  }

  run(place: Place): void {
    const found = this.#describePlace(place);
    if (!(found instanceof Container)) {
      this.root = this.#leaf(found);
      return;
    }
    const root = new Piece(null, '', place.kind === 'value' ? place.trail : null, found, '');
    this.root = root;
    this.#spent = stubBytes(found);
    mapSet(this.#seen, found.source, root);
    this.#queueTail = root;
    for (let at: Piece | null = root; at !== null && !this.isCut; at = at.queued) this.#expand(at);
    this.truncated += countStubs(root);
  }

  #describePlace(place: Place): string | Container | Cut {
    if (place.kind === 'hidden') return REDACTED;
    if (place.kind === 'getter') return GETTER;
    if (place.kind === 'hole') return HOLE;
    const { from, maxBytes } = this.#bounds;
    return describe(place.value, maxBytes, maxBytes, { from });
  }

  #expand(piece: Piece): void {
    const { container } = piece;
    const { count } = container;
    const begin = piece.parent === null ? min(this.#bounds.from, count) : 0;
    const end = min(begin + this.#bounds.breadth, count);
    const stub = stubBytes(container);
    const frame = frameBytesAtMost(container);
    // Room for the frame in place of the stub, that it may be closed properly whatever happens.
    if (!this.#fits(frame - stub, null)) return;
    this.#showEntries(piece, begin, end);
    if (piece.shown === 0 && end > begin) {
      this.#spent += stub - frame;
      return;
    }
    piece.isWalked = true;
    piece.more = count - begin - piece.shown;
    if (piece.more > 0) this.truncated++;
    this.#spent += frameBytes(piece) - frame;
  }

  #showEntries(piece: Piece, begin: number, end: number): void {
    const { source, fields } = piece.container;
    if (fields !== null) this.#showFields(piece, source, fields, begin, end);
    else if (isMap(source)) this.#showMap(piece, source, begin, end);
    else if (isSet(source)) this.#showSet(piece, source, begin, end);
    else this.#showElements(piece, source as unknown[], begin, end);
  }

  #showFields(
    piece: Piece,
    source: object,
    fields: readonly PropertyKey[],
    begin: number,
    end: number,
  ): void {
    for (let i = begin; i < end; i++) {
      const key = fields[i]!;
      const name = printedKey(fields, i);
      const ruleName = typeof key === 'string' ? key : name;
      const isHidden = this.#redaction.hides(piece.trail, ruleName);
      const found = isHidden ? REDACTED : this.#describe(fieldAt(source, key));
      const after = this.#redaction.after(piece.trail, ruleName);
      if (!this.#add(piece, name, this.#leadOf(name), after, found, '')) return;
    }
  }

  #showElements(piece: Piece, list: unknown[], begin: number, end: number): void {
    const isTagged = piece.container.form === 'object';
    let before: unknown = begin > 0 ? fieldAt(list, begin - 1) : undefined;
    for (let i = begin; i < end; i++) {
      const isHidden = isSecretName(before) || this.#redaction.hidesIndex(piece.trail, i);
      before = isHidden ? undefined : fieldAt(list, i);
      const found = isHidden ? REDACTED : this.#describe(before);
      if (!this.#add(piece, i, isTagged ? `"${i}":` : '', this.#afterIndex(piece, i), found, '')) return;
    }
  }

  #showMap(piece: Piece, map: Map<unknown, unknown>, begin: number, end: number): void {
    const entries = mapEntries(map);
    for (let i = 0; i < begin; i++) mapNext(entries);
    for (let i = begin; i < end; i++) {
      const entry = mapNext(entries).value;
      const name = entryName(entry[0], i);
      const { last, text } = piece;
      const before = { spent: this.#spent, truncated: this.truncated, redacted: this.redacted };
      if (!this.#add(piece, `${i}/0`, '[', null, this.#describe(entry[0]), '')) return;
      const found = this.#redaction.hides(piece.trail, name) ? REDACTED : this.#describe(entry[1]);
      if (!this.#add(piece, `${i}/1`, '', this.#redaction.after(piece.trail, name), found, ']')) {
        // Half an entry is none.
        piece.cutAfter(last);
        piece.text = text;
        piece.shown--;
        this.#spent = before.spent;
        this.truncated = before.truncated;
        this.redacted = before.redacted;
        return;
      }
      piece.shown--;
    }
  }

  #showSet(piece: Piece, set: Set<unknown>, begin: number, end: number): void {
    const values = setValues(set);
    for (let i = 0; i < begin; i++) setNext(values);
    for (let i = begin; i < end; i++) {
      const { value } = setNext(values);
      const found = this.#redaction.hidesIndex(piece.trail, i) ? REDACTED : this.#describe(value);
      if (!this.#add(piece, i, '', this.#afterIndex(piece, i), found, '')) return;
    }
  }

  #afterIndex(piece: Piece, index: number): Trail | null {
    return piece.trail === null ? null : this.#redaction.after(piece.trail, `${index}`);
  }

  #leadOf(name: string): string {
    const known = mapGet(this.#leads, name) as string | undefined;
    if (known !== undefined) return known;
    const lead = `${quote(name)}:`;
    mapSet(this.#leads, name, lead);
    return lead;
  }

  #describe(value: unknown): string | Container | Cut {
    if (typeof value === 'object' && value !== null) {
      const known = mapGet(this.#seen, value) as Piece | undefined;
      if (known) return `{"$":"Ref","path":${quote(pathOf(known))}}`;
    }
    if (value === AN_ACCESSOR) return GETTER;
    if (value === ABSENT) return HOLE;
    return describe(value, LIMITS.stateStringChars, this.#bounds.maxBytes - this.#spent, null);
  }

  /** Appends an entry. False when it does not fit, or time is up. */
  #add(
    parent: Piece,
    name: string | number,
    lead: string,
    trail: Trail | null,
    found: string | Container | Cut,
    tail: string,
  ): boolean {
    const begin = parent.shown === 0 ? lead : `,${lead}`;
    if (found instanceof Container) {
      const isOpen = found.count > 0 && parent.depth + 1 < this.#bounds.depth;
      if (!this.#fits(utf8Bytes(begin) + tail.length + bytesOf(found), found.fields)) return false;
      const piece = new Piece(parent, `${name}`, trail, found, parent.text + begin);
      parent.append(piece);
      parent.text = tail;
      mapSet(this.#seen, found.source, piece);
      if (isOpen) {
        this.#queueTail!.queued = piece;
        this.#queueTail = piece;
      }
    } else {
      const json = typeof found === 'string' ? found : found.json;
      const text = begin + json + tail;
      if (!this.#fits(utf8Bytes(text), null)) return false;
      parent.text += text;
      if (typeof found !== 'string') this.#leaf(found);
    }
    parent.shown++;
    return true;
  }

  #leaf(found: string | Cut): string {
    if (typeof found === 'string') return found;
    if (found.isTruncated) this.truncated++;
    if (found.isRedacted) this.redacted++;
    return found.json;
  }

  #fits(bytes: number, fields: readonly PropertyKey[] | null): boolean {
    this.#steps++;
    const isSlow = fields !== null && fields.length > MANY_KEYS;
    if (isSlow || (this.#steps > FREE_STEPS && this.#steps % STEPS_A_LOOK === 0)) {
      if (this.#bounds.now() > this.#deadline) this.isCut = true;
    }
    if (this.#spent + bytes > this.#bounds.maxBytes) this.isCut = true;
    if (!this.isCut) this.#spent += bytes;
    return !this.isCut;
  }
}

/** An empty one is walked from the beginning. */
function bytesOf(found: Container): number {
  return found.count > 0 ? stubBytes(found) : utf8Bytes(found.open) + found.close.length;
}

function countStubs(piece: Piece): number {
  let stubs = piece.isWalked ? 0 : 1;
  for (let at = piece.first; at !== null; at = at.next) stubs += countStubs(at);
  return stubs;
}
