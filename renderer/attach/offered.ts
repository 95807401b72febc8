import { fleet, instancesOf } from '../store/desk.ts';
import { show } from '../store/interface.ts';

export function attachOffer(): true | string {
  return (fleet.get()?.unobserved?.length ?? 0) > 0 || 'Every Node process of this computer has an agent.';
}

/** Shows what can be attached to, the first of them in the focus. */
export function listUnobserved(): void {
  show({ isUnobservedOpen: true });
  requestAnimationFrame(() => document.querySelector<HTMLElement>('.unobserved-line')?.focus());
}

export function detachOffer(key: string | null): true | string {
  const instance = instancesOf(fleet.get()).find((each) => each.key === key);
  if (!instance) return 'No instance is open.';
  if (instance.state !== 'live') return `${instance.name} is not connected just now.`;
  return instance.info?.attachedAt !== undefined || 'Its agent started with the service.';
}
