import { PerchError } from '../../protocol/errors.ts';
import type { InventoryEnvironment } from '../fleet/inventory.ts';
import { interfaceExists, interfaceName, interfaceWith } from './interface.ts';
import { privileged } from './privileged.ts';
import type { ConfWarning, Profile } from './profile.ts';
import { readProfile } from './profile-file.ts';
import { requireTools } from './run.ts';

/** An environment's tunnel: its file, read, and the name its interface has when Perch makes it. */
export interface Tunnel {
  readonly env: string;
  readonly file: string;
  readonly profile: Profile;
  readonly warnings: readonly ConfWarning[];
  readonly interfaceName: string;
  readonly services: InventoryEnvironment['services'];
}

/** Reads the environment's `.conf`. Throws NO_TUNNEL, BAD_CONF, CONF_RUNS_COMMANDS. */
export async function readTunnel(environment: InventoryEnvironment): Promise<Tunnel> {
  const { name, tunnel: file, services } = environment;
  if (file === null)
    throw new PerchError('NO_TUNNEL', `${name} has no tunnel in the inventory`, { env: name });
  return { env: name, file, interfaceName: interfaceName(name), services, ...(await readProfile(file)) };
}

export interface UpOptions {
  /** What a person would run to do this as root; stands in NEEDS_ROOT. */
  readonly asRoot: string;
  /** All traffic of this computer may go through the tunnel, where its file says so. */
  readonly allTraffic: boolean;
}

/**
 * Brings the tunnel up; one that is up already, whoever made it, is used as it is. Throws NEEDS_ROOT,
 * NOT_ON_THIS_SYSTEM, CONFIRM_NEEDED, TUNNEL_FAILED.
 */
export async function tunnelUp(tunnel: Tunnel, options: UpOptions): Promise<'made' | 'was-up'> {
  const { profile, env, file } = tunnel;
  if (interfaceWith(profile.addresses) !== null) return 'was-up';
  const widest = tunnel.warnings.find((warning) => warning.kind === 'all-traffic');
  if (widest && !options.allTraffic) {
    throw new PerchError('CONFIRM_NEEDED', `${file}:${widest.line}: ${widest.words}`, {
      file,
      line: widest.line,
    });
  }
  requireTools();
  requireRoot('Bringing a tunnel up', options.asRoot);
  if (interfaceExists(tunnel.interfaceName)) {
    throw new PerchError(
      'TUNNEL_FAILED',
      `The tunnel of ${env} is up with other addresses than ${file} says. Run \`perch tunnel down ${env}\` first`,
      { interface: tunnel.interfaceName },
    );
  }
  await privileged.up(tunnel.interfaceName, profile);
  return 'made';
}

/**
 * Takes the tunnel of an environment down, also when its file changed or went away since. A tunnel that Perch did
 * not make is left alone: TUNNEL_FAILED names it. Throws NEEDS_ROOT, NOT_ON_THIS_SYSTEM too.
 */
export async function tunnelDown(
  environment: InventoryEnvironment,
  { asRoot }: Pick<UpOptions, 'asRoot'>,
): Promise<'removed' | 'was-off'> {
  const ours = interfaceName(environment.name);
  if (!interfaceExists(ours)) {
    const theirs = interfaceWith((await readTunnel(environment)).profile.addresses);
    if (theirs === null) return 'was-off';
    throw new PerchError(
      'TUNNEL_FAILED',
      `${theirs} was not brought up by Perch. Take it down with what made it (\`wg-quick down ${theirs}\`)`,
      { interface: theirs },
    );
  }
  requireTools();
  requireRoot('Taking a tunnel down', asRoot);
  await privileged.down(ours);
  return 'removed';
}

function requireRoot(what: string, asRoot: string): void {
  if (process.geteuid?.() === 0) return;
  throw new PerchError('NEEDS_ROOT', `${what} needs root. Run: ${asRoot}`, { command: asRoot });
}
