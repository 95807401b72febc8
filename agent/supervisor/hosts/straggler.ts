import { LIMITS } from '../../../protocol/limits.ts';
import { Fifo } from '../fifo.ts';

/** Code that was killed but cannot be ended from outside: only it can end itself. */
export interface Killed {
  readonly hasSettled: boolean;
  /** Its handle is dead from now on, whether or not it has ended. */
  giveUp(): void;
  /** It still runs this long after. */
  straggles(afterMs: number): void;
}

let waiting: Killed[] = [];
const watched = new Fifo<{ killed: Killed; sinceMs: number }>();
let timer: NodeJS.Timeout | null = null;

/**
 * Gives killed code the rest of this turn of the event loop to obey its signal, then gives it up; what has not
 * ended `LIMITS.stragglerMs` later is a straggler. One immediate and one timer, however many are killed.
 */
export function afterKill(killed: Killed): void {
  if (waiting.length === 0) setImmediate(giveUpWaiting);
  waiting.push(killed);
}

function giveUpWaiting(): void {
  const given = waiting;
  waiting = [];
  const sinceMs = performance.now();
  for (const killed of given) {
    if (killed.hasSettled) continue;
    watched.push({ killed, sinceMs });
    killed.giveUp();
  }
  if (watched.size > 0 && timer === null) wakeIn(LIMITS.stragglerMs);
}

function wakeIn(ms: number): void {
  timer = setTimeout(lookAtWatched, Math.max(1, Math.ceil(ms)));
  timer.unref();
}

function lookAtWatched(): void {
  timer = null;
  const nowMs = performance.now();
  for (let first = watched.peek(); first; first = watched.peek()) {
    const ageMs = nowMs - first.sinceMs;
    if (ageMs < LIMITS.stragglerMs) return wakeIn(LIMITS.stragglerMs - ageMs);
    watched.shift();
    if (!first.killed.hasSettled) first.killed.straggles(Math.round(ageMs));
  }
}
