import { readdir, readFile, readlink } from 'node:fs/promises';
import path from 'node:path';

/** What /proc tells of one process, read without touching it. */
export interface ProcessFacts {
  pid: number;
  /** Clock ticks after boot at its start: with the pid it names one process. */
  startTicks: number;
  /** R running, S sleeping, T stopped (proc(5)). */
  state: string;
  /** The user it runs as. */
  uid: number;
  /** The program's file; null where this user may not look. */
  program: string | null;
  /** Its words; a program may have written over them. */
  command: string[];
  /** The environment it was started with; null where this user may not look. */
  env: Readonly<Record<string, string>> | null;
  /** Bit N-1 is signal N: what the process has a handler for, and what it does not take just now. */
  signals: { caught: bigint; blocked: bigint };
  /** Which of its namespaces are not this process's: it runs in a container, or this process does. */
  elsewhere: string[];
}

/** A socket it must share with us for the inspector's port, its local socket, and its pid to be the same for both. */
const NAMESPACES = ['net', 'mnt', 'pid'] as const;

/** Null: there is no such process (a zombie is none). */
export async function readFacts(pid: number): Promise<ProcessFacts | null> {
  const at = (name: string) => `/proc/${pid}/${name}`;
  const [stat, status] = await Promise.all([text(at('stat')), text(at('status'))]);
  if (stat === null || status === null) return null;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const state = fields[0] ?? '';
  if (state === 'Z' || state === 'X') return null;
  const line = (name: string) => new RegExp(`^${name}:\\s*(\\S+)`, 'm').exec(status)?.[1];
  const [program, command, environment, elsewhere] = await Promise.all([
    programOf(pid),
    text(at('cmdline')),
    text(at('environ')),
    namespacesElsewhere(pid),
  ]);
  return {
    pid,
    startTicks: Number(fields[19]),
    state,
    uid: Number(line('Uid')),
    program,
    command: words(command ?? ''),
    env: environment === null ? null : variables(environment),
    signals: { caught: mask(line('SigCgt')), blocked: mask(line('SigBlk')) },
    elsewhere,
  };
}

/** It is still the same process. */
export async function isStill({
  pid,
  startTicks,
}: Pick<ProcessFacts, 'pid' | 'startTicks'>): Promise<boolean> {
  return (await readFacts(pid))?.startTicks === startTicks;
}

/** Every pid there is. */
export async function allPids(): Promise<number[]> {
  const names = await readdir('/proc').catch(() => []);
  return names.filter((name) => /^\d+$/.test(name)).map(Number);
}

/** Its program is Node itself, under one of the names that it is installed by. */
export function isNode({ program }: Pick<ProcessFacts, 'program'>): boolean {
  return program !== null && /^node(?:js)?(?:-?v?\d[\d.]*)?$/.test(path.basename(program));
}

/** The program's file; null where this user may not look. */
export async function programOf(pid: number): Promise<string | null> {
  const file = await readlink(`/proc/${pid}/exe`).catch(() => null);
  return file?.replace(/ \(deleted\)$/, '') ?? null;
}

export function catches({ signals }: ProcessFacts, signal: number): boolean {
  const bit = 1n << BigInt(signal - 1);
  return (signals.caught & bit) !== 0n && (signals.blocked & bit) === 0n;
}

async function namespacesElsewhere(pid: number): Promise<string[]> {
  const there = await Promise.all(
    NAMESPACES.map(async (name) => {
      const [theirs, ours] = await Promise.all(
        [pid, 'self'].map((each) => readlink(`/proc/${each}/ns/${name}`).catch(() => null)),
      );
      return theirs !== null && theirs !== ours ? name : null;
    }),
  );
  return there.filter((name) => name !== null);
}

function words(cmdline: string): string[] {
  const whole = cmdline.replace(/\0+$/, '');
  return whole === '' ? [] : whole.split('\0');
}

function variables(environment: string): Record<string, string> {
  const entries = environment.split('\0').flatMap((each): [string, string][] => {
    const at = each.indexOf('=');
    return at > 0 ? [[each.slice(0, at), each.slice(at + 1)]] : [];
  });
  return Object.fromEntries(entries);
}

function mask(hex: string | undefined): bigint {
  return hex ? BigInt(`0x${hex}`) : 0n;
}

function text(file: string): Promise<string | null> {
  return readFile(file, 'utf8').catch(() => null);
}
