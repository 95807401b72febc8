import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { openSession } from '../client/session.ts';
import { TreeMirror } from '../protocol/tree-mirror.ts';
import type { Figure } from './figures.ts';
import { firstSocket, rssOf } from './instance.ts';
import { measureOtp, type OtpFigures } from './otp.ts';
import { median } from './stats.ts';

/** As many as one agent shows, less what stands above them (LIMITS.maxNodes). */
const CHILDREN = 99_000;
const FEWER = CHILDREN / 10;
const LOOKS = 5;
const CHURN_MS = 5000;

interface PerchFigures {
  bytesAChild: number;
  restartsPerSecond: number;
  restartMs: number;
  /** Until the first rows are there, until all are, and how many bytes that took. */
  firstMs: number;
  wholeMs: number;
  bytes: number;
  /** Until the first hundred in an order are there, and the longest that another call waited meanwhile. */
  listMs: number;
  pauseMs: number;
  /** Milliseconds of cpu for each second of 1 % churn, without and with somebody who watches. */
  churnCpuMs: number;
  watchedCpuMs: number;
}

/** 100,000 supervised children: restarted, shown over the channel, watched while they churn; beside OTP, where there is one. */
export async function measureLarge(say: (line: string) => void): Promise<Figure[]> {
  say(`${CHILDREN} children`);
  const large = await measurePerch(CHILDREN);
  const small = await measurePerch(FEWER);
  const growth: Figure[] = [
    {
      name: 'whole tree, 10x the children',
      unit: 'ms',
      reference: small.wholeMs,
      measured: large.wholeMs,
      compare: 'ratio',
      budget: { max: 12 },
    },
    {
      name: 'whole tree of 99,000, bytes',
      unit: 'MB',
      reference: 0,
      measured: large.bytes / 1e6,
      compare: 'added',
      budget: { max: 2.5 },
    },
    {
      name: 'first of a list of 99,000, whole tree',
      unit: 'ms',
      reference: large.wholeMs,
      measured: large.listMs,
      compare: 'ratio',
      budget: { max: 0.25 },
    },
    {
      name: 'wait for another call while 99,000 are listed',
      unit: 'ms',
      reference: 0,
      measured: large.pauseMs,
      compare: 'added',
      budget: { max: 25 },
    },
  ];
  say(`${CHILDREN} children on OTP`);
  const otp = await measureOtp(CHILDREN, true);
  if (!otp) {
    say('no erl with runtime_tools here: the rows against OTP are left out');
    return growth;
  }
  return [...growth, ...againstOtp(large, otp)];
}

function againstOtp(perch: PerchFigures, otp: OtpFigures): Figure[] {
  const row = (
    name: string,
    unit: Figure['unit'],
    reference: number,
    measured: number,
    budget: Figure['budget'],
  ): Figure => ({ name, unit, reference, measured, compare: 'ratio', budget });
  return [
    row('restarts, OTP', 'restarts/s', otp.restartsPerSecond, perch.restartsPerSecond, { min: 1 }),
    row('one restart, p50, OTP', 'ms', otp.restartMs, perch.restartMs, { max: 1 }),
    row('first rows, OTP process list', 'ms', otp.listMs, perch.firstMs, { max: 1 }),
    row('whole tree, OTP process list', 'ms', otp.listMs, perch.wholeMs, { max: 1 }),
    row('whole tree, OTP appmon_info', 'ms', otp.treeMs!, perch.wholeMs, { max: 1 }),
    row('cpu of watching 1 % churn, a second; OTP, a refresh', 'ms', otp.listCpuMs, watching(perch), {
      max: 1,
    }),
    row('memory of a child, OTP', 'KB', otp.bytesAChild / 1e3, perch.bytesAChild / 1e3, { max: 1.5 }),
  ];
}

function watching({ churnCpuMs, watchedCpuMs }: PerchFigures): number {
  return Math.max(0, watchedCpuMs - churnCpuMs);
}

async function measurePerch(children: number): Promise<PerchFigures> {
  const home = mkdtempSync(path.join(os.tmpdir(), 'perch-bench-'));
  const sockets = path.join(home, 'perch');
  mkdirSync(sockets, { mode: 0o700 });
  const child = fork(fileURLToPath(new URL('children.js', import.meta.url)), {
    env: { PATH: process.env.PATH, HOME: home, XDG_RUNTIME_DIR: home, CHILDREN: String(children) },
    execArgv: [],
  });
  try {
    const [{ idleBytes }] = await once(child, 'message');
    const { restartsPerSecond, restartMs } = await ask(child, 'restarts');
    const door = await countingDoor(await firstSocket(sockets), home);
    const looks = [];
    for (let look = 0; look < LOOKS; look++) looks.push(await lookAtAll(door, children));
    // With all of them in the hub as well: before somebody looks it does not have them yet.
    const bytesAChild = (rssOf(child.pid!) - idleBytes) / children;
    const list = await listFirst(door.path);
    await ask(child, 'churn');
    const churnCpuMs = await cpuASecond(child.pid!);
    const watching = await watch(door.path);
    const watchedCpuMs = await cpuASecond(child.pid!);
    watching.stop();
    await ask(child, 'rest');
    door.close();
    return {
      bytesAChild,
      restartsPerSecond,
      restartMs,
      firstMs: median(looks.map(({ firstMs }) => firstMs)),
      wholeMs: median(looks.map(({ wholeMs }) => wholeMs)),
      bytes: median(looks.map(({ bytes }) => bytes)),
      ...list,
      churnCpuMs,
      watchedCpuMs,
    };
  } finally {
    child.kill('SIGKILL');
    rmSync(home, { recursive: true, force: true });
  }
}

async function ask(
  child: ChildProcess,
  what: string,
): Promise<{ restartsPerSecond: number; restartMs: number }> {
  const answer = once(child, 'message');
  child.send(what);
  return (await answer)[0];
}

/** From the call until every row is there, over the channel that every client uses. */
async function lookAtAll(door: Door, children: number) {
  const session = await connect(door.path);
  const bytesBefore = door.bytes;
  const before = performance.now();
  const mirror = new TreeMirror();
  const whole = new AbortController();
  let firstMs = 0;
  await session.call(
    'watch-tree',
    { parts: true },
    {
      signal: whole.signal,
      onEvent: (event) => {
        if ('snapshot' in event) mirror.reset(event.snapshot);
        else mirror.apply(event.delta);
        firstMs ||= performance.now() - before;
        if (!mirror.isPartial && mirror.nodes.size > children) whole.abort();
      },
    },
  );
  const wholeMs = performance.now() - before;
  session.close();
  return { firstMs, wholeMs, bytes: door.bytes - bytesBefore };
}

/** The first hundred by their restarts, again and again, while another client asks for a sign of life. */
async function listFirst(socket: string): Promise<{ listMs: number; pauseMs: number }> {
  const [session, other] = [await connect(socket), await connect(socket)];
  const [lists, pauses]: number[][] = [[], []];
  for (let look = 0; look < LOOKS; look++) {
    const before = performance.now();
    let isListed = false;
    const listed = session.call('nodes', { sort: 'restarts', kinds: ['worker'], limit: 100 }).then(() => {
      isListed = true;
      lists!.push(performance.now() - before);
    });
    let longest = 0;
    while (!isListed) {
      const asked = performance.now();
      await other.call('ping', {});
      longest = Math.max(longest, performance.now() - asked);
    }
    await listed;
    pauses!.push(longest);
  }
  session.close();
  other.close();
  return { listMs: median(lists!), pauseMs: median(pauses!) };
}

async function watch(socket: string) {
  const session = await connect(socket);
  const stopping = new AbortController();
  const mirror = new TreeMirror();
  const isWhole = new Promise<void>((resolve) => {
    void session.call(
      'watch-tree',
      { parts: true },
      {
        signal: stopping.signal,
        onEvent: (event) => {
          if ('snapshot' in event) mirror.reset(event.snapshot);
          else mirror.apply(event.delta);
          if (!mirror.isPartial) resolve();
        },
      },
    );
  });
  await isWhole;
  return {
    stop(): void {
      stopping.abort();
      session.close();
    },
  };
}

function connect(socket: string) {
  return openSession({ address: { kind: 'unix', path: socket }, hostKey: { kind: 'any' }, login: 'none' });
}

interface Door {
  path: string;
  bytes: number;
  close(): void;
}

/** The agent's socket through one that counts what the agent sends. */
async function countingDoor(socket: string, folder: string): Promise<Door> {
  const door: Door = { path: path.join(folder, 'counted'), bytes: 0, close: () => server.close() };
  const server = net.createServer((near) => {
    const far = net.connect(socket);
    for (const each of [near, far]) each.on('error', () => each.destroy());
    far.on('data', (chunk) => {
      door.bytes += chunk.length;
    });
    near.pipe(far).pipe(near);
  });
  server.listen(door.path);
  await once(server, 'listening');
  return door;
}

/** Milliseconds of cpu that the process used in each of the next seconds, all its threads together. */
async function cpuASecond(pid: number): Promise<number> {
  const before = cpuMs(pid);
  await new Promise((resolve) => setTimeout(resolve, CHURN_MS));
  return (cpuMs(pid) - before) / (CHURN_MS / 1000);
}

function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
