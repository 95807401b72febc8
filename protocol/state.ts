/**
 * A state as it travels: plain JSON where JSON is exact, otherwise a tagged object whose `$` names what it is.
 *
 * Keys. An own key of the service that starts with `$` is doubled (`$id` travels as `$$id`), so a tag is never
 * mistaken for data. A symbol's key is `$Symbol(turn)`; a key of more than 200 characters is
 * `$Key(its beginning…#17)`, 17 being its place. A plain object of which not all is shown ends with the key `$more`,
 * an array with an element, both holding a `More`; other containers say `more`.
 *
 * Paths. A JSON Pointer names a place in what is printed, tags included: `/fields/board/0` in a class instance,
 * `/entries/3/1` the value (`/0` the key) of a Map's fourth entry, `/values/2` of a Set; a key stands as printed
 * (`/$$id`). So the path of a `More`, a `Text` or a `Ref` in an answer, put behind the path that was asked for, is
 * what to ask for next, and a place has one path whatever the bounds were. Typed by hand it may be shorter:
 * `fields`, `entries`, `values` may be left out, a Map's text key names its value, and one `$` is enough:
 * `/board/0`, `/players/alice`, `/$id`. What is read from a place of its own begins at its entry `from` (of a text:
 * at that character).
 */
export type StateValue =
  | null
  | boolean
  | number
  | string
  | StateValue[]
  | { [key: string]: StateValue }
  | Tagged;

export type Tagged =
  /** `hole`: there is no such element in the array. */
  | { $: 'Undefined'; hole?: true }
  /** NaN, Infinity, -Infinity, -0. */
  | { $: 'Number'; text: string }
  | { $: 'BigInt'; text: string }
  | { $: 'Symbol'; text: string }
  | { $: 'Function'; name: string }
  | { $: 'Date'; iso: string | null }
  | { $: 'RegExp'; text: string }
  | {
      $: 'Error';
      class: string;
      message: string;
      stack: string;
      fields?: Record<string, StateValue>;
      more?: number;
    }
  /** `class` when it is a class of its own, derived from Map or Set. */
  | { $: 'Map'; class?: string; entries: [StateValue, StateValue][]; more?: number }
  | { $: 'Set'; class?: string; values: StateValue[]; more?: number }
  /** A class instance, an object with a null prototype, an array of a derived class; `fields` holds own enumerable properties. */
  | { $: 'Object'; class: string; fields: Record<string, StateValue>; more?: number }
  /** Typed arrays, ArrayBuffers, Buffers: the first bytes in hex. */
  | { $: 'Bytes'; class: string; byteLength: number; hex: string }
  | { $: 'Proxy' }
  | { $: 'Promise' }
  | { $: 'WeakRef' }
  | { $: 'Redacted' }
  /** An accessor that was not run. */
  | { $: 'Getter' }
  /** The same object as at `path` of this answer: a cycle, or shared. */
  | { $: 'Ref'; path: string }
  /** A long string: its beginning, and how many characters there are in all. Empty for a very long one until asked for. */
  | { $: 'Text'; text: string; chars: number }
  /** Not walked: `count` entries of a container (`of`: Array, Object, Map, a class), to be asked for by its path. */
  | { $: 'More'; count: number; of?: string };

/** What the look took from the service. */
export interface Cost {
  /** Time the observed thread spent on it, microseconds. */
  us: number;
  /** Size of the value as JSON. */
  bytes: number;
  /** Places where something was left out for depth, breadth, bytes or time. */
  truncated: number;
  /** Places hidden by redaction. */
  redacted: number;
}

export interface StateAnswer {
  node: { id: string; lineage: string; incarnation: number };
  value: StateValue;
  cost: Cost;
  /** True when a bound of bytes or time cut the walk short. */
  partial: boolean;
  /** When it was read, milliseconds since 1970. */
  at: number;
  /** What waited at that moment, where it declared a backlog. */
  backlog?: { word: string; count: number };
}

export function isTagged(value: StateValue): value is Tagged {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && typeof value.$ === 'string';
}
