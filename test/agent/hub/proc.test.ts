import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  cpuPercentBetween,
  describeNative,
  identityOf,
  type ProcessSample,
  readProcess,
  scanDescendants,
} from '../../../agent/hub/proc.ts';
import { machineUnits } from '../../../agent/hub/proc-machine.ts';
import { parseStat } from '../../../agent/hub/proc-stat.ts';

/** A line as the kernel writes it, with the fields that are read. */
function statLine(
  pid: number,
  name: string,
  fields: { state?: string; ppid?: number; start?: number; cpu?: number } = {},
): string {
  const { state = 'S', ppid = 1, start = 100, cpu = 0 } = fields;
  return `${pid} (${name}) ${state} ${ppid} 1 1 0 -1 4194560 1 2 3 4 ${cpu} 5 6 7 20 0 1 0 ${start} 1000 256 18446744073709551615\n`;
}

let proc: string;
beforeEach(() => {
  proc = mkdtempSync(path.join(tmpdir(), 'perch-proc-'));
});
afterEach(() => rmSync(proc, { recursive: true }));

function put(pid: number, stat: string, cmdline = ''): void {
  mkdirSync(path.join(proc, String(pid)), { recursive: true });
  writeFileSync(path.join(proc, String(pid), 'stat'), stat);
  writeFileSync(path.join(proc, String(pid), 'cmdline'), cmdline);
}

describe('a line of stat', () => {
  it.each(['node', 'a b', ') S 1 (', 'tmux: server', '(sd-pam)'])('with the name %s', (name) => {
    const stat = parseStat(statLine(7, name, { state: 'Z', ppid: 3, start: 42, cpu: 10 }));
    expect(stat).toEqual({
      ...{ pid: 7, name, state: 'Z', ppid: 3, group: expect.any(Number) },
      ...{ cpuTicks: 15, startTicks: 42, rssPages: 256 },
    });
  });

  it.each(['', 'nonsense', '7 (node', '7 (node) S', ')('])('is none: %j', (text) => {
    expect(parseStat(text)).toBe(null);
  });
});

describe('a scan', () => {
  it('finds what is below a process, parents first, and nothing else', () => {
    put(10, statLine(10, 'node'));
    put(30, statLine(30, 'child', { ppid: 10 }), 'node\0child.js\0--token=x\0');
    put(20, statLine(20, 'grandchild', { ppid: 30 }));
    put(40, statLine(40, 'stranger', { ppid: 1 }));
    writeFileSync(path.join(proc, 'uptime'), '1 1');
    const { available, processes } = scanDescendants(10, [], proc);
    expect(available).toBe(true);
    expect(processes.map(({ pid, command }) => [pid, command])).toEqual([
      [30, 'node child.js --token=[redacted]'],
      [20, '[grandchild]'],
    ]);
  });

  it('keeps a known one that another process adopted, and its children; not a new one with its pid', () => {
    put(10, statLine(10, 'node'));
    put(20, statLine(20, 'orphan', { ppid: 1, start: 7 }));
    put(30, statLine(30, 'its child', { ppid: 20 }));
    put(40, statLine(40, 'reused', { ppid: 1, start: 9 }));
    const known = [
      { pid: 20, startTicks: 7 },
      { pid: 40, startTicks: 8 },
      { pid: 50, startTicks: 1 },
      { pid: 10, startTicks: 100 },
    ];
    expect(scanDescendants(10, known, proc).processes.map(({ pid }) => pid)).toEqual([20, 30]);
  });

  it('tells zombies', () => {
    put(10, statLine(10, 'node'));
    put(20, statLine(20, 'done', { ppid: 10, state: 'Z' }));
    expect(scanDescendants(10, [], proc).processes).toMatchObject([
      { pid: 20, isZombie: true, command: '[done]' },
    ]);
  });

  it('says that it cannot look where /proc is absent or hides even the process itself', () => {
    expect(scanDescendants(10, [], path.join(proc, 'absent'))).toEqual({ available: false, processes: [] });
    put(1, statLine(1, 'init'));
    expect(scanDescendants(10, [], proc).available).toBe(false);
  });

  it('takes a command line that the program wrote over as one text', () => {
    put(10, statLine(10, 'nginx'), 'nginx: worker process\0\0\0\0');
    expect(readProcess(10, proc)?.command).toBe("'nginx: worker process'");
  });

  it('survives a file that ends half way', () => {
    put(10, statLine(10, 'node'));
    put(20, '20 (half');
    expect(scanDescendants(10, [], proc)).toEqual({ available: true, processes: [] });
  });
});

describe('this machine', () => {
  it('names page size and clock ticks', () => {
    const { pageBytes, ticksPerS } = machineUnits();
    const { rss } = process.memoryUsage();
    expect(readProcess(process.pid)!.rssBytes / rss).toBeGreaterThan(0.5);
    expect(readProcess(process.pid)!.rssBytes / rss).toBeLessThan(2);
    expect(pageBytes % 4096).toBe(0);
    expect(ticksPerS).toBeGreaterThanOrEqual(100);
    expect(machineUnits(proc)).toEqual({ ticksPerS: 100, pageBytes: 4096 });
  });

  it('sees a child come, work and go', async () => {
    const child = spawn(process.execPath, [
      '-e',
      "process.stdin.resume(); for (const end = Date.now() + 300; Date.now() < end;); console.log('done')",
      '--',
      '--password',
      'hunter2',
    ]);
    const find = (): ProcessSample | undefined =>
      scanDescendants(process.pid).processes.find(({ pid }) => pid === child.pid);
    const before = find()!;
    const begin = performance.now();
    await once(child.stdout, 'data');
    const after = find()!;
    expect(before).toMatchObject({ pid: child.pid, ppid: process.pid, isZombie: false });
    expect(after.startTicks).toBe(before.startTicks);
    expect(Math.abs(after.startedAt - Date.now())).toBeLessThan(60_000);
    expect(after.command).toContain('--password [redacted]');
    expect(after.rssBytes).toBeGreaterThan(10 << 20);
    expect(cpuPercentBetween(before, after, performance.now() - begin)).toBeGreaterThan(5);
    expect(identityOf(child.pid!)).toEqual({
      startTicks: before.startTicks,
      isZombie: false,
      group: expect.any(Number),
    });
    await ended(child);
    expect(find()).toBe(undefined);
    expect(identityOf(child.pid!)).toBe(null);
  });
});

function ended(child: ChildProcess): Promise<unknown> {
  const end = once(child, 'exit');
  child.stdin!.end();
  return end;
}

describe('what a thread waits for', () => {
  const task = () => path.join(proc, 'task', '10');
  const put = (syscall: string, wchan = '0') => {
    mkdirSync(task(), { recursive: true });
    writeFileSync(path.join(task(), 'syscall'), syscall);
    writeFileSync(path.join(task(), 'wchan'), wchan);
  };
  const read = process.arch === 'arm64' ? 63 : 0;
  const futex = process.arch === 'arm64' ? 98 : 202;

  it('a pipe', () => {
    put(`${read} 0x16 0x7ffe 0x10 0x0 0x0 0x0 0x7ffe 0x7f00\n`, 'anon_pipe_read');
    mkdirSync(path.join(proc, 'fd'));
    symlinkSync('pipe:[1234]', path.join(proc, 'fd', '22'));
    expect(describeNative(10, proc)).toBe('read fd 22 → pipe:[1234] (anon_pipe_read)');
    rmSync(path.join(proc, 'fd'), { recursive: true });
    expect(describeNative(10, proc)).toBe('read fd 22 (anon_pipe_read)');
  });

  it('a lock, an unknown call, nothing, a debugger', () => {
    put(`${futex} 0x7f 0x80\n`, 'futex_wait_queue');
    expect(describeNative(10, proc)).toBe('futex (futex_wait_queue)');
    put('9999 0x0\n');
    expect(describeNative(10, proc)).toBe('system call 9999');
    put('running\n');
    expect(describeNative(10, proc)).toBe('running native code');
    put('-1 0x7ffe 0x7f00\n');
    writeFileSync(path.join(task(), 'stat'), statLine(10, 'node', { state: 't' }));
    expect(describeNative(10, proc)).toBe('stopped by a signal or a debugger');
    writeFileSync(path.join(task(), 'stat'), statLine(10, 'node', { state: 'S' }));
    expect(describeNative(10, proc)).toBe(null);
  });

  it('is not known where /proc hides it', () => {
    expect(describeNative(10, proc)).toBe(null);
    expect(describeNative(2 ** 22 + 1)).toBe(null);
  });

  it('knows of this very thread', () => {
    expect(describeNative(process.pid)).toMatch(/^(read|running|system call)/);
  });
});
