import { accessSync, constants, lstatSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { LIMITS } from '../protocol/limits.ts';
import { localFolder } from '../protocol/local-folders.ts';
import { type UnderPm2, underPm2 } from './pm2.ts';

/** What `startAgent()` takes. Each has an environment variable of the same name; what the code says wins. */
export interface AgentOptions {
  /** PERCH_SERVICE, else FLY_APP_NAME, else PM2's name. Unset: the name of the service's package or script. */
  service?: string;
  /** PERCH_REGION, else FLY_REGION. */
  region?: string;
  /** PERCH_INSTANCE, else FLY_MACHINE_ID, else PM2's name and id. Names the instance across restarts. */
  instance?: string;
  /** PERCH_LISTEN: `127.0.0.1:7400`, `[fdaa::2]:7400`, `unix:/path`; several with commas between. */
  listen?: string | readonly string[];
  /** PERCH_AUTHORIZED_KEYS: a file, or its lines. Without a key nothing listens on the network. */
  authorizedKeys?: string;
  /** PERCH_HOST_KEY: a file, or the private key itself. Unset: made once and kept in the state directory. */
  hostKey?: string;
  /** False (PERCH_LOCAL=off): no socket for the user of this machine. */
  local?: boolean;
  /** False (PERCH_CONTROL=off): the agent looks and does nothing else, whatever a key is granted. */
  control?: boolean;
  /** PERCH_OVERHEAD: what the agent may take, in percent of one core, before it samples more seldom. Unset: 5. */
  overheadPercent?: number;
  /** False (PERCH_BLACK_BOX=off): no file that tells the next life how this one ended. */
  blackBox?: boolean;
}

/** The agent's settled configuration. Plain data: it crosses to the hub's thread. */
export interface AgentConfig {
  /** Empty when it was not named. */
  service: string;
  /** Empty when it was not named. */
  region: string;
  instance: string | null;
  /** Addresses that could be read, each as it was written. */
  listen: string[];
  authorizedKeys: string | null;
  hostKey: string | null;
  local: boolean;
  control: boolean;
  overheadPercent: number;
  blackBox: boolean;
  /** Holds the local sockets: `$XDG_RUNTIME_DIR/perch`, else `/tmp/perch-UID`, else `/dev/shm/perch-UID`. */
  runtimeDir: string;
  /** Holds the host key, the audit and the black box: `$XDG_STATE_HOME/perch`, else `~/.local/state/perch`. */
  stateDir: string;
  /** What was asked for and cannot be, one sentence each. */
  problems: string[];
  /** When it was put into the process, which ran already, milliseconds since 1970; absent: it started with it. */
  attachedAt?: number;
}

/** What the configuration needs to know of the machine. */
export interface MachineFacts {
  uid: number;
  home: string;
  /** $XDG_RUNTIME_DIR is there, ours and to be written; a shell of `sudo` often names somebody else's. */
  hasRuntimeDir: boolean;
  /** Where else a folder can be made. In a container with a read-only root /tmp often cannot, and /dev/shm can. */
  sharedDir: '/tmp' | '/dev/shm';
  /** Absent or null: PM2 did not start it. */
  pm2?: UnderPm2 | null;
}

/** Where to listen. `raw` is how it is written and shown. */
export type ListenAddress =
  | { kind: 'tcp'; host: string; port: number; raw: string }
  | { kind: 'unix'; path: string; raw: string };

/**
 * Of a process that hosts a worker. One that is stuck can outlive its service: the name and the addresses that it
 * inherited are for the next life of that, and it is seen on the local socket.
 */
export function asWorker(config: AgentConfig): AgentConfig {
  return { ...config, instance: null, listen: [] };
}

/** Settles options and environment; null under `PERCH=off`. Never throws: see `problems`. */
export function readConfig(
  options: AgentOptions,
  env: NodeJS.ProcessEnv,
  facts: MachineFacts = machineFacts(env),
): AgentConfig | null {
  if (isOff(env.PERCH)) return null;
  const { pm2 = null } = facts;
  const { listen, problems } = readListen(options.listen ?? env.PERCH_LISTEN ?? '');
  return {
    service: label(options.service || env.PERCH_SERVICE || env.FLY_APP_NAME || pm2?.name),
    region: label(options.region || env.PERCH_REGION || env.FLY_REGION),
    instance:
      label(
        options.instance || env.PERCH_INSTANCE || env.FLY_MACHINE_ID || (pm2 && `${pm2.name}-${pm2.id}`),
      ) || null,
    listen,
    authorizedKeys: (options.authorizedKeys ?? env.PERCH_AUTHORIZED_KEYS)?.trim() || null,
    hostKey: (options.hostKey ?? env.PERCH_HOST_KEY)?.trim() || null,
    local: options.local ?? !isOff(env.PERCH_LOCAL),
    // Either of the two may keep it off; none can turn on what the other forbids.
    control: options.control !== false && !isOff(env.PERCH_CONTROL),
    overheadPercent: overheadPercent(options.overheadPercent ?? env.PERCH_OVERHEAD, problems),
    blackBox: options.blackBox ?? !isOff(env.PERCH_BLACK_BOX),
    runtimeDir: facts.hasRuntimeDir
      ? path.join(env.XDG_RUNTIME_DIR!, 'perch')
      : localFolder(facts.sharedDir, facts.uid),
    stateDir: stateDirOf(env, facts.home),
    problems,
  };
}

/** Where agents of this user keep what outlives them. */
export function stateDirOf(env: NodeJS.ProcessEnv, home: string = homeOf(env)): string {
  return path.join(absolute(env.XDG_STATE_HOME) ?? path.join(home, '.local/state'), 'perch');
}

/**
 * Reads one listen address. Port 0 means a free one. A string is the reason why it is none; a bare port or
 * `*` is one of those, since every interface is never meant by leaving something out.
 */
export function parseListenAddress(raw: string): ListenAddress | string {
  if (raw.startsWith('unix:')) {
    const file = raw.slice('unix:'.length);
    if (!path.isAbsolute(file)) return 'the path after unix: must be absolute';
    if (Buffer.byteLength(file) > MAX_SOCKET_PATH)
      return `a socket's path has at most ${MAX_SOCKET_PATH} bytes`;
    return { kind: 'unix', path: file, raw };
  }
  const match = /^(?:\[([^\]]+)\]|([A-Za-z0-9][A-Za-z0-9._-]*)):(\d{1,5})$/.exec(raw);
  if (!match) return 'expected HOST:PORT, [IPV6]:PORT or unix:/PATH';
  const [, bracketed, plain, digits] = match;
  if (bracketed !== undefined && !isIPv6(bracketed)) return `${bracketed} is no IPv6 address`;
  const port = Number(digits);
  if (port > 65_535) return `there is no port ${port}`;
  return { kind: 'tcp', host: (bracketed ?? plain)!, port, raw };
}

/** Loaded where it is needed: most services have no such address, and this runs before main's first line. */
function isIPv6(text: string): boolean {
  return process.getBuiltinModule('node:net').isIPv6(text);
}

/** Linux holds a socket's path in 108 bytes, the last one zero. */
export const MAX_SOCKET_PATH = 107;

function readListen(wanted: string | readonly string[]): { listen: string[]; problems: string[] } {
  const words = typeof wanted === 'string' ? wanted.split(',') : wanted;
  const listen: string[] = [];
  const problems: string[] = [];
  for (const word of new Set(words.map((each) => String(each).trim()))) {
    if (word === '') continue;
    const address = parseListenAddress(word);
    if (typeof address === 'string') problems.push(`not listening on ${JSON.stringify(word)}: ${address}`);
    else listen.push(word);
  }
  return { listen, problems };
}

function overheadPercent(wanted: number | string | undefined, problems: string[]): number {
  if (wanted === undefined || wanted === '') return LIMITS.overheadPercent;
  const percent = Number(wanted);
  if (percent > 0 && percent <= 100) return percent;
  problems.push(`PERCH_OVERHEAD is no percentage of a core, from above 0 to 100: ${JSON.stringify(wanted)}`);
  return LIMITS.overheadPercent;
}

function machineFacts(env: NodeJS.ProcessEnv): MachineFacts {
  const uid = process.getuid?.() ?? 0;
  const hasRuntimeDir = isOwnDirectory(env.XDG_RUNTIME_DIR, uid) && isWritable(env.XDG_RUNTIME_DIR!);
  const sharedDir = isWritable('/tmp') || !isWritable('/dev/shm') ? '/tmp' : '/dev/shm';
  return { uid, home: homeOf(env), hasRuntimeDir, sharedDir, pm2: underPm2(process.argv[1], env) };
}

/** A uid without a passwd entry has no home; the state then goes where nothing is found, and that is said. */
function homeOf(env: NodeJS.ProcessEnv): string {
  try {
    return env.HOME || os.homedir();
  } catch {
    return '/nonexistent';
  }
}

function isOwnDirectory(directory: string | undefined, uid: number): boolean {
  if (!absolute(directory)) return false;
  try {
    const stat = lstatSync(directory!);
    return stat.isDirectory() && stat.uid === uid;
  } catch {
    return false;
  }
}

function isWritable(directory: string): boolean {
  try {
    accessSync(directory, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The XDG rules: a path that is not absolute counts as unset. */
function absolute(directory: string | undefined): string | undefined {
  return directory && path.isAbsolute(directory) ? directory : undefined;
}

/** Labels are shown in terminals and tables: one line, no control characters. */
function label(text: string | null | undefined): string {
  return (text ?? '')
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, 200);
}

export function isOff(word: string | undefined): boolean {
  return word !== undefined && /^(off|0|false|no)$/i.test(word.trim());
}
