import { writeSync } from 'node:fs';

/** The few lines that the agent writes: straight to the descriptor, since console goes through the main thread, which may be stuck. */
export function sayOnStderr(line: string): void {
  try {
    writeSync(2, `${line}\n`);
  } catch {
    // Nobody reads it.
  }
}
