import { LIMITS } from '../../../protocol/limits.ts';
import { Fifo } from '../fifo.ts';
import { type Holder, holdsOf } from '../holds/holds.ts';
import { MakingWindow } from '../holds/making-window.ts';
import type { RunBody } from '../holds/run-body.ts';
import type { RunScope } from '../holds/run-scope.ts';

/** Code that was killed but cannot be ended from outside: only it can end itself. */
export interface Killed {
  readonly hasSettled: boolean;
  /** Its handle is dead from now on, whether or not it has ended. */
  giveUp(): void;
  /** It still runs this long after, and holds this; undefined where nobody looked. */
  straggles(afterMs: number, holds: string[] | undefined): void;
  /** By what its timers and sockets can be told; null where nobody observes it. */
  readonly holder: Holder | null;
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
  const deaf = given.filter(({ hasSettled }) => !hasSettled);
  // Before their successors start: what those make is known from the first on.
  watchMaking(deaf, sinceMs);
  for (const killed of deaf) {
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
    if (ageMs < LIMITS.stragglerMs) {
      wakeIn(LIMITS.stragglerMs - ageMs);
      break;
    }
    watched.shift();
    const { killed } = first;
    if (killed.hasSettled) continue;
    const { holder } = killed;
    const holds = holder && performance.now() - nowMs < MAX_LOOK_MS ? holdsOf(holder, making) : undefined;
    killed.straggles(Math.round(ageMs), holds);
  }
  if (making.isOpen && nowMs - openedMs >= LIMITS.stragglerMs) making.close();
  // Nobody asks for what it saw any more.
  if (!making.isOpen && watched.size === 0) making = new MakingWindow();
}

/** Where many straggle at once, no further one is looked at after so long: each takes the thread 1 to 20 ms. */
const MAX_LOOK_MS = 30;
/** Stragglers of one moment whose making is watched. */
const MAX_WATCHED = 20;

let making = new MakingWindow();
let openedMs = Number.NEGATIVE_INFINITY;

/** From now on it is seen what they make, for one straggler's time; not again soon, since it slows all awaits. */
function watchMaking(deaf: readonly Killed[], nowMs: number): void {
  const holders = deaf.slice(0, MAX_WATCHED).flatMap(({ holder }) => holder ?? []);
  if (holders.length === 0) return;
  if (!making.isOpen && nowMs - openedMs >= LIMITS.holdsApartMs) {
    making = new MakingWindow();
    making.open();
    openedMs = nowMs;
  }
  for (const { scope, body } of holders) {
    making.knows(scope);
    void body.locate();
  }
}

/** A task starts; what it makes is told from what a straggler makes. */
export function taskBegins(scope: RunScope, body: RunBody): void {
  making.begins(scope, body);
}

export function taskEnds(scope: RunScope): void {
  making.ends(scope);
}
