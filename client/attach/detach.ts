import { asPerchError, PerchError } from '../../protocol/errors.ts';
import { LIMITS } from '../../protocol/limits.ts';
import type { Session } from '../session.ts';

/**
 * Takes the agent out of the service, which goes on, and waits until it has hung up: nothing of it is left then, but for
 * the thread of a loop that stands still, which lets go once it turns. Rejects with what refuses it (CAPABILITY_MISSING),
 * and TIMEOUT.
 */
export async function detach(
  session: Session,
  reason: string,
  { timeoutMs = LIMITS.callMs, signal }: { timeoutMs?: number; signal?: AbortSignal } = {},
): Promise<void> {
  await session.call('arm', { reason, forMs: Math.min(timeoutMs, LIMITS.maxArmMs) }, { signal, timeoutMs });
  await session.call('detach', { reason }, { signal, timeoutMs }).catch((thrown) => {
    // It may be quicker at hanging up than at answering.
    if (asPerchError(thrown).code !== 'CONNECTION_LOST') throw thrown;
  });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const words = `The agent was told to go, and still answers after ${timeoutMs} ms`;
    timer = setTimeout(() => reject(new PerchError('TIMEOUT', words)), timeoutMs);
  });
  await Promise.race([session.closed, late]).finally(() => clearTimeout(timer));
}
