import type { Session } from '../../client/session.ts';
import { LIMITS } from '../../protocol/limits.ts';

/** The session, armed for as long as a test may take. */
export async function armed(session: Session): Promise<Session> {
  await session.call('arm', { reason: 'a test', forMs: LIMITS.maxArmMs });
  return session;
}
