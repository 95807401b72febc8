import { LIMITS } from '../../protocol/limits.ts';
import type { Cost, StateValue } from '../../protocol/state.ts';
import { parseJson, round, utf8Bytes } from './state-intrinsics.ts';
import { print } from './state-piece.ts';
import { findPlace } from './state-place.ts';
import { parsePointer } from './state-pointer.ts';
import { Redaction } from './state-redaction.ts';
import { Walk } from './state-walk.ts';

export { backlogCount, resolveReference } from './state-reference.ts';

export interface ReadOptions {
  /** JSON Pointer as the answers print it (protocol/state.ts); '' is the whole state. */
  path: string;
  /** The first entry to show of what stands there, or the first character of a text. */
  from: number;
  depth: number;
  breadth: number;
  maxBytes: number;
  maxMs: number;
  /** What the service declared to be hidden (state-redaction.ts). */
  redact: readonly string[];
  /** A monotonic clock in milliseconds. */
  now: () => number;
}

export interface StateRead {
  value: StateValue;
  cost: Cost;
  partial: boolean;
}

const clock = performance.now.bind(performance);

/**
 * Reads a piece of a state, breadth first, within bounds of depth, breadth, bytes and time; runs no code of the
 * service: no getter, proxy trap, `toJSON`, patched prototype. Throws NO_SUCH_PATH.
 */
export function readState(reference: unknown, options: Partial<ReadOptions> = {}): StateRead {
  const { text, cost, partial } = read(reference, options);
  return { value: parseJson(text) as StateValue, cost, partial };
}

/** The same as JSON text, made without `JSON.stringify` of an object, which would look for a `toJSON` on its way. */
export function readStateText(reference: unknown, options: Partial<ReadOptions> = {}): string {
  const { text, cost, partial } = read(reference, options);
  const { us, bytes, truncated, redacted } = cost;
  const costText = `{"us":${us},"bytes":${bytes},"truncated":${truncated},"redacted":${redacted}}`;
  return `{"value":${text},"cost":${costText},"partial":${partial}}`;
}

function read(
  reference: unknown,
  given: Partial<ReadOptions>,
): { text: string; cost: Cost; partial: boolean } {
  const options = withDefaults(given);
  const start = options.now();
  const redaction = new Redaction(options.redact);
  const place = findPlace(reference, parsePointer(options.path), redaction);
  const walk = new Walk(redaction, options, start);
  walk.run(place);
  const { root, truncated, redacted, isCut } = walk;
  const text = typeof root === 'string' ? root : print(root);
  const us = round((options.now() - start) * 1000);
  return { text, cost: { us, bytes: utf8Bytes(text), truncated, redacted }, partial: isCut };
}

function withDefaults(given: Partial<ReadOptions>): ReadOptions {
  // Own options only: what is absent must not be looked up on Object.prototype.
  const own = { __proto__: null, ...given } as Partial<ReadOptions>;
  return {
    path: own.path ?? '',
    from: own.from ?? 0,
    depth: own.depth ?? LIMITS.stateDepth,
    breadth: own.breadth ?? LIMITS.stateBreadth,
    maxBytes: own.maxBytes ?? LIMITS.stateBytes,
    maxMs: own.maxMs ?? LIMITS.stateMs,
    redact: own.redact ?? [],
    now: own.now ?? clock,
  };
}
