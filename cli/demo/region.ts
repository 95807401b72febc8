import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { localFolders, localSockets } from '../../client/fleet/local.ts';
import { PerchError } from '../../protocol/errors.ts';

export interface RegionPlan {
  region: string;
  /** The example's built entry. */
  program: string;
  args: readonly string[];
  agentPort: number;
  gamePort: number;
  /** One line that lets the demo's key in. */
  authorizedKey: string;
}

/** One instance as `perch demo --json` prints it. */
export interface DemoInstance {
  name: string;
  region: string;
  /** Where its agent listens. */
  address: string;
  /** Where its game is played. */
  url: string;
  hostKey: string;
}

export const SERVICE = 'tictactoe';

/** How long it may take to start, and to end when it is asked to. */
const START_MS = 20_000;
const STOP_MS = 5000;
/** How long its local socket may take after that, and how often it is looked for. */
const LOCAL_MS = 2000;
const LOOK_MS = 20;

/**
 * Runs one region like a platform would: an instance that ends is started again, until `signal` aborts. Gives
 * the instance once it is ready; `ended` settles when nothing of it runs any more. Throws INTERNAL when it does
 * not start, with `isPortTaken` in its facts when somebody else was faster.
 */
export async function runRegion(
  plan: RegionPlan,
  signal: AbortSignal,
  note: (line: string) => void,
): Promise<{ instance: DemoInstance; ended: Promise<void> }> {
  const first = await start(plan, signal, note);
  return { instance: first.instance, ended: keep(first.child) };

  async function keep(child: ChildProcess): Promise<void> {
    for (let current = child; ; ) {
      if (isRunning(current)) await once(current, 'exit');
      if (signal.aborted) return;
      note(`${nameOf(plan)} ended (${current.signalCode ?? current.exitCode}) and is started again`);
      try {
        current = (await start(plan, signal, note)).child;
      } catch (thrown) {
        if (!signal.aborted) throw thrown;
        return;
      }
    }
  }
}

/** Starts it once, and stops it when `signal` aborts. Throws when it ends before it is ready. */
async function start(plan: RegionPlan, signal: AbortSignal, note: (line: string) => void) {
  const child = fork(plan.program, plan.args, {
    env: environment(plan),
    execArgv: [],
    // The channel says nothing. It closes with this process, however that ends, and the example ends with it.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const stop = () => void end(child);
  signal.addEventListener('abort', stop, { once: true });
  child.once('exit', () => signal.removeEventListener('abort', stop));
  if (signal.aborted) stop();
  try {
    const instance = await whenReady(child, plan, note);
    await untilLocal(child.pid!);
    return { child, instance };
  } catch (thrown) {
    await end(child);
    throw thrown;
  }
}

/** Ready once the game has printed its address and the agent its own with the host key. */
function whenReady(
  child: ChildProcess,
  plan: RegionPlan,
  note: (line: string) => void,
): Promise<DemoInstance> {
  return new Promise((resolve, reject) => {
    const name = nameOf(plan);
    let url: string | undefined;
    let agent: RegExpExecArray | null = null;
    let isReady = false;
    const said: string[] = [];
    const late = setTimeout(() => fail('it was not ready in time'), START_MS);
    const fail = (why: string) => {
      clearTimeout(late);
      const isPortTaken = said.some((line) => /EADDRINUSE|the address is taken/.test(line));
      const message = `${name} did not start: ${[why, ...said].join('\n')}`;
      reject(new PerchError('INTERNAL', message, { name, isPortTaken }));
    };
    const look = () => {
      if (isReady || !url || !agent) return;
      isReady = true;
      clearTimeout(late);
      resolve({ name, region: plan.region, address: agent[1]!, url, hostKey: agent[2]! });
    };
    createInterface({ input: child.stdout! }).on('line', (line) => {
      url ??= /http:\S+/.exec(line)?.[0];
      look();
    });
    createInterface({ input: child.stderr! }).on('line', (line) => {
      const listening = /^perch: listening on (\S+) (SHA256:\S+)/.exec(line);
      agent ??= listening;
      if (!listening) said.push(line);
      if (isReady && !listening) note(`${name}: ${line}`);
      // The agent goes on and tries again; the demo would rather have another port.
      if (!isReady && /the address is taken/.test(line)) fail('its port was taken');
      look();
    });
    child.once('error', (error) => fail(error.message));
    child.once('close', (code, signal) => fail(`it ended with ${signal ?? code}`));
  });
}

/** So that `perch fleet` finds it from the first moment on. Where there can be no local socket nobody waits longer. */
async function untilLocal(pid: number): Promise<void> {
  const folders = await localFolders();
  for (const until = Date.now() + LOCAL_MS; Date.now() < until; await pause(LOOK_MS)) {
    const sockets = await localSockets(folders);
    if (sockets.some((file) => path.basename(file).startsWith(`${pid}-`))) return;
  }
}

/** Asks, waits, kills. Settles when it has ended. */
async function end(child: ChildProcess): Promise<void> {
  if (!isRunning(child) || child.pid === undefined) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const kill = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await ended;
  clearTimeout(kill);
}

function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}

function nameOf({ region }: RegionPlan): string {
  return `${SERVICE}-${region}`;
}

/** This process's own, without what would configure another agent. */
function environment(plan: RegionPlan): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([key]) => !/^(PERCH|FLY)_|^PERCH$/.test(key));
  return {
    ...Object.fromEntries(own),
    PORT: String(plan.gamePort),
    PERCH_SERVICE: SERVICE,
    PERCH_REGION: plan.region,
    PERCH_INSTANCE: nameOf(plan),
    PERCH_LISTEN: `127.0.0.1:${plan.agentPort}`,
    PERCH_AUTHORIZED_KEYS: plan.authorizedKey,
  };
}
