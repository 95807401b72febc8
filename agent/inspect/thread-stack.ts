import type { StackFrame } from '../../protocol/calls.ts';
import { LIMITS } from '../../protocol/limits.ts';
import { evaluate } from '../hub/inspector.ts';
import { parseStack } from './stack.ts';

/**
 * The stack of a thread of this process, innermost first, also while it is inside a busy function; empty when
 * it runs no JavaScript just now. Takes about 0.1 ms of the thread and runs none of its code: a
 * `prepareStackTrace` of the service is set aside for the moment.
 */
export async function readStack(
  threadId: number,
  timeoutMs: number,
  maxFrames: number = LIMITS.maxStackFrames,
): Promise<StackFrame[]> {
  const text = await evaluate(threadId, expression(maxFrames), timeoutMs);
  return typeof text === 'string' ? parseStack(text, maxFrames) : [];
}

export function frameWords({ function: name, file, line, column }: StackFrame): string {
  // A built-in has no place in a file.
  return file === '' ? name || '(native)' : `${name || '(anonymous)'} (${file}:${line}:${column})`;
}

/** Everything it touches on Error is an own data property that it puts back as it was. */
const expression = (maxFrames: number) => `(() => {
  const keys = ['stackTraceLimit', 'prepareStackTrace'];
  const before = keys.map((key) => Object.getOwnPropertyDescriptor(Error, key));
  try {
    Object.defineProperty(Error, 'stackTraceLimit', { value: ${maxFrames}, writable: true, configurable: true, enumerable: true });
    Object.defineProperty(Error, 'prepareStackTrace', { value: undefined, writable: true, configurable: true });
    return new Error().stack;
  } finally {
    keys.forEach((key, at) => before[at] ? Object.defineProperty(Error, key, before[at]) : delete Error[key]);
  }
})()`;
