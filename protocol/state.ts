/**
 * A state as it travels: plain JSON where JSON is exact, otherwise a tagged object whose `$` names what it is.
 * An own key of the service that starts with `$` is doubled (`$id` travels as `$$id`), so a tag is never
 * mistaken for data.
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
  | { $: 'Undefined' }
  /** NaN, Infinity, -Infinity, -0. */
  | { $: 'Number'; text: string }
  | { $: 'BigInt'; text: string }
  | { $: 'Symbol'; text: string }
  | { $: 'Function'; name: string }
  | { $: 'Date'; iso: string | null }
  | { $: 'RegExp'; text: string }
  | { $: 'Error'; class: string; message: string; stack: string; fields?: Record<string, StateValue> }
  | { $: 'Map'; entries: [StateValue, StateValue][]; more?: number }
  | { $: 'Set'; values: StateValue[]; more?: number }
  /** A class instance; `fields` holds own enumerable properties. */
  | { $: 'Object'; class: string; fields: Record<string, StateValue>; more?: number }
  /** Typed arrays, ArrayBuffers, Buffers: the first bytes in hex. */
  | { $: 'Bytes'; class: string; byteLength: number; hex: string }
  | { $: 'Proxy' }
  | { $: 'Promise' }
  | { $: 'WeakRef' }
  | { $: 'Redacted' }
  /** An accessor that was not run. */
  | { $: 'Getter' }
  /** The same object as at `path` of this answer's root: a cycle, or shared. */
  | { $: 'Ref'; path: string }
  /** A long string: its beginning, and how many characters there are. */
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
}

export function isTagged(value: StateValue): value is Tagged {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && typeof value.$ === 'string';
}
