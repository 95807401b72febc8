/**
 * Three machines on this one, for tests of tunnels: `desktop`, `fra` and `lax`, each a network namespace, with a
 * router between them and real WireGuard (wireguard-go) on the two regions. No root is needed where the system
 * allows user namespaces.
 *
 *   desktop 10.99.1.2 ─┐              fra 10.99.2.2 · inside the tunnel fdaa:9:c0de:f::2, 10.77.1.2
 *   fd99:1::2          ├─ underlay ───┤
 *                      ┘              lax 10.99.3.2 · inside the tunnel fdaa:9:c0de:a::2, 10.77.2.2
 *
 * Everything lives in the namespaces of one keeper process, which ends when its stdin does. So nothing is left
 * behind, also when the test run is killed.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Machine } from './lab-machine.ts';
import { type LabKeys, newKeys, regionsConf, setUp, tunnelConf } from './lab-network.ts';

export interface Lab {
  readonly desktop: Machine;
  readonly fra: Machine;
  readonly lax: Machine;
  /** The laptop's `.conf` as Fly makes them: one peer that leads to all regions, IPv6 only, `DNS =`, a name as endpoint. */
  flyConf(): string;
  /** One peer a region: fra over IPv4 with a preshared key, lax over IPv6. */
  regionsConf(): string;
  /** A folder for the run, on the disk that all machines share. */
  readonly folder: string;
  /** The command line with which `command` runs on a machine, for those who start processes themselves. */
  commandLine(machine: string, command: readonly string[]): string[];
  /** Ends every process of the lab and removes all of it. */
  stop(): Promise<void>;
}

/** Set for processes inside the lab (`scripts/lab.ts run`): its folder. */
const INSIDE = 'PERCH_LAB';

/** Starts a lab, or joins the one this process runs in. Takes about a second. */
export async function startLab(): Promise<Lab> {
  if (process.env[INSIDE]) return joinLab();
  sweep();
  const folder = mkdtempSync(path.join(tmpdir(), `${FOLDER}${process.pid}-`));
  const keeper = await startKeeper();
  const entry = enter(keeper.pid!);
  const stop = async () => {
    const ended = new Promise((resolve) => keeper.once('close', resolve));
    keeper.stdin!.end();
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const keys = newKeys();
    await setUp({ entry, folder, keys });
    return { ...labOf(entry, folder, keys), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The lab this process runs in. Throws when it runs in none. */
export function joinLab(): Lab {
  const folder = process.env[INSIDE];
  if (!folder) throw new Error('this runs inside the lab: npx tsx scripts/lab.ts run COMMAND…');
  return labOf([], folder, JSON.parse(readFileSync(path.join(folder, 'keys.json'), 'utf8')));
}

const FOLDER = 'perch-lab-';

/** Removes the folders of labs whose starter was killed; the kernel has removed all else of them. */
function sweep(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = /^perch-lab-(\d+)-/.exec(name)?.[1];
    if (pid && !existsSync(`/proc/${pid}`))
      rmSync(path.join(tmpdir(), name), { recursive: true, force: true });
  }
}

/** What a process inside the lab must find in its environment to join it with `startLab`. */
export function insideEnv(lab: Lab): Record<string, string> {
  return { [INSIDE]: lab.folder };
}

function labOf(entry: readonly string[], folder: string, keys: LabKeys): Lab {
  const machine = (name: string) => new Machine(name, entry, folder);
  const [desktop, fra, lax] = [machine('desktop'), machine('fra'), machine('lax')];
  return {
    desktop,
    fra,
    lax,
    folder,
    flyConf: () => tunnelConf(keys),
    regionsConf: () => regionsConf(keys),
    commandLine: (name, command) => machine(name).commandLine(command),
    stop: () => Promise.all([desktop, fra, lax].map((one) => one.stopAll())).then(() => {}),
  };
}

/**
 * Holds the namespaces. It is process 1 of its own: when it ends, the kernel ends all others in it. It ends with
 * its stdin, that is with us. Bash reaps what its children leave behind. `/run` is empty and private: network namespaces and WireGuard's sockets are there.
 */
async function startKeeper(): Promise<ChildProcess> {
  const asUser = process.geteuid?.() === 0 ? [] : ['--user', '--map-root-user'];
  const namespaces = ['--mount', '--net', '--pid', '--fork', '--kill-child=KILL', '--mount-proc'];
  const script = 'mount -t tmpfs tmpfs /run && mkdir /run/netns && echo ready && read -r _';
  const keeper = spawn('unshare', [...asUser, ...namespaces, 'bash', '-c', script], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { PATH: MACHINE_PATH },
  });
  let words = '';
  keeper.stderr.on('data', (chunk) => {
    words += chunk;
  });
  await new Promise<void>((resolve, reject) => {
    keeper.stdout.once('data', () => resolve());
    keeper.once('error', reject);
    keeper.once('exit', () => reject(new Error(`this machine allows no lab of namespaces: ${words.trim()}`)));
  });
  return keeper;
}

const MACHINE_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** The words before a command that take it into the keeper's namespaces. */
function enter(pid: number): string[] {
  const at = (name: string) => `/proc/${pid}/ns/${name}`;
  const user = process.geteuid?.() === 0 ? [] : [`--user=${at('user')}`, '--preserve-credentials'];
  return [
    'nsenter',
    ...user,
    `--mount=${at('mnt')}`,
    `--net=${at('net')}`,
    `--pid=${at('pid_for_children')}`,
    '--',
  ];
}
