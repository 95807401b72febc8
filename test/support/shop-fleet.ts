import type { FleetView, InstanceView } from '../../electron/ipc.ts';
import type { Arming } from '../../protocol/ledger.ts';

/** The key of the shop's first instance. */
export const SHOP = 'production/shop-fra';

export function arming(name: string, reason: string, leftMs: number): Arming {
  const now = Date.now();
  return {
    author: { key: `SHA256:${name}`, name },
    reason,
    since: now - 60_000,
    until: now + leftMs,
  };
}

/** This window may act on the first. */
export function armedFleet(): FleetView {
  return liveFleet({ armed: { mine: arming('ann@laptop', 'it no longer answers', 272_000), others: [] } });
}

/** Two instances of the shop that are connected. */
export function liveFleet(fields: Partial<InstanceView> = {}): FleetView {
  const instance = (name: string, region: string, more: Partial<InstanceView>): InstanceView => ({
    key: `production/${name}`,
    environment: 'production',
    region,
    service: 'shop',
    name,
    address: '10.77.1.2:7400',
    state: 'live',
    error: null,
    info: {
      service: 'shop',
      region,
      instance: name,
      pid: 4121,
      node: '22.11.0',
      epoch: 'e1',
      agent: '0.1.0',
      startedAt: Date.now() - 3 * 3_600_000,
      listening: ['10.77.1.2:7400'],
    },
    capabilities: ['observe', 'inspect', 'control'],
    latencyMs: 12.4,
    heardAt: Date.now(),
    retryAt: null,
    armed: { mine: null, others: [] },
    trouble: { blocked: 0, stragglers: 0 },
    ...more,
  });
  return {
    environments: [
      {
        name: 'production',
        isLocal: false,
        tunnel: { health: 'ok', short: 'up, handshake 12 s ago', words: 'Connected.' },
        instances: [instance('shop-fra', 'fra', fields), instance('shop-lax', 'lax', {})],
      },
    ],
    inventory: { file: '/home/ann/.config/perch/fleet.yaml', error: null },
    publicKey: null,
  };
}
