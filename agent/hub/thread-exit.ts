import type { ProbeMessage } from '../probe/messages.ts';

/** How a thread ended, in the words of its error where it had one. */
export function threadExit({ code, thrown }: Extract<ProbeMessage, { t: 'thread-ended' }>): [string, object] {
  if (code === null) return ['ended', {}];
  return [thrown?.reason ?? `exit code ${code}`, { code, ...(thrown?.stack ? { stack: thrown.stack } : {}) }];
}
