import type { StackFrame } from '../../protocol/calls.ts';

/**
 * What ends the whole process when the execution of this stack (innermost first) is terminated; null where Node is
 * known to bear it. Node enters these frames in JavaScript and checks after them, in native code, that they were left
 * the way they were entered; a termination leaves them without a word, and the check ends the process with exit code 1.
 */
export function breakDanger(frames: readonly StackFrame[], maxFrames: number): string | null {
  if (frames.length >= maxFrames) return 'the stack is too deep to see what began it';
  for (const { function: name, file } of frames) {
    if (file === 'node:internal/timers' && /\b(listOnTimeout|processTimers)$/.test(name))
      return 'it runs in the callback of a timer';
    if (file === 'node:internal/timers' && /\bprocessImmediate$/.test(name))
      return 'it runs in the callback of setImmediate';
    if (file === 'node:async_hooks' && /\brunInAsyncScope$/.test(name)) return 'it runs in an AsyncResource';
  }
  return null;
}
