import { readFile } from 'node:fs/promises';
import { PerchError } from '../protocol/errors.ts';
import { formatAddress, parseAddress } from './address.ts';
import { type FleetInstance, fromLocal } from './fleet/fleet.ts';
import { isLocalDoor, type LocalInstance } from './fleet/local.ts';
import { nearest } from './nearest.ts';
import type { Address, Target } from './session.ts';
import { isFingerprint } from './ssh/fingerprint.ts';
import type { AskPassphrase } from './ssh/identity.ts';

/** Where an instance can be found by the words a person typed. */
export interface Directory {
  /** Of the inventory. */
  configured: readonly FleetInstance[];
  /** Looks at this computer's sockets; asked only when the inventory does not know the name. */
  findLocal(): Promise<LocalInstance[]>;
}

/**
 * The instance behind TARGET: an address, or a name. An address that the inventory has keeps what the inventory
 * says of it. A name is looked for in the inventory (`NAME` or `ENV/NAME`), then on this computer (its name,
 * its service, its pid). Throws NO_SUCH_TARGET, AMBIGUOUS_TARGET.
 */
export async function findInstance(text: string, directory: Directory): Promise<FleetInstance> {
  const address = parseAddress(text);
  if (address) return atAddress(address, directory);
  const configured = directory.configured.filter(({ key, place }) => place.name === text || key === text);
  if (configured.length > 0) return onlyOne(text, configured);
  const local = fromLocal(await directory.findLocal());
  for (const names of LOCAL_NAMES) {
    const found = local.filter((instance) => names(instance).includes(text));
    if (found.length > 0) return onlyOne(text, found);
  }
  throw noSuchTarget(text, [...directory.configured, ...local]);
}

/** What a local instance answers to, the most exact first. */
const LOCAL_NAMES: readonly ((instance: FleetInstance) => string[])[] = [
  ({ place }) => [place.name],
  ({ info }) => [info!.instance, String(info!.pid)],
  ({ place }) => [place.service],
];

async function atAddress(address: Address, directory: Directory): Promise<FleetInstance> {
  const text = formatAddress(address);
  const known = directory.configured.find(({ place }) => place.address === text);
  if (known) return known;
  const isLocal = address.kind === 'unix' && (await isLocalDoor(address.path));
  return {
    key: `address:${text}`,
    place: { name: text, region: '', service: '', environment: null, address: text },
    address,
    isLocal,
    hostKey: null,
    identity: null,
    tunnel: null,
    info: null,
  };
}

function onlyOne(text: string, found: readonly FleetInstance[]): FleetInstance {
  const only = found[0]!;
  if (found.length === 1) return only;
  const choices = found.map(({ place, key, isLocal }) => (isLocal ? place.address : key));
  throw new PerchError(
    'AMBIGUOUS_TARGET',
    `"${text}" means ${found.length} instances: ${choices.join(', ')}`,
    { target: text, choices },
  );
}

function noSuchTarget(text: string, all: readonly FleetInstance[]): PerchError {
  const near = nearest(
    text,
    all.map(({ place }) => place.name),
  );
  const hint = near.length === 0 ? '' : ` Did you mean ${near.join(' or ')}?`;
  return new PerchError(
    'NO_SUCH_TARGET',
    `"${text}" is neither an address nor the name of an instance.${hint}`,
    { target: text, nearest: near },
  );
}

/** How this person logs in, apart from what the inventory says. */
export interface Login {
  /** `--identity`; wins over the inventory. */
  identity?: string;
  /** `--host-key`; wins over the inventory. */
  hostKey?: string;
  /** Tried when neither names a key (client/paths.ts). */
  identities: readonly string[];
  knownHosts: string;
  /** Asks for the passphrase of a locked key; absent: refused. */
  passphrase?: AskPassphrase;
  /** Asks the person about a host that is met for the first time; absent: refused. */
  confirm?: (fingerprint: string) => Promise<boolean>;
}

/** What `openSession` needs for an instance. Throws NO_IDENTITY, BAD_IDENTITY, BAD_USAGE (a malformed fingerprint). */
export async function targetOf(instance: FleetInstance, login: Login): Promise<Target> {
  const { address } = instance;
  const isLocalDoor = address.kind === 'command' && address.to === null;
  if (instance.isLocal || isLocalDoor) return { address, hostKey: { kind: 'any' }, login: 'none' };
  const pinned = login.hostKey ?? instance.hostKey;
  if (pinned !== null && !isFingerprint(pinned)) {
    throw new PerchError('BAD_USAGE', `"${pinned}" is no fingerprint: expected SHA256: and 43 characters`, {
      hostKey: pinned,
    });
  }
  return {
    address,
    passphrase: login.passphrase,
    identity: await readIdentity(login.identity ?? instance.identity, login.identities),
    hostKey:
      pinned === null
        ? { kind: 'known-hosts', file: login.knownHosts, confirm: login.confirm }
        : { kind: 'pinned', sha256: pinned },
    login: 'publickey',
  };
}

async function readIdentity(named: string | null, usual: readonly string[]): Promise<string> {
  if (named !== null) {
    return readFile(named, 'utf8').catch((cause) => {
      throw new PerchError(
        'BAD_IDENTITY',
        `Cannot read the key ${named}: ${cause.message}`,
        { file: named },
        cause,
      );
    });
  }
  for (const file of usual) {
    const text = await readFile(file, 'utf8').catch(() => null);
    if (text !== null) return text;
  }
  throw new PerchError('NO_IDENTITY', `There is no key to log in with; looked for ${usual.join(', ')}`, {
    looked: usual,
  });
}
