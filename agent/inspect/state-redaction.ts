import { isSecretKey } from './redact-key.ts';
import { charCodeAt, hasOwn, MapConstructor, mapGet, mapSet } from './state-intrinsics.ts';
import { type Pointer, parsePointer } from './state-pointer.ts';

/**
 * What one read hides: keys that name secrets, and what the service declared. A declared rule is a bare key
 * (`token`, anywhere) or a pattern of keys, indices and Map keys (`/players/7/token`) in which a `*` stands for
 * any one of them. What is hidden is not touched at all.
 */
export class Redaction {
  /** Where every pattern begins. */
  readonly start: Trail | null;
  readonly #names: Record<string, true> = emptyRecord();
  readonly #judge: (key: string) => boolean;
  /** Verdicts so far: keys repeat. */
  readonly #verdicts = new MapConstructor<unknown, unknown>();

  constructor(rules: readonly string[], judge: (key: string) => boolean = isSecretKey) {
    let start: Trail | null = null;
    for (let i = 0; i < rules.length; i++) {
      const rule = rules[i]!;
      if (charCodeAt(rule, 0) === SLASH) start = { pattern: parsePointer(rule), next: start };
      else this.#names[rule] = true;
    }
    this.start = start;
    this.#judge = judge;
  }

  /** Whether `key`, reached along `trail`, is hidden. */
  hides(trail: Trail | null, key: string): boolean {
    if (hasOwn(this.#names, key) || this.#isSecret(key)) return true;
    for (let at = trail; at !== null; at = at.next) {
      const step = at.pattern;
      if (step !== null && step.rest === null && isMatch(step, key)) return true;
    }
    return false;
  }

  /** The same of an element: an index names no secret, so only patterns count. */
  hidesIndex(trail: Trail | null, index: number): boolean {
    return trail !== null && this.hides(trail, `${index}`);
  }

  /** The patterns that still hold one step further, at `key`. */
  after(trail: Trail | null, key: string): Trail | null {
    let further: Trail | null = null;
    for (let at = trail; at !== null; at = at.next) {
      const step = at.pattern;
      if (step !== null && step.rest !== null && isMatch(step, key)) {
        further = { pattern: step.rest, next: further };
      }
    }
    return further;
  }

  #isSecret(key: string): boolean {
    const known = mapGet(this.#verdicts, key);
    if (known !== undefined) return known as boolean;
    const verdict = this.#judge(key);
    mapSet(this.#verdicts, key, verdict);
    return verdict;
  }
}

/** The declared patterns that are still open at a place, each with what remains of it. */
export interface Trail {
  pattern: Pointer | null;
  next: Trail | null;
}

const SLASH = 47;

function isMatch(step: Pointer, key: string): boolean {
  return step.segment === '*' || step.segment === key;
}

function emptyRecord<T>(): Record<string, T> {
  return { __proto__: null } as unknown as Record<string, T>;
}
