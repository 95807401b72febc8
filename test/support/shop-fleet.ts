import type { FleetView, InstanceView } from '../../electron/ipc.ts';
import type { Arming } from '../../protocol/ledger.ts';
import { NOT_CHECKED } from './checked.ts';

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

/** Beside it four processes of this computer run without an agent; the first instance was attached to. */
export function attachFleet(): FleetView {
  const { environments, ...rest } = liveFleet();
  const [shop] = environments[0]!.instances;
  Object.assign(shop!.info!, { attachedAt: Date.now() - 95_000 });
  const process = (pid: number, user: string, name: string, command: string) => ({
    pid,
    startTicks: pid * 7,
    user,
    name,
    command,
  });
  return {
    ...rest,
    environments,
    unobserved: [
      process(812, 'www-data', 'mailer/server', '/usr/bin/node /srv/mailer/server.js'),
      process(4810, 'ann', 'vite', 'node /home/ann/shop/node_modules/.bin/vite'),
      process(
        5233,
        'ann',
        'worker',
        'node --max-old-space-size=4096 --enable-source-maps /srv/import/dist/worker.mjs',
      ),
      process(5240, 'ann', 'npm run dev', 'npm run dev'),
    ],
  };
}

/** What attaching to the third of them would do. */
export const ATTACH_PLAN = {
  pid: 5233,
  startTicks: 36_631,
  uid: 1000,
  command: 'node --max-old-space-size=4096 --enable-source-maps /srv/import/dist/worker.mjs',
  inspector: { host: '127.0.0.1', port: 9229 },
  isSignalled: false,
  steps: [
    "send SIGUSR1 to process 5233: Node opens its inspector on 127.0.0.1:9229, for any user of this computer, and says so on the service's stderr (about four lines of its own)",
    'put the agent into the process through it; where the loop stands still, within the function that runs just now',
    'close the inspector at once, and see that nobody listens on its port',
    'connect to the local socket that the agent opens: whoever may open it may look and act, until it is detached',
  ],
  cautions: [
    'Whether the service handles SIGUSR1 by itself cannot be seen here. If it does, its handler runs, and nothing else happens.',
  ],
};

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
    findings: [],
    checked: NOT_CHECKED,
  };
}
