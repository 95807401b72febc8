import type { WireGuardDump } from './dump.ts';
import type { Profile } from './profile.ts';

/** A way to make a tunnel on this computer. `privileged` runs wg-quick as root. */
export interface TunnelDriver {
  readonly name: 'privileged';
  /** Makes the interface with the profile's addresses and routes. It does not exist yet. All or nothing. */
  up(interfaceName: string, profile: Profile): Promise<void>;
  /** Removes the interface and everything `up` made with it. */
  down(interfaceName: string): Promise<void>;
  /** Peers with their counters; null when there is no such WireGuard interface. */
  status(interfaceName: string): Promise<WireGuardDump | null>;
}
