import { evaluate } from '../hub/inspector.ts';

/**
 * Ends this process from within its main thread, at once and without its `exit` handlers, also inside a busy function.
 * For pid 1 of a container: the kernel keeps every signal from it that it has no handler for, SIGKILL too, when
 * that comes from within (pid_namespaces(7)). 137 is what a shell calls an end by SIGKILL. A native call is waited for.
 */
export async function exitFromInside(): Promise<void> {
  // With a session open Node writes a line of its own to stderr as it exits: where the loop turns it is closed by then.
  await evaluate(0, `void setTimeout(() => process.reallyExit(137), ${LATER_MS})`, EVALUATE_MS).catch(
    () => {},
  );
  await new Promise((resolve) => setTimeout(resolve, LATER_MS * 10));
  await evaluate(0, 'process.reallyExit(137)', EVALUATE_MS).catch(() => {});
}

const LATER_MS = 20;
const EVALUATE_MS = 60_000;

/** Whether signals from within do not end it. */
export function isFirstProcess(pid: number): boolean {
  return pid === 1;
}
