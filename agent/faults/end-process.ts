import { readlinkSync } from 'node:fs';
import path from 'node:path';
import { PerchError } from '../../protocol/errors.ts';
import { identityOf } from '../hub/proc.ts';
import { isAlive, type ProcessIdentity } from '../hub/process-identity.ts';

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
