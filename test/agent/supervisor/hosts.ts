import { fileURLToPath } from 'node:url';

/** A built fixture (test/fixtures/NAME.ts), as a module for a thread or process. */
export function fixture(name: string): string {
  return fileURLToPath(new URL(`../../../dist/test/fixtures/${name}.js`, import.meta.url));
}
