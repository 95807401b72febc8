import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { electronOnScreen } from '../../test/support/app.ts';
import { pssOf } from './memory.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** What starts has started: pages are laid out, caches are warm. */
const SETTLE_MS = 3000;

export interface Start {
  /** From spawn until the first tree was painted; of a bare window until it was. */
  ms: number;
  pssMb: number;
}

/** Beside the app's own main program, whose preload and page it shares; gives the folder to start. */
export async function buildStarts(): Promise<string> {
  await build({
    entryPoints: [path.join(root, 'bench/renderer/starts.ts')],
    outfile: path.join(root, 'dist/electron/bench-starts.cjs'),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['electron', '*.node', 'cpu-features'],
    logLevel: 'error',
  });
  const folder = path.join(root, 'dist/bench-starts');
  mkdirSync(folder, { recursive: true });
  const description = { name: 'perch-bench', version: '0.0.0', main: '../electron/bench-starts.cjs' };
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify(description));
  return folder;
}

/** Starts it once, as a person would: no debugger is attached. `runtime` holds the sockets of local services. */
export async function startOnce(
  folder: string,
  { runtime, isBare }: { runtime: string; isBare: boolean },
): Promise<Start> {
  const { executable, display } = await electronOnScreen();
  const home = mkdtempSync(path.join(os.tmpdir(), 'perch-start-'));
  const env = {
    PATH: process.env.PATH,
    DISPLAY: display,
    HOME: home,
    XDG_CONFIG_HOME: path.join(home, '.config'),
    XDG_RUNTIME_DIR: runtime,
    ...(isBare && { BENCH_BARE: '1' }),
  };
  // Chromium refuses to run as root inside its own sandbox.
  const words = process.getuid?.() === 0 ? ['--no-sandbox', folder] : [folder];
  const before = Date.now();
  const child = spawn(executable, words, {
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  try {
    const ms = (await seenAt(child)) - before;
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    return { ms, pssMb: pssOf(child.pid!) };
  } finally {
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
    rmSync(home, { recursive: true, force: true });
  }
}

async function seenAt(child: ChildProcess): Promise<number> {
  for await (const line of createInterface({ input: child.stdout! })) {
    const seen = /^seen (\d+)$/.exec(line);
    if (seen) return Number(seen[1]);
  }
  throw new Error('it ended before it was seen');
}
