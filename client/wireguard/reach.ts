import { PerchError } from '../../protocol/errors.ts';
import { addressText, contains, parseAddress, parseRange, rangeText } from './address.ts';
import type { ProbeTarget } from './probe.ts';
import type { Profile, ProfilePeer } from './profile.ts';
import type { Tunnel } from './tunnel.ts';

/**
 * The address to connect from (`localAddress`) to reach `host` through the tunnel and in no other way: with the
 * tunnel off the connect fails at once with EADDRNOTAVAIL instead of leaking to the default route. Throws CONNECT_FAILED when the tunnel does not lead there.
 */
export function tunnelAddress(profile: Profile, host: string): string {
  const target = parseAddress(host);
  if (!target) {
    throw new PerchError(
      'CONNECT_FAILED',
      `${host} is a name; behind a tunnel the inventory needs addresses`,
      { host },
    );
  }
  const own = profile.addresses.find((address) => address.family === target.family);
  if (own && peerFor(profile, host)) return addressText(own);
  const ranges = profile.peers.flatMap((peer) => peer.allowedIps.map(rangeText)).join(', ');
  throw new PerchError('CONNECT_FAILED', `The tunnel does not lead to ${host}: it carries ${ranges}`, {
    host,
  });
}

/** The environment's agents that are reached through this peer, and the regions they are in. */
export function behind(tunnel: Tunnel, peer: ProfilePeer): { targets: ProbeTarget[]; regions: string[] } {
  const targets: ProbeTarget[] = [];
  const regions = new Set<string>();
  for (const { name, region, address } of tunnel.services.flatMap((service) => service.instances)) {
    if (address.kind !== 'tcp' || peerFor(tunnel.profile, address.host) !== peer) continue;
    const own = tunnel.profile.addresses.find((one) => one.family === parseAddress(address.host)!.family);
    regions.add(region === '' ? name : region);
    if (!own) continue;
    const host = address.host.includes(':') ? `[${address.host}]` : address.host;
    targets.push({
      place: `${region === '' ? name : region} (${host}:${address.port})`,
      host: address.host,
      port: address.port,
      localAddress: addressText(own),
    });
  }
  return { targets, regions: [...regions] };
}

/** The peer that packets to `host` go to: the narrowest AllowedIPs decide, as in WireGuard. Null for names. */
function peerFor(profile: Profile, host: string): ProfilePeer | null {
  const target = parseRange(host);
  if (!target) return null;
  let best: { peer: ProfilePeer; prefix: number } | null = null;
  for (const peer of profile.peers) {
    for (const range of peer.allowedIps) {
      if (contains(range, target) && range.prefix > (best?.prefix ?? -1))
        best = { peer, prefix: range.prefix };
    }
  }
  return best?.peer ?? null;
}
