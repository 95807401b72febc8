import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** What otp/perch_bench.erl prints of a service with so many children, and of a look at it. */
export interface OtpFigures {
  startMs: number;
  bytesAChild: number;
  restartsPerSecond: number;
  restartMs: number;
  /** Until all of observer_backend's list of processes is there. */
  listMs: number;
  /** What one such list costs the service. */
  listCpuMs: number;
  /** Until appmon_info's tree is there; null where it was not asked for. */
  treeMs: number | null;
}

/** Null where Erlang, or the applications that Observer stands on, are not installed. */
export async function measureOtp(children: number, withTree: boolean): Promise<OtpFigures | null> {
  if (!hasErlang()) return null;
  const folder = mkdtempSync(path.join(os.tmpdir(), 'perch-bench-otp-'));
  const source = fileURLToPath(new URL('otp/perch_bench.erl', import.meta.url));
  execFileSync('erlc', ['-o', folder, source]);
  const name = `perch_bench_${process.pid}`;
  const cookie = ['-setcookie', name];
  const beam = (node: string, run: string): ChildProcess =>
    spawn(
      'erl',
      [
        '-noinput',
        '-sname',
        node,
        ...cookie,
        '-kernel',
        'logger_level',
        'none',
        '+P',
        '1000000',
        '-pa',
        folder,
      ].concat(['-eval', run]),
      {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { PATH: process.env.PATH, HOME: folder, ERL_CRASH_DUMP: '/dev/null' },
      },
    );
  const service = beam(name, `perch_bench:serve(["${children}"]).`);
  try {
    const served = await firstDocument(service);
    const host = os.hostname().split('.')[0];
    const look = await firstDocument(
      beam(`${name}_look`, `perch_bench:look(["${name}@${host}"], ${withTree}).`),
    );
    return { ...served, ...look, treeMs: withTree ? (look.treeMs ?? null) : null } as OtpFigures;
  } finally {
    service.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}

function firstDocument(child: ChildProcess): Promise<Partial<OtpFigures>> {
  return new Promise((resolve, reject) => {
    createInterface({ input: child.stdout! }).once('line', (line) => resolve(JSON.parse(line)));
    child.once('close', (code) => reject(new Error(`erl ended with ${code}`)));
  });
}

function hasErlang(): boolean {
  const look =
    'halt(case {code:which(appmon_info), os:find_executable("erlc")} of ' +
    '{A, E} when A =:= non_existing; E =:= false -> 1; _ -> 0 end).';
  try {
    execFileSync('erl', ['-noshell', '-eval', look], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
