import { randomUUID } from 'node:crypto';

export function newCall(epoch: string): string {
  return `${epochMark(epoch)}.${randomUUID()}`;
}

/**
 * A call made here carries its epoch. An agent that died with what was killed has forgotten the call, so repeating
 * it against the next epoch would kill again.
 */
export function isOfOtherEpoch(call: string, epoch: string): boolean {
  const mark = /^(.+)\.[\da-f]{8}-[\da-f-]{27}$/.exec(call)?.[1];
  return mark !== undefined && mark !== epochMark(epoch);
}

/** What fits before a UUID within the 64 characters of a call's id. */
function epochMark(epoch: string): string {
  return epoch.slice(0, 27);
}
