import { monotonicMs } from '../registry.ts';
import { identityOf } from './proc.ts';

/** Which process is meant: a pid alone could be somebody else's by now. */
export interface ProcessIdentity {
  pid: number;
  /** Clock ticks after boot at which it started (/proc stat, field 22); null where /proc is not to be had. */
  startTicks: number | null;
}

/** A zombie has ended: nothing of it runs any more. */
export function isAlive(target: ProcessIdentity): boolean {
  const identity = identityOf(target.pid);
  if (identity === null) return false;
  return !identity.isZombie && (target.startTicks === null || identity.startTicks === target.startTicks);
}

const LOOK_EVERY_MS = 5;

/** True once it has ended, false if it still runs after `timeoutMs`. The kernel tells nobody but the parent. */
export function untilEnded(target: ProcessIdentity, timeoutMs: number): Promise<boolean> {
  const deadline = monotonicMs() + timeoutMs;
  return new Promise((resolve) => {
    const look = (): void => {
      if (!isAlive(target)) resolve(true);
      else if (monotonicMs() >= deadline) resolve(false);
      else setTimeout(look, LOOK_EVERY_MS);
    };
    look();
  });
}
