import { homedir } from 'node:os';
import path from 'node:path';

/** Where a person's Perch files are: `$XDG_CONFIG_HOME/perch`, else `~/.config/perch`. */
export function configDir(env: NodeJS.ProcessEnv = process.env): string {
  const base = env.XDG_CONFIG_HOME;
  // A relative path is to be ignored (XDG Base Directory Specification).
  return path.join(
    base && path.isAbsolute(base) ? base : path.join(env.HOME ?? homedir(), '.config'),
    'perch',
  );
}

/** What Perch keeps for itself: `$XDG_STATE_HOME/perch`, else `~/.local/state/perch`. Agents of this user keep theirs there too. */
export function stateDir(env: NodeJS.ProcessEnv = process.env): string {
  const base = env.XDG_STATE_HOME;
  return path.join(
    base && path.isAbsolute(base) ? base : path.join(env.HOME ?? homedir(), '.local/state'),
    'perch',
  );
}

/** The files that belong to an inventory; without one named, those of the person's own. */
export interface ConfigFiles {
  inventory: string;
  /** Beside the inventory, in OpenSSH's form. */
  knownHosts: string;
  /** Tried in this order when neither option nor inventory names a key. */
  identities: readonly string[];
}

export function configFiles(inventory?: string, env: NodeJS.ProcessEnv = process.env): ConfigFiles {
  const own = configDir(env);
  const folder = inventory === undefined ? own : path.dirname(path.resolve(inventory));
  return {
    inventory: inventory === undefined ? path.join(own, 'fleet.yaml') : path.resolve(inventory),
    knownHosts: path.join(folder, 'known_hosts'),
    identities: [...new Set([path.join(folder, 'id_ed25519'), path.join(own, 'id_ed25519')])],
  };
}

/** `~/…` as a shell reads it, and relative to `folder`. */
export function expandPath(text: string, folder: string, env: NodeJS.ProcessEnv = process.env): string {
  const home = env.HOME ?? homedir();
  if (text === '~' || text.startsWith('~/')) return path.join(home, text.slice(1));
  return path.resolve(folder, text);
}
