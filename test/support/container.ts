import { type ChildProcess, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { localFolder } from '../../protocol/local-folders.ts';
import { type Json, perchJson, type Ran } from './perch.ts';
import { viaInventory } from './ways.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface ContainerOptions {
  /** `slim`: Debian's programs are there. `distroless`: Node and the libraries it needs, no shell, nothing else. */
  image?: 'slim' | 'distroless';
  /** Words of Node before the program: the preload unless told. */
  node?: readonly string[];
  /** The built fixture, and its arguments. */
  program?: readonly string[];
  uid?: number;
  /** All there is beside PATH; no HOME unless named. */
  env?: Record<string, string>;
  /** Variables that only the service itself has: of these the linker's would reach what makes the container, too. Slim only. */
  preload?: Record<string, string>;
  /** What can be written to; nothing else can. */
  writable?: readonly ('/tmp' | '/dev/shm' | '/home/app')[];
  memoryMb?: number;
}

/** A service as process 1 of a container that was made of namespaces: a root of its own, read-only, and processes of its own. */
export interface Container {
  /** The words before a command that runs it in there, as `kubectl exec` would: with the service's user and working directory. */
  exec(...command: string[]): string[];
  /** `perch VERB there …` over `perch-stdio` in there, as JSON. */
  perch(verb: string, ...words: string[]): Promise<Ran & { json: Json }>;
  /** A path of its own as it is out here. */
  path(file: string): string;
  /** All that the service and its agent wrote. */
  output(): string;
  /** Of its process 1; nothing of it runs any more by then. */
  ended: Promise<number>;
  /** Times that the kernel ended something of it for want of memory. */
  outOfMemory(): number;
  stop(): Promise<void>;
}

/** Where Node is in there: distroless images have it here. */
export const NODE = '/nodejs/bin/node';
const REGISTER = '/app/node_modules/@perch/agent/dist/register.cjs';
const PATH = '/usr/bin:/bin:/nodejs/bin';

export async function startContainer(options: ContainerOptions = {}): Promise<Container> {
  if (process.getuid?.() !== 0) throw new Error('containers are made by root: sudo npm test containers');
  const { node = ['-r', REGISTER], program = ['contained.js'], uid = 0, env = {}, preload } = options;
  const folder = mkdtempSync(path.join(os.tmpdir(), 'perch-container-'));
  const image = path.join(folder, 'root');
  mkdirSync(image);
  const cgroup = options.memoryMb === undefined ? null : new MemoryCgroup(options.memoryMb);
  const [file, ...args] = program;
  const namespaces = ['--mount', '--propagation=private', '--pid', '--fork', '--kill-child=KILL'];
  const variables = Object.entries({ PATH, ...env }).map(([name, value]) => `${name}=${value}`);
  // Into the image as this user; what runs last keeps the number 1.
  const intoImage = ['unshare', `--root=${image}`, '--wd=/app', `--setgid=${uid}`, `--setuid=${uid}`, '--'];
  const own = preload
    ? ['/usr/bin/env', ...Object.entries(preload).map(([name, value]) => `${name}=${value}`)]
    : [];
  const service = [...own, NODE, ...node, `dist/test/fixtures/${file}`, ...args];
  const words = ['env', '-i', ...variables, ...intoImage, ...service];
  const child = spawn(
    'unshare',
    [...namespaces, 'sh', '-euc', setUp(image, options, cgroup), 'sh', ...words],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
    },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk;
    });
  }
  const ended = new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? -1)));
  const exec = (...command: string[]) => [
    ...['env', '-i', `PATH=${PATH}`, 'nsenter', `--target=${firstProcess(child)}`],
    ...['--mount', '--pid', '--root', '--wd', `--setuid=${uid}`, `--setgid=${uid}`, '--', ...command],
  ];
  const inventory = path.join(folder, 'fleet.yaml');
  const container: Container = {
    exec,
    async perch(verb, ...rest) {
      viaInventory(inventory, exec(NODE, 'node_modules/@perch/agent/perch-stdio.cjs'));
      return perchJson(
        { HOME: folder, XDG_RUNTIME_DIR: folder },
        verb,
        'there',
        ...rest,
        '--inventory',
        inventory,
      );
    },
    path: (file) => `/proc/${firstProcess(child)}/root${file}`,
    output: () => output,
    ended,
    outOfMemory: () => cgroup!.kills(),
    async stop() {
      child.kill('SIGKILL');
      await ended;
      cgroup?.remove();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  // It listens, or has said that it cannot.
  const isUp = () => output.includes('perch: ') || sockets(child, uid).length > 0 || hasEnded();
  await expect
    .poll(isUp, { timeout: 15_000, interval: 50 })
    .toBe(true)
    .catch(() => {});
  if (isUp() && !hasEnded()) return container;
  await container.stop();
  throw new Error(`the container did not come up: ${output}`);
}

/** Mounts the image and becomes the service. */
function setUp(
  image: string,
  { image: kind = 'slim', writable = [] }: ContainerOptions,
  cgroup: MemoryCgroup | null,
): string {
  const mount = (from: string, to: string) =>
    `mount --bind ${from} ${image}${to}; mount -o remount,ro,bind ${image}${to}`;
  const folder = (from: string, to = from) => `mkdir -p ${image}${to}; ${mount(from, to)}`;
  const file = (from: string, to = from) =>
    `mkdir -p ${path.dirname(image + to)}; touch ${image}${to}; ${mount(from, to)}`;
  const system = (kind === 'slim' ? ['/usr', '/etc'] : ['/usr/lib', '/usr/lib64']).filter((each) =>
    existsSync(each),
  );
  const links = ['lib', 'lib64', ...(kind === 'slim' ? ['bin'] : [])];
  return [
    ...(cgroup ? [`echo 0 > ${cgroup.folder}/cgroup.procs`] : []),
    `mount -t tmpfs tmpfs ${image}`,
    file(process.env.PERCH_TEST_NODE ?? process.execPath, NODE),
    ...system.map((each) => folder(each)),
    ...links.map((name) => `ln -s usr/${name} ${image}/${name}`),
    folder(path.join(root, 'dist'), '/app/dist'),
    folder(path.join(root, 'agent'), '/app/node_modules/@perch/agent'),
    ...['null', 'zero', 'urandom'].map(
      (name) =>
        `mkdir -p ${image}/dev; touch ${image}/dev/${name}; mount --bind /dev/${name} ${image}/dev/${name}`,
    ),
    `mkdir -p ${image}/proc ${image}/sys ${image}/tmp ${image}/dev/shm ${image}/home/app`,
    `mount -t proc proc ${image}/proc`,
    `mount --rbind /sys ${image}/sys`,
    ...writable.map((each) => `mount -t tmpfs -o mode=1777 tmpfs ${image}${each}`),
    `mount -o remount,ro ${image}`,
    'exec "$@"',
  ].join('\n');
}

/** The agent's local sockets, seen from out here. */
function sockets(child: ChildProcess, uid: number): string[] {
  return ['/tmp', '/dev/shm'].flatMap((parent) => {
    try {
      const image = `/proc/${firstProcess(child)}/root`;
      // Until it has gone into its image these are the sockets of this machine's own agents.
      if (!existsSync(`${image}${NODE}`)) return [];
      const folder = `${image}${localFolder(parent as '/tmp', uid)}`;
      return readdirSync(folder).filter((name) => name.endsWith('.sock'));
    } catch {
      return [];
    }
  });
}

/** The service's pid out here: the only child of who made its namespaces. */
function firstProcess(child: ChildProcess): number {
  return Number(readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim());
}

/** A cgroup with a bound of memory, of version 1 or 2, whichever this machine has. */
class MemoryCgroup {
  readonly folder: string;
  readonly #isFirst = existsSync('/sys/fs/cgroup/memory/cgroup.procs');

  constructor(limitMb: number) {
    const above = this.#isFirst ? '/sys/fs/cgroup/memory' : '/sys/fs/cgroup';
    if (!this.#isFirst) writeFileSync(`${above}/cgroup.subtree_control`, '+memory');
    this.folder = mkdtempSync(`${above}/perch-test-`);
    const file = this.#isFirst ? 'memory.limit_in_bytes' : 'memory.max';
    writeFileSync(path.join(this.folder, file), String(limitMb * 1024 * 1024));
  }

  kills(): number {
    const file = this.#isFirst ? 'memory.oom_control' : 'memory.events';
    return Number(/^oom_kill (\d+)$/m.exec(readFileSync(path.join(this.folder, file), 'utf8'))![1]);
  }

  remove(): void {
    rmdirSync(this.folder);
  }
}
