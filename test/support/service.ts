import { type ChildProcess, fork } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, watch } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { openSession, type Session } from '../../client/session.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Service {
  process: ChildProcess;
  pid: number;
  /** XDG_RUNTIME_DIR of this service alone; local sockets are in `perch/` below. */
  runtimeDir: string;
  /** The local socket of its agent. */
  socket(): Promise<string>;
  /** A session over the local socket. */
  session(): Promise<Session>;
  /** The same once a new hub listens in place of the one that this session was with. */
  newSession(old: Session): Promise<Session>;
  /** The local sockets there are just now. */
  localSockets(): string[];
  send(message: string): void;
  /** The next message for which `wanted` holds; rejects when the process ends first. */
  message<T>(wanted: (message: unknown) => boolean): Promise<T>;
  /** All that it wrote so far. */
  stdout(): string;
  stderr(): string;
  exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** Ends it and removes what it left. */
  stop(): Promise<void>;
}

/**
 * Starts a built fixture (test/fixtures/NAME.ts) as a service with the agent preloaded, on the Node that
 * PERCH_TEST_NODE names, and waits until it says `ready`.
 */
export async function startService(
  fixture: string,
  options: { preload?: string[]; env?: NodeJS.ProcessEnv; execPath?: string } = {},
): Promise<Service> {
  const runtimeDir = mkdtempSync(path.join(os.tmpdir(), 'perch-test-'));
  const folder = path.join(runtimeDir, 'perch');
  mkdirSync(folder, { mode: 0o700 });
  const file = path.join(root, 'dist/test/fixtures', fixture);
  const child = fork(file, {
    execPath: options.execPath ?? process.env.PERCH_TEST_NODE ?? process.execPath,
    execArgv: options.preload ?? ['-r', path.join(root, 'agent/dist/register.cjs')],
    env: {
      PATH: process.env.PATH,
      HOME: runtimeDir,
      XDG_RUNTIME_DIR: runtimeDir,
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    stderr += chunk;
  });
  const exited = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  const past: unknown[] = [];
  child.on('message', (message) => past.push(message));

  const sessions: Session[] = [];
  let openedPath = '';
  const open = async (file: string): Promise<Session> => {
    openedPath = file;
    const address = { kind: 'unix' as const, path: file };
    const session = await openSession({ address, hostKey: { kind: 'any' }, login: 'none' });
    sessions.push(session);
    return session;
  };
  const service: Service = {
    process: child,
    pid: child.pid!,
    runtimeDir,
    exited,
    stdout: () => stdout,
    stderr: () => stderr,
    send: (message) => child.send(message),
    message: (wanted) =>
      new Promise((resolve, reject) => {
        const seen = past.find(wanted);
        if (seen !== undefined) return resolve(seen as never);
        const look = (message: unknown): void => {
          if (!wanted(message)) return;
          child.off('message', look);
          resolve(message as never);
        };
        child.on('message', look);
        void exited.then((how) => reject(new Error(`${fixture} ended ${JSON.stringify(how)}\n${stderr}`)));
      }),
    socket: () => localSocket(folder, child.pid!),
    async session() {
      return open(await service.socket());
    },
    async newSession(old) {
      await old.closed;
      return open(await localSocket(folder, child.pid!, openedPath));
    },
    localSockets: () => readdirSync(folder),
    async stop() {
      for (const session of sessions) session.close();
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      await exited;
      endFamily(runtimeDir);
      rmSync(runtimeDir, { recursive: true, force: true });
    },
  };
  await service.message((message) => message === 'ready' || (message as { ready?: boolean }).ready === true);
  return service;
}

/** The agent's local socket, as soon as it is there; `except` is one that is dead. */
export function localSocket(folder: string, pid: number, except = ''): Promise<string> {
  const isIt = (name: string) => name.startsWith(`${pid}-`) && name.endsWith('.sock');
  const find = () => readdirSync(folder).find((name) => isIt(name) && path.join(folder, name) !== except);
  return new Promise((resolve) => {
    const watcher = watch(folder, look);
    function look(): void {
      const name = find();
      if (!name) return;
      watcher.close();
      resolve(path.join(folder, name));
    }
    look();
  });
}

/** Ends what the service started and left behind, a stuck child say: all of it carries its runtime directory. */
export function endFamily(runtimeDir: string): void {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
      if (environment.includes(`XDG_RUNTIME_DIR=${runtimeDir}`)) process.kill(Number(pid), 'SIGKILL');
    } catch {
      // Not ours to look at, or already gone.
    }
  }
}
