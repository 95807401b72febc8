import { readFile } from 'node:fs/promises';
import { onceByEpoch } from '../client/fleet/fleet.ts';
import { configFiles } from '../client/paths.ts';
import { readIdentity } from '../client/ssh/identity.ts';
import { rememberHost } from '../client/ssh/known-hosts.ts';
import { PerchError } from '../protocol/errors.ts';
import type { Desk } from './desk.ts';
import { Feed } from './feed.ts';
import type { Flags } from './flags.ts';
import { FleetWatch } from './fleet-watch.ts';
import type { EnvironmentView, FleetView, Push } from './ipc.ts';
import { Tunnels } from './tunnels.ts';
import { instanceView, troubleView } from './views.ts';

/** A push of the fleet follows a change within this time. */
const FLEET_MS = 200;
const LOCAL_NAME = 'This computer';

/** The desk over the fleet of the inventory and of this computer. */
export async function clientDesk(flags: Flags, push: (push: Push) => void): Promise<Desk> {
  const files = configFiles(flags.inventory);
  const publicKey = await publicKeyOf(files.identities);
  let feed: Feed | null = null;
  let timer: NodeJS.Timeout | null = null;
  let sent = '';
  let watched: string | null = null;

  const changed = (): void => {
    timer ??= setTimeout(() => {
      timer = null;
      const view = fleetView(fleet, tunnels, publicKey);
      const text = JSON.stringify(view);
      if (text === sent) return;
      sent = text;
      push({ kind: 'fleet', fleet: view });
    }, FLEET_MS);
  };
  // Another entry in the inventory is another Instance under the same key: what is open must not go on with the old.
  const followWatched = (): void => {
    const instance = watched === null ? null : fleet.find(watched);
    if (!instance || instance === feed?.instance) return;
    feed?.close();
    feed = new Feed(instance, push);
  };
  const tunnels = new Tunnels(changed);
  const fleet = new FleetWatch(files, {
    isNamed: flags.inventory !== undefined,
    changed() {
      followWatched();
      changed();
    },
    inventoryChanged: (inventory) => tunnels.follow(inventory),
  });
  await fleet.start();

  return {
    fleet: () => fleetView(fleet, tunnels, publicKey),
    watch(key) {
      watched = key;
      feed?.close();
      feed = key === null ? null : new Feed(fleet.instance(key), push);
    },
    state: ({ instance, ...args }) => fleet.instance(instance).call('state', args),
    stack: ({ instance, ...args }) => fleet.instance(instance).call('stack', args),
    async act({ instance: key, node: id, ...request }) {
      const instance = fleet.instance(key);
      const node = instance.mirror.nodes.get(id);
      if (!node) throw new PerchError('NO_SUCH_NODE', `There is no node ${id} any more`, { node: id });
      return instance.act(
        { ...request, node },
        { onProgress: (progress) => push({ kind: 'act', call: request.call, progress }) },
      );
    },
    blackBox: (key) => fleet.instance(key).call('black-box', {}),
    preview: ({ instance, ...args }) => fleet.instance(instance).call('preview', args),
    arm: ({ instance, reason, forMs }) => fleet.instance(instance).arm(reason, forMs),
    disarm: (key) => fleet.instance(key).disarm(),
    reconnect: (key) => fleet.instance(key).retry(),
    async trustHostKey(key, fingerprint) {
      const instance = fleet.instance(key);
      const { error } = instance;
      const line = error?.facts.knownHostsLine;
      // What was shown may not be what is there by now.
      const isSame = error?.code === 'HOST_KEY_UNKNOWN' && error.facts.fingerprint === fingerprint;
      if (!isSame || typeof line !== 'string') {
        throw new PerchError('HOST_KEY_UNKNOWN', 'The host key is no longer the one that was shown');
      }
      await rememberHost(files.knownHosts, line);
      instance.retry();
    },
    close() {
      if (timer) clearTimeout(timer);
      feed?.close();
      tunnels.close();
      fleet.close();
    },
  };
}

function fleetView(fleet: FleetWatch, tunnels: Tunnels, publicKey: string | null): FleetView {
  const shown = onceByEpoch(fleet.instances, ({ instance, isLocal }) => ({
    // Only what is connected just now is known to be the same.
    epoch: instance.state === 'live' ? (instance.hello?.instance.epoch ?? null) : null,
    isLocal,
  }));
  const views = (isOf: (environment: string | null) => boolean) =>
    shown
      .filter(({ instance }) => isOf(instance.place.environment))
      .map(({ instance }) => instanceView(instance));
  const local: EnvironmentView = {
    name: LOCAL_NAME,
    isLocal: true,
    tunnel: null,
    instances: views((environment) => environment === null).map((view) => ({
      ...view,
      environment: LOCAL_NAME,
    })),
  };
  const named = (fleet.inventory?.environments ?? []).map(({ name }) => ({
    name,
    isLocal: false,
    tunnel: tunnels.view(name),
    instances: views((environment) => environment === name),
  }));
  return {
    environments: [...(local.instances.length > 0 || named.length === 0 ? [local] : []), ...named],
    inventory: {
      file: fleet.files.inventory,
      error: fleet.inventoryError && troubleView(fleet.inventoryError),
    },
    publicKey,
  };
}

/** The public half of the key this person logs in with. The private half stays where it was read. */
async function publicKeyOf(files: readonly string[]): Promise<string | null> {
  for (const file of files) {
    const text = await readFile(file, 'utf8').catch(() => null);
    if (text === null) continue;
    return readIdentity(text).then(
      ({ publicLine }) => publicLine,
      () => null,
    );
  }
  return null;
}
