import type { InstanceInfo } from '../../protocol/tree.ts';
import { formatAddress } from '../address.ts';
import type { Address } from '../session.ts';
import { wayWords } from '../via/way.ts';
import type { Inventory } from './inventory.ts';
import type { LocalInstance } from './local.ts';

/** Where an instance stands, for a person. */
export interface Place {
  /** Names it in its environment, and on the command line. */
  name: string;
  /** A label; empty where none was given. */
  region: string;
  service: string;
  /** Null: This computer. */
  environment: string | null;
  /** `host:port`, `[v6]:port` or `unix:/path`; over a command `via kubectl exec`. */
  address: string;
  /** The command that leads there, in short: `kubectl exec`; absent: none. */
  via?: string;
}

/** An instance that can be connected to, from the inventory or found on this computer. */
export interface FleetInstance {
  /** Unique in the fleet, and the same at every look. */
  key: string;
  place: Place;
  address: Address;
  /** Found on a local socket, where the file's permission is the login. */
  isLocal: boolean;
  /** Pinned fingerprint; null: known_hosts decides. */
  hostKey: string | null;
  /** File of the private key; null: the person's own. */
  identity: string | null;
  /** The environment's WireGuard file; null: none. */
  tunnel: string | null;
  /** What it said of itself, where it was asked already. */
  info: InstanceInfo | null;
}

export interface FleetEnvironment {
  /** Null: This computer. */
  name: string | null;
  tunnel: string | null;
  regions: { name: string; instances: FleetInstance[] }[];
}

export function fromInventory(inventory: Inventory | null): FleetInstance[] {
  return (inventory?.environments ?? []).flatMap((environment) =>
    environment.services.flatMap((service) =>
      service.instances.map(({ name, region, address }) => ({
        key: `${environment.name}/${name}`,
        place: {
          name,
          region,
          service: service.name,
          environment: environment.name,
          address: formatAddress(address),
          ...(address.kind === 'command' && { via: wayWords(address.way) }),
        },
        address,
        isLocal: false,
        hostKey: service.hostKey,
        identity: environment.identity,
        // A command goes its own way, and tells itself why that does not lead there.
        tunnel: address.kind === 'command' ? null : environment.tunnel,
        info: null,
      })),
    ),
  );
}

/** Local instances under the names they gave themselves; where two gave the same, by service and pid. */
export function fromLocal(found: readonly LocalInstance[]): FleetInstance[] {
  const uses = new Map<string, number>();
  for (const { info } of found) uses.set(info.instance, (uses.get(info.instance) ?? 0) + 1);
  return found.map(({ path, info }) => {
    const address: Address = { kind: 'unix', path };
    return {
      key: `local:${path}`,
      place: {
        name: uses.get(info.instance) === 1 ? info.instance : `${info.service}-${info.pid}`,
        region: info.region,
        service: info.service,
        environment: null,
        address: formatAddress(address),
      },
      address,
      isLocal: true,
      hostKey: null,
      identity: null,
      tunnel: null,
      info,
    };
  });
}

/** One that listens on this computer and does not answer: of its names only the address is known. */
export function atLocalSocket(path: string): FleetInstance {
  const address: Address = { kind: 'unix', path };
  const text = formatAddress(address);
  return {
    key: `local:${path}`,
    place: { name: text, region: '', service: '', environment: null, address: text },
    address,
    isLocal: true,
    hostKey: null,
    identity: null,
    tunnel: null,
    info: null,
  };
}

/** Environments in the order of the file, then This computer; regions and instances by name. */
export function groupFleet(
  inventory: Inventory | null,
  instances: readonly FleetInstance[],
): FleetEnvironment[] {
  const environments = [
    ...(inventory?.environments ?? []).map(({ name, tunnel }) => ({ name, tunnel })),
    { name: null, tunnel: null },
  ];
  return environments
    .map(({ name, tunnel }) => ({
      name,
      tunnel,
      regions: byRegion(instances.filter((instance) => instance.place.environment === name)),
    }))
    .filter(({ name, regions }) => name !== null || regions.length > 0);
}

function byRegion(instances: readonly FleetInstance[]): FleetEnvironment['regions'] {
  const regions = new Map<string, FleetInstance[]>();
  for (const instance of instances) {
    const members = regions.get(instance.place.region);
    if (members) members.push(instance);
    else regions.set(instance.place.region, [instance]);
  }
  return [...regions]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([name, members]) => ({
      name,
      instances: members.sort((a, b) => a.place.name.localeCompare(b.place.name)),
    }));
}

/**
 * One instance may be reached two ways, its local socket and an address of the inventory. Both give the same
 * epoch, and it is shown once, where the inventory put it.
 */
export function onceByEpoch<T>(
  items: readonly T[],
  of: (item: T) => { epoch: string | null; isLocal: boolean },
): T[] {
  const configured = new Set<string>();
  for (const item of items) {
    const { epoch, isLocal } = of(item);
    if (epoch !== null && !isLocal) configured.add(epoch);
  }
  const seen = new Set<string>();
  return items.filter((item) => {
    const { epoch, isLocal } = of(item);
    if (epoch === null) return true;
    if ((isLocal && configured.has(epoch)) || seen.has(epoch)) return false;
    seen.add(epoch);
    return true;
  });
}
