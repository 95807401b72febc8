import { inspect } from 'node:util';

/** A key that must never be shown: it does not print, log or serialise. `reveal` has one caller, canonical.ts. */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  [inspect.custom](): string {
    return '[secret]';
  }
}

/** Text of a tool with everything that looks like a WireGuard key taken out, public ones too. */
export function scrub(text: string): string {
  return text.replaceAll(/[A-Za-z0-9+/]{43}=/g, '[key]');
}
