import { Hold, type Waiting } from './hold.ts';
import { Value } from './value.ts';

/** Tree and timeline stand still; the fleet, acts and what comes of them do not. */
export interface Paused {
  /** Milliseconds since 1970. */
  since: number;
  waiting: number;
}

/** Null: everything is shown as it comes. */
export const paused = new Value<Paused | null>(null);

let hold = new Hold();
/** Instances whose tree came for the first time while paused: until when more of it may be on its way. */
const arriving = new Map<string, number>();

/** A tree that has just come may still be coming in parts. */
const ARRIVING_MS = 1500;

export function pauseWorld(): void {
  if (paused.get()) return;
  hold = new Hold();
  arriving.clear();
  paused.set({ since: Date.now(), waiting: 0 });
}

/**
 * True when a push waits until the world lives again. An instance that nothing is known of yet is shown all the same,
 * as it is at that moment: there would be nothing to look around in.
 */
export function isHeld(push: Waiting, isKnown: boolean): boolean {
  const state = paused.get();
  if (!state) return false;
  const until = arriving.get(push.instance);
  if (!isKnown && until === undefined) arriving.set(push.instance, Date.now() + ARRIVING_MS);
  if (Date.now() < (arriving.get(push.instance) ?? 0)) return false;
  hold.add(push);
  paused.set({ ...state, waiting: hold.waiting });
  return true;
}

/** Applies all that waited; what was too much to keep is asked for whole. */
export function liveAgain(apply: (push: Waiting) => void, askWhole: () => void): void {
  if (!paused.get()) return;
  const { pushes, past } = hold.release();
  hold = new Hold();
  paused.set(null);
  for (const push of pushes) apply(push);
  if (past.size > 0) askWhole();
}
