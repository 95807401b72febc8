import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { DemoInstance } from '../../cli/demo/region.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

// biome-ignore lint/suspicious/noExplicitAny: the documents of every command; a test says what it expects of one
export type Json = any;

/** A place of its own for what Perch and its agents keep, so that tests meet nobody else's instances. */
export interface Home {
  env: NodeJS.ProcessEnv;
  /** Another user than this one. */
  uid: number | undefined;
  /** Where its agents have their local sockets. */
  sockets: string;
  /** Runs `perch ARGS --json`. */
  perch(...args: string[]): Promise<{ exit: number; json: Json; stderr: string }>;
  /** Instances of this place alone; root sees those of other people's demos, too. */
  fleet(): Promise<{ name: string; region: string; address: string }[]>;
  /** The name, or the address where somebody else's demo runs under the same name. */
  target(name: string): Promise<string>;
  remove(): void;
}

/** `uid`: whose it is, for root only; a demo started in it runs as that user. */
export function makeHome(uid?: number): Home {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'perch-test-'));
  const runtime = path.join(folder, 'run');
  const sockets = path.join(runtime, 'perch');
  for (const each of [runtime, sockets]) mkdirSync(each, { mode: 0o700 });
  if (uid !== undefined) for (const each of [folder, runtime, sockets]) chownSync(each, uid, uid);
  const { PATH, DISPLAY: _, WAYLAND_DISPLAY: __ } = process.env;
  const env = { PATH, HOME: folder, XDG_RUNTIME_DIR: runtime };
  const perch: Home['perch'] = (...args) =>
    new Promise((resolve) => {
      const words = [path.join(root, 'cli/bin.js'), ...args, '--json'];
      execFile(process.execPath, words, { env }, (error, stdout, stderr) => {
        const exit = error ? Number(error.code) : 0;
        resolve({ exit, json: stdout === '' ? null : JSON.parse(stdout), stderr });
      });
    });
  const instances = async (): Promise<Json[]> => (await perch('fleet')).json.instances;
  const isOwn = ({ address }: Json) => address.startsWith(`unix:${sockets}/`);
  return {
    env,
    uid,
    sockets,
    perch,
    fleet: async () => (await instances()).filter(isOwn),
    async target(name) {
      const named = (await instances()).filter((instance) => instance.name === name);
      return named.length === 1 ? name : named.find(isOwn).address;
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export interface Demo {
  process: ChildProcess;
  instances: DemoInstance[];
  identity: string;
  stderr(): string;
  /** SIGTERM, or what is named, one after another; gives how it ended and which of its processes still run. */
  stop(...signals: NodeJS.Signals[]): Promise<{ code: number | null; left: number[] }>;
}

export async function startDemo(home: Home, ...args: string[]): Promise<Demo> {
  const child = spawn(process.execPath, [path.join(root, 'cli/bin.js'), 'demo', '--json', ...args], {
    env: home.env,
    uid: home.uid,
    gid: home.uid,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const ended = once(child, 'close').then(() => Promise.reject(new Error(`the demo ended\n${stderr}`)));
  ended.catch(() => {});
  const [line] = await Promise.race([once(createInterface({ input: child.stdout }), 'line'), ended]);
  return {
    process: child,
    ...JSON.parse(line),
    stderr: () => stderr,
    stop: (...signals) => stopAll(child, signals),
  };
}

/** Asks a process to end; gives its exit code and which of those it had started are still there then. */
async function stopAll(
  child: ChildProcess,
  signals: NodeJS.Signals[],
): Promise<{ code: number | null; left: number[] }> {
  const family = [child.pid!, ...descendants(child.pid!)];
  if (child.exitCode === null && child.signalCode === null) {
    const closed = once(child, 'exit');
    for (const signal of signals.length > 0 ? signals : (['SIGTERM'] as const)) child.kill(signal);
    await closed;
  }
  return { code: child.exitCode, left: family.filter(isAlive) };
}

/** Every process below this one, from /proc. */
export function descendants(pid: number): number[] {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => [Number(name), parentOf(name)] as const);
  const below = (id: number): number[] =>
    parents.filter(([, parent]) => parent === id).flatMap(([child]) => [child, ...below(child)]);
  return below(pid);
}

function parentOf(pid: string): number {
  try {
    // The command stands in brackets and may hold anything; the parent is the second field after it.
    return Number(
      readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ')[1],
    );
  } catch {
    return -1;
  }
}

/** A zombie has ended: only its parent has not looked yet. */
export function isAlive(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .startsWith('Z');
  } catch {
    return false;
  }
}
