import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A built fixture (test/fixtures/NAME.ts), as a module for a thread or process. */
export function fixture(name: string): string {
  return fileURLToPath(new URL(`../../../dist/test/fixtures/${name}.js`, import.meta.url));
}

/** Whether a process runs; a zombie, which only waits for its parent to look, does not. */
export function isRunning(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat[stat.lastIndexOf(')') + 2] !== 'Z';
  } catch {
    return false;
  }
}
