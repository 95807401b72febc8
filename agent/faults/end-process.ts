import { readlinkSync } from 'node:fs';
import path from 'node:path';
import { PerchError } from '../../protocol/errors.ts';
import { identityOf } from '../hub/proc.ts';
import { monotonicMs } from '../registry.ts';

/** Which process is meant: a pid alone could be somebody else's by now. */
export interface ProcessIdentity {
  pid: number;
  /** Clock ticks after boot at which it started (/proc stat, field 22); null where /proc is not to be had. */
  startTicks: number | null;
}

/**
 * Sends a signal to exactly this process. False when it has already ended (or the pid is another's by now).
 * SIGKILL cannot be refused; what SIGTERM does is the process's own choice. Throws NOT_POSSIBLE where the system
 * does not let us: a process of another user.
 */
export function signalProcess(target: ProcessIdentity, signal: NodeJS.Signals): boolean {
  if (!isAlive(target)) return false;
  try {
    process.kill(target.pid === process.pid ? nameOfOwn(target.pid) : target.pid, signal);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
    throw new PerchError('NOT_POSSIBLE', `The service may not send ${signal} to process ${target.pid}`, {
      pid: target.pid,
    });
  }
}

/**
 * The number to signal this very process by from the hub's thread: that thread's own, which kill(2) takes for the
 * process. By its pid Node would run this thread's exit hooks first, expecting the end; a service that outlives
 * the signal would then be aborted by the next inspector session (`parent_handle_ != nullptr`).
 */
function nameOfOwn(pid: number): number {
  try {
    return Number(path.basename(readlinkSync('/proc/thread-self')));
  } catch {
    return pid;
  }
}

/**
 * SIGKILL to a process that hosts a worker and to the group that it leads, as its supervisor would send it; to it alone
 * where it leads none. False when it has already ended.
 */
export function killHost(target: ProcessIdentity): boolean {
  const leadsGroup = isAlive(target) && identityOf(target.pid)?.group === target.pid;
  if (!leadsGroup) return signalProcess(target, 'SIGKILL');
  try {
    process.kill(-target.pid, 'SIGKILL');
    return true;
  } catch {
    return signalProcess(target, 'SIGKILL');
  }
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
