import { expect } from 'vitest';

/** Expects it within eight seconds: for what a screen shows in its own time. */
export function until<T>(look: () => T | Promise<T>) {
  return expect.poll(look, { timeout: 8000, interval: 50 });
}
