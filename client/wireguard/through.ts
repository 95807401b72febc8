import { PerchError } from '../../protocol/errors.ts';
import type { FleetInstance } from '../fleet/fleet.ts';
import { interfaceWith } from './interface.ts';
import { readProfile } from './profile-file.ts';
import { tunnelAddress } from './reach.ts';

/**
 * The address to connect to an instance from, so that the way leads through its environment's tunnel and no other;
 * undefined where there is no tunnel. For each connect anew: the file may have changed. Throws TUNNEL_OFF, and
 * what tunnelAddress and readProfile throw.
 */
export async function throughTunnel({
  tunnel,
  address,
  place,
}: Pick<FleetInstance, 'tunnel' | 'address' | 'place'>): Promise<string | undefined> {
  if (tunnel === null || address.kind !== 'tcp') return undefined;
  const { profile } = await readProfile(tunnel);
  const localAddress = tunnelAddress(profile, address.host);
  if (interfaceWith(profile.addresses) !== null) return localAddress;
  const env = place.environment ?? '';
  throw new PerchError('TUNNEL_OFF', `The tunnel of ${env} is off (perch tunnel up ${env})`, {
    env,
  });
}
