import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { FleetCheck } from '../client/check/fleet-check.ts';
import { RULES } from '../client/check/rules.ts';
import { onceByEpoch } from '../client/fleet/fleet.ts';
import { importInventory } from '../client/fleet/import-inventory.ts';
import type { Instance } from '../client/instance.ts';
import { configFiles } from '../client/paths.ts';
import { publicLineIn, readIdentity } from '../client/ssh/identity.ts';
import { rememberHost } from '../client/ssh/known-hosts.ts';
import { asPerchError, PerchError } from '../protocol/errors.ts';
import { LIMITS } from '../protocol/limits.ts';
import { Attacher } from './attacher.ts';
import { Demo } from './demo.ts';
import type { Desk, Hear } from './desk.ts';
import { Feed } from './feed.ts';
import type { Flags } from './flags.ts';
import { FleetWatch } from './fleet-watch.ts';
import type { EnvironmentView, FleetView, Push } from './ipc.ts';
import { NodeLists } from './node-lists.ts';
import { Passphrases } from './passphrases.ts';
import { Tunnels } from './tunnels.ts';
import { instanceView, troubleView } from './views.ts';

/**
 * A push of the fleet follows a change within this time; sooner while it is made so quickly that this takes a tenth of the
 * process at most.
 */
const FLEET_MS = 200;
const COST_SHARE = 1 / 10;
/** What is measured again all the time follows only so often. */
const FIGURES_MS = 2000;
const LOCAL_NAME = 'This computer';

/** The desk over the fleet of the inventory and of this computer. */
export async function clientDesk(
  flags: Flags,
  push: (push: Push) => void,
  hear: Hear = () => {},
): Promise<Desk> {
  const files = configFiles(flags.inventory);
  const ownKey = await ownKeyIn(files.identities);
  const feeds = new Map<string, Feed>();
  let watched: readonly string[] = [];
  let timer: NodeJS.Timeout | null = null;
  let sent = '';
  let sentAt = 0;
  let waitMs = 0;
  let isClosed = false;

  const changed = (): void => {
    if (isClosed) return;
    timer ??= setTimeout(() => {
      timer = null;
      const from = performance.now();
      const view = now();
      waitMs = Math.min(FLEET_MS, (performance.now() - from) / COST_SHARE);
      const text = JSON.stringify(view, withoutFigures);
      const time = Date.now();
      if (text === sent && time - sentAt < FIGURES_MS) return;
      sent = text;
      sentAt = time;
      push({ kind: 'fleet', fleet: view });
    }, waitMs);
  };
  // Another entry in the inventory is another Instance under the same key: what is open must not go on with the old.
  const followWatched = (): void => {
    for (const key of watched) {
      const instance = fleet.find(key);
      const feed = feeds.get(key);
      if (!instance || instance === feed?.instance) continue;
      feed?.close();
      feeds.set(key, new Feed(instance, push));
    }
  };
  const check = new FleetCheck();
  const passphrases = new Passphrases(changed);
  const demo = new Demo(path.join(__dirname, '../../cli/bin.js'), changed);
  const now = (): FleetView => ({
    ...fleetView(fleet, tunnels, ownKey, check),
    ...(attacher.unobserved && { unobserved: attacher.unobserved }),
    ...(demo.view && { demo: demo.view }),
    ...(passphrases.question && { passphrase: passphrases.question }),
  });
  const tunnels = new Tunnels(changed);
  const fleet = new FleetWatch(files, {
    isNamed: flags.inventory !== undefined,
    changed() {
      followWatched();
      changed();
    },
    inventoryChanged: (inventory) => tunnels.follow(inventory),
    passphrase: passphrases.ask,
    hear,
  });
  const attacher = new Attacher(fleet, push, changed);
  const nodeLists = new NodeLists();
  await fleet.start();
  void attacher.look();

  return {
    fleet: now,
    watch(keys) {
      watched = keys;
      for (const feed of feeds.values()) feed.close();
      feeds.clear();
      // What is no longer listed may be again.
      followWatched();
      if (keys[0] !== undefined) fleet.instance(keys[0]);
    },
    state: ({ instance, ...args }) => fleet.instance(instance).call('state', args),
    stack: ({ instance, ...args }) => fleet.instance(instance).call('stack', args),
    nodes: ({ instance, ...query }) =>
      nodeLists.ask(instance === null ? shownOnce(fleet) : [fleet.instance(instance)], query),
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
    cost: (key) => fleet.instance(key).call('cost', {}),
    preview: ({ instance, ...args }) => fleet.instance(instance).call('preview', args),
    arm: ({ instance, reason, forMs }) => fleet.instance(instance).arm(reason, forMs),
    disarm: (key) => fleet.instance(key).disarm(),
    planAttach: (pid) => attacher.plan(pid),
    attach: async (process_) => ({ instance: await attacher.attach(process_) }),
    async detach({ instance: key, reason }) {
      const instance = fleet.instance(key);
      if (instance.armed.mine === null) await instance.arm(reason, LIMITS.callMs);
      await instance.call('detach', { reason }).catch((thrown) => {
        // It may be quicker at hanging up than at answering.
        if (asPerchError(thrown).code !== 'CONNECTION_LOST') throw thrown;
      });
      fleet.forget(key);
      void attacher.look();
    },
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
    startDemo: () => demo.start(),
    importInventory: (file) => importInventory(file, files.inventory),
    answerPassphrase: (question, passphrase) => passphrases.answer(question, passphrase),
    close() {
      isClosed = true;
      passphrases.close();
      demo.close();
      if (timer) clearTimeout(timer);
      for (const feed of feeds.values()) feed.close();
      tunnels.close();
      attacher.close();
      fleet.close();
    },
  };
}

/** Of a view as JSON: what is no change of its own. */
function withoutFigures(key: string, value: unknown): unknown {
  return key === 'latencyMs' ? undefined : value;
}

/** One that is reached two ways is there once. */
function shownOnce(fleet: FleetWatch): Instance[] {
  return onceByEpoch(fleet.instances, ({ instance, isLocal }) => ({
    // Only what is connected just now is known to be the same.
    epoch: instance.state === 'live' ? (instance.hello?.instance.epoch ?? null) : null,
    isLocal,
  })).map(({ instance }) => instance);
}

function fleetView(fleet: FleetWatch, tunnels: Tunnels, ownKey: OwnKey, check: FleetCheck): FleetView {
  const shown = shownOnce(fleet);
  const views = (isOf: (environment: string | null) => boolean) =>
    shown.filter(({ place }) => isOf(place.environment)).map(instanceView);
  const local: EnvironmentView = {
    name: LOCAL_NAME,
    isLocal: true,
    tunnel: null,
    instances: views((environment) => environment === null).map((view) => ({
      ...view,
      environment: LOCAL_NAME,
    })),
  };
  const named = (fleet.inventory?.environments ?? []).map(({ name, wears }) => ({
    name,
    isLocal: false,
    tunnel: tunnels.view(name),
    ...(wears && { wears }),
    instances: views((environment) => environment === name),
  }));
  return {
    environments: [...(local.instances.length > 0 || named.length === 0 ? [local] : []), ...named],
    inventory: {
      file: fleet.files.inventory,
      error: fleet.inventoryError && troubleView(fleet.inventoryError),
    },
    ...ownKey,
    findings: check
      .look(shown, Date.now())
      .map((finding) => ({ ...finding, environment: finding.environment ?? LOCAL_NAME })),
    checked: {
      instances: shown.filter(({ state }) => state === 'live' || state === 'stale').length,
      of: shown.length,
      rules: RULES.map(({ id, title, looksFor }) => ({ id, title, looksFor })),
    },
  };
}

type OwnKey = Pick<FleetView, 'publicKey' | 'lockedKey'>;

/**
 * The public half of the key this person logs in with. The private half stays where it was read; of a locked one the public
 * half is beside it, or in it.
 */
async function ownKeyIn(files: readonly string[]): Promise<OwnKey> {
  for (const file of files) {
    const text = await readFile(file, 'utf8').catch(() => null);
    if (text === null) continue;
    try {
      return { publicKey: (await readIdentity(text)).publicLine };
    } catch (thrown) {
      if (asPerchError(thrown).code !== 'PASSPHRASE_NEEDED') return { publicKey: null };
      const publicKey = (await publicFile(file)) ?? publicLineIn(text);
      return publicKey === null ? { publicKey, lockedKey: file } : { publicKey };
    }
  }
  return { publicKey: null };
}

/** What `ssh-keygen` put beside the key: one line, of which nothing but the line is taken. */
async function publicFile(file: string): Promise<string | null> {
  const text = await readFile(`${file}.pub`, 'utf8').catch(() => '');
  const line = text.trim();
  return /^[\w@.-]+ [A-Za-z0-9+/=]+( \P{Cc}*)?$/u.test(line) && line.length < 4096 ? line : null;
}
