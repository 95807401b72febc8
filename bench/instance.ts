import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, watch } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export type Variant = 'without' | 'agent' | 'watched';

/** One run of the measured service. */
export interface Instance {
  pid: number;
  port: number;
  /** From spawn to its port. */
  startMs: number;
  /** The agent's local socket; null without an agent. */
  socket: string | null;
  rssBytes(): number;
  stop(): Promise<void>;
}

/** Starts the service without the agent, with it, or with it and somebody who watches the tree; on the Node `execPath`. */
export async function startInstance(
  variant: Variant,
  { execPath = process.execPath, execArgv = [] }: { execPath?: string; execArgv?: string[] } = {},
): Promise<Instance> {
  const home = mkdtempSync(path.join(os.tmpdir(), 'perch-bench-'));
  const sockets = path.join(home, 'perch');
  mkdirSync(sockets, { mode: 0o700 });
  const env = { PATH: process.env.PATH, HOME: home, XDG_RUNTIME_DIR: home };
  const before = performance.now();
  const child = fork(fileURLToPath(new URL('service.js', import.meta.url)), {
    env: { ...env, PERCH: variant === 'without' ? 'off' : 'on' },
    execArgv,
    execPath,
  });
  const [{ port }] = await once(child, 'message');
  const startMs = performance.now() - before;
  const socket = variant === 'without' ? null : await firstSocket(sockets);
  // Who watches runs elsewhere: its Node is the one that measures.
  const watcher = variant === 'watched' ? await startWatcher(socket!, env) : null;
  return {
    pid: child.pid!,
    port,
    startMs,
    socket,
    rssBytes: () => rssOf(child.pid!),
    async stop() {
      for (const process of [watcher, child]) if (process) await end(process);
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** Resolves once the agent's socket has its name, which it gets when it answers. */
export function firstSocket(folder: string): Promise<string> {
  return new Promise((resolve) => {
    const watcher = watch(folder, look);
    function look(): void {
      const name = readdirSync(folder).find((each) => each.endsWith('.sock'));
      if (!name) return;
      watcher.close();
      resolve(path.join(folder, name));
    }
    look();
  });
}

/** `perch tree --watch` in a process of its own, as a person would; ready with the first tree. */
async function startWatcher(socket: string, env: NodeJS.ProcessEnv): Promise<ChildProcess> {
  const bin = fileURLToPath(new URL('../cli/bin.js', import.meta.url));
  const child = spawn(process.execPath, [bin, 'tree', `unix:${socket}`, '--watch', '--json'], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout!, 'data');
  child.stdout!.resume();
  return child;
}

export function rssOf(pid: number): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))!;
  return Number(kilobytes) * 1024;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}
