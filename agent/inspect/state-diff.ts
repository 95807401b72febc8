import type { LostPlace, LostState } from '../../protocol/act.ts';
import { LIMITS } from '../../protocol/limits.ts';
import { isTagged, type StateValue, type Tagged } from '../../protocol/state.ts';

/**
 * What of one state is not in another, place by place, as both were read. A place that has no counterpart counts
 * once, with all below it. What either look left out is not compared, and makes the answer partial; what was
 * redacted on both sides counts as the same, since nobody may know. Pure, and run at the hub: on copies only.
 */
export function diffStates(
  before: StateValue | undefined,
  after: StateValue | undefined,
): Omit<LostState, 'why'> {
  const diff = new Diff();
  diff.compare('', before, after);
  const { gone, changed, added, places, isPartial } = diff;
  return { gone, changed, added, places, isPartial };
}

class Diff {
  gone = 0;
  changed = 0;
  added = 0;
  isPartial = false;
  readonly places: LostPlace[] = [];
  #bytes = 0;

  compare(path: string, before: StateValue | undefined, after: StateValue | undefined): void {
    if (before === undefined && after === undefined) return;
    if (after === undefined) return this.#note(path, 'gone', { before });
    if (before === undefined) return this.#note(path, 'added', { after });
    const [a, b] = [partsOf(before), partsOf(after)];
    if (a && b) return this.#compareParts(path, a, b, { before, after });
    if (isStub(before) || isStub(after)) return this.#compareUnwalked(path, before, after);
    if (JSON.stringify(before) !== JSON.stringify(after)) this.#note(path, 'changed', { before, after });
  }

  #compareParts(path: string, a: Parts, b: Parts, values: { before: StateValue; after: StateValue }): void {
    if (a.form !== b.form) return this.#note(path, 'changed', values);
    for (const [key, part] of a.entries) {
      const other = b.entries.get(key);
      if (other) this.compare(path + other.path, part.value, other.value);
      // It may stand among what was not shown.
      else if (b.more > 0) this.isPartial = true;
      else this.#note(path + part.path, 'gone', { before: part.value });
    }
    for (const [key, part] of b.entries) {
      if (a.entries.has(key)) continue;
      if (a.more > 0) this.isPartial = true;
      else this.#note(path + part.path, 'added', { after: part.value });
    }
    if (a.more === 0 && b.more === 0) return;
    this.isPartial = true;
    this.gone += hiddenWithout(a, b);
    this.added += hiddenWithout(b, a);
  }

  /** A container that one look did not walk: by its size it may be known to differ. */
  #compareUnwalked(path: string, before: StateValue, after: StateValue): void {
    if (sizeOf(before) === sizeOf(after)) this.isPartial = true;
    else this.#note(path, 'changed', { before, after });
  }

  #note(path: string, change: LostPlace['change'], values: Pick<LostPlace, 'before' | 'after'>): void {
    this[change]++;
    if (this.places.length >= LIMITS.maxLostPlaces) return;
    for (const place of [
      { path, change, ...bounded(values) },
      { path, change },
    ]) {
      const bytes = JSON.stringify(place).length;
      if (this.#bytes + bytes > LIMITS.maxLostBytes) continue;
      this.#bytes += bytes;
      this.places.push(place);
      return;
    }
  }
}

/** What a container is made of, by what two of its kind have in common: a key, an index, a Map's key. */
interface Parts {
  /** Only what has the same form can be compared part by part. */
  form: string;
  entries: Map<string, { path: string; value: StateValue }>;
  /** Entries that were not shown. */
  more: number;
}

function partsOf(value: StateValue): Parts | null {
  if (typeof value !== 'object' || value === null) return null;
  if (Array.isArray(value)) {
    const more = moreOf(value.at(-1));
    const shown = more > 0 ? value.slice(0, -1) : value;
    return { form: 'Array', entries: listed('', shown), more };
  }
  if (!isTagged(value)) {
    const { $more, ...fields } = value as Record<string, StateValue>;
    return { form: 'plain', entries: keyed('', fields), more: moreOf($more) };
  }
  switch (value.$) {
    case 'Object':
      return {
        form: `Object ${value.class}`,
        entries: keyed('/fields', value.fields),
        more: value.more ?? 0,
      };
    case 'Map':
      return { form: `Map ${value.class}`, entries: byKey(value.entries), more: value.more ?? 0 };
    case 'Set':
      return { form: `Set ${value.class}`, entries: byValue(value.values), more: value.more ?? 0 };
    default:
      return null;
  }
}

/** Of what was not shown of `a` the number is known: how many cannot be in `b`, which was shown whole. */
function hiddenWithout(a: Parts, b: Parts): number {
  if (b.more > 0) return 0;
  let unmatched = 0;
  for (const key of b.entries.keys()) if (!a.entries.has(key)) unmatched++;
  return Math.max(0, a.more - unmatched);
}

function listed(part: string, values: readonly StateValue[]): Parts['entries'] {
  return new Map(values.map((value, at) => [String(at), { path: `${part}/${at}`, value }]));
}

function keyed(part: string, fields: Record<string, StateValue>): Parts['entries'] {
  return new Map(
    Object.entries(fields).map(([key, value]) => [key, { path: `${part}/${escaped(key)}`, value }]),
  );
}

function byKey(entries: readonly [StateValue, StateValue][]): Parts['entries'] {
  return new Map(
    entries.map(([key, value], at) => [JSON.stringify(key), { path: `/entries/${at}/1`, value }]),
  );
}

function byValue(values: readonly StateValue[]): Parts['entries'] {
  return new Map(values.map((value, at) => [JSON.stringify(value), { path: `/values/${at}`, value }]));
}

const escaped = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1');

/** The entry that stands for the rest of a container. */
function moreOf(value: StateValue | undefined): number {
  const isMore = typeof value === 'object' && value !== null && !Array.isArray(value) && value.$ === 'More';
  const { count, of } = isMore ? (value as Extract<Tagged, { $: 'More' }>) : { count: 0, of: undefined };
  return of === undefined ? count : 0;
}

/** A container that was not walked: `of` names what it is. */
function isStub(value: StateValue): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && value.$ === 'More';
}

function sizeOf(value: StateValue): string | number {
  if (isStub(value)) return (value as Extract<Tagged, { $: 'More' }>).count;
  const parts = partsOf(value);
  return parts ? parts.entries.size + parts.more : JSON.stringify(value);
}

/** Characters of a value as JSON that is shown as it is. */
const MAX_VALUE_CHARS = 500;

function bounded(values: Pick<LostPlace, 'before' | 'after'>): Pick<LostPlace, 'before' | 'after'> {
  const short: Pick<LostPlace, 'before' | 'after'> = {};
  for (const side of ['before', 'after'] as const) {
    const value = values[side];
    if (value !== undefined) short[side] = shortened(value);
  }
  return short;
}

function shortened(value: StateValue): StateValue {
  if (JSON.stringify(value).length <= MAX_VALUE_CHARS) return value;
  if (typeof value === 'string') return { $: 'Text', text: value.slice(0, 200), chars: value.length };
  const parts = partsOf(value);
  if (!parts) return { $: 'More', count: 1 };
  return {
    $: 'More',
    count: parts.entries.size + parts.more,
    of: parts.form.replace(/^\w+ (?!undefined)/, ''),
  };
}
