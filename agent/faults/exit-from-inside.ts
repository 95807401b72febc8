import { asPerchError } from '../../protocol/errors.ts';
import { evaluate } from '../hub/inspector.ts';
import type { ThreadLink } from '../hub/thread-link.ts';

/**
 * Ends this process from within its main thread, at once and without its `exit` handlers, also inside a busy function.
 * For pid 1 of a container, which no signal ends that comes from within (first-process.ts). 137 is what a shell calls
 * an end by SIGKILL. A native call is waited for; where no inspector may be opened a loop that turns ends it. Resolves
 * with why it goes on, if it does.
 */
export async function exitFromInside(main: ThreadLink | undefined): Promise<string> {
  // With a session open Node writes a line of its own to stderr as it exits: where the loop turns it is closed by then.
  const later = evaluate(0, `void setTimeout(() => process.reallyExit(${KILLED}), ${LATER_MS})`, EVALUATE_MS);
  const failed = await later.then(() => null, asPerchError);
  if (failed?.code === 'NO_INSPECTOR') {
    const asked = main?.ask('end', { code: KILLED }, EVALUATE_MS) ?? Promise.reject(failed);
    return asked.then(
      () => '',
      (thrown) => `${failed.message}, and ${lower(asPerchError(thrown).message)}`,
    );
  }
  await new Promise((resolve) => setTimeout(resolve, LATER_MS * 10));
  return evaluate(0, `process.reallyExit(${KILLED})`, EVALUATE_MS).then(
    () => '',
    (thrown) => asPerchError(thrown).message,
  );
}

const KILLED = 137;
const LATER_MS = 20;
const EVALUATE_MS = 60_000;

function lower(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
