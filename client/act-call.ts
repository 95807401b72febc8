import { randomUUID } from 'node:crypto';

/** `madeAt` in milliseconds since 1970: it is in the id, which is a UUID of version 7. */
export function newCall(epoch: string, madeAt: number): string {
  const time = Math.round(madeAt).toString(16).padStart(12, '0');
  return `${epochMark(epoch)}.${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}

/** When a call was made here, by the clock of then; null for an id that somebody chose. */
export function callMadeAt(call: string): number | null {
  const time = /^.+\.([\da-f]{8})-([\da-f]{4})-7[\da-f]{3}-[\da-f]{4}-[\da-f]{12}$/.exec(call);
  return time && Number.parseInt(time[1]! + time[2]!, 16);
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
