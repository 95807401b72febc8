import type { Arming } from '../../protocol/ledger.ts';
import { ask } from '../bridge.ts';
import { fleet, instancesOf, observedAt } from './desk.ts';
import { show } from './interface.ts';

/** Lets this window act on an instance for a while. Throws what the agent says against it. */
export async function arm(instance: string, reason: string, forMs: number): Promise<void> {
  await ask('arm', { instance, reason, forMs });
}

/** The one key: asks to arm what is read-only, and disarms at once what is armed. */
export function toggleArmed(instance: string | null): void {
  const known = instancesOf(fleet.get()).find(({ key }) => key === instance);
  if (instance === null || !known) return;
  // Also while it is being reached again: it would be armed anew then. The main process is read-only from here on,
  // whether the agent hears of it or not.
  if (known.armed.mine) ask('disarm', { instance }).catch(() => {});
  else if (armingOffer(instance) === true) show({ arming: instance });
}

/** Whether the key that arms does something here: true, or why not. */
export function armingOffer(instance: string | null): true | string {
  const known = instancesOf(fleet.get()).find(({ key }) => key === instance);
  if (!known) return 'Open an instance first';
  if (known.armed.mine) return true;
  if (known.state !== 'live') return 'The instance is not connected';
  return known.capabilities.includes('control') ? true : 'This key may not control';
}

/** How long it is armed yet, by the agent's clock where that is known. */
export function leftMs({ until }: Arming, instance: string): number {
  return Math.max(0, until - observedAt(instance).tree.agentNow());
}
