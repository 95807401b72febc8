import { execFileSync, fork } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import { supervisor } from '../../../agent/supervisor/supervisor.ts';
import { isRunning, zombiesOf } from '../../support/processes.ts';
import { until } from '../../support/until.ts';
import { fixture } from './hosts.ts';
import { watchEachTest } from './watch.ts';

// Real processes, on machines that may be busy with others.
vi.setConfig({ testTimeout: 30_000 });

const watch = watchEachTest();

const child = (name: string, more: object = {}) => ({
  id: 'w',
  host: 'process' as const,
  module: fixture(name),
  ...more,
});

test('it runs in a process of its own, is told who it is, and answers', async () => {
  const app = supervisor('app', { children: [child('supervised-echo', { args: new Set([1]) })] });
  const heard: unknown[] = [];
  app.child('w')!.on('message', (message) => heard.push(message));
  await app.start();
  const answer = await app.child('w')!.ask<{ pid: number }>({ move: 4n });
  expect(answer).toMatchObject({ asked: { move: 4n }, lineage: 'app/w', incarnation: 1, args: new Set([1]) });
  expect(answer.pid).not.toBe(process.pid);
  expect(watch.node('app/w')).toMatchObject({ host: 'process', runsIn: { pid: answer.pid } });
  await app.stop();
  expect(heard).toEqual(['hello from #1', 'goodbye from #1']);
  expect(await watch.fact('exited', 'app/w')).toMatchObject({ reason: 'shutdown', code: 0 });
  expect(isRunning(answer.pid)).toBe(false);
});

test('a kill is SIGKILL, also in a busy loop, and the next incarnation is another process', async () => {
  const app = supervisor('app', { children: [child('supervised-spins')] });
  await app.start();
  const spinning = new Promise((resolve) => app.child('w')!.on('message', resolve));
  app.child('w')!.post('spin');
  await spinning;
  const old = watch.node('app/w').runsIn as { pid: number };
  watch.act('app/w', 'kill', 'call-1');
  await watch.fact('ready', 'app/w', 2);
  expect(await watch.fact('exited', 'app/w')).toMatchObject({
    reason: 'killed',
    signal: 'SIGKILL',
    call: 'call-1',
  });
  expect(isRunning(old.pid)).toBe(false);
  expect(watch.node('app/w').runsIn).not.toEqual(old);
  await app.stop();
});

test('a kill ends what it started too, but not what put itself into a session of its own', async () => {
  const app = supervisor('app', { children: [child('supervised-parent')] });
  const posted = new Promise((resolve) => app.child('w')!.on('message', resolve));
  await app.start();
  const { below, apart } = (await posted) as { below: number; apart: number };
  watch.act('app/w', 'kill', 'call-1');
  await watch.fact('exited', 'app/w');
  await until(() => isRunning(below)).toBe(false);
  expect([isRunning(apart), zombiesOf(process.pid)]).toEqual([true, []]);
  process.kill(apart, 'SIGKILL');
  await app.stop();
});

test('one that ignores its signal hears SIGTERM at half of its time, and SIGKILL at the end of it', async () => {
  const app = supervisor('app', {
    children: [child('supervised-deaf', { ready: 'explicit', shutdown: { afterMs: 600 } })],
  });
  const heard: [unknown, number][] = [];
  await app.start();
  const startedAt = performance.now();
  app.child('w')!.on('message', (message) => heard.push([message, performance.now() - startedAt]));
  await app.stop();
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(599);
  expect(heard).toEqual([['heard SIGTERM', expect.any(Number)]]);
  expect(heard[0]![1]).toBeGreaterThanOrEqual(299);
  expect(await watch.fact('exited', 'app/w')).toMatchObject({ reason: 'killed', signal: 'SIGKILL' });
});

test('Ctrl-C, which a terminal sends to it too, is left to its supervisor', async () => {
  const app = supervisor('app', { children: [child('supervised-echo')] });
  await app.start();
  process.kill((watch.node('app/w').runsIn as { pid: number }).pid, 'SIGINT');
  expect(await app.child('w')!.ask('still there?')).toMatchObject({ incarnation: 1 });
  await app.stop();
  expect(watch.tale()).toContain('exited app/w#1 shutdown');
});

test('args that cannot be cloned are a failed start', async () => {
  const app = supervisor('app', { children: [child('supervised-echo', { args: () => {} })] });
  await expect(app.start()).rejects.toMatchObject({
    code: 'start_failed',
    message: expect.stringContaining('could not be cloned'),
  });
  await app.stop();
  expect(watch.lineages()).toEqual([]);
});

/** A program of test/fixtures as a process; what it writes to stderr is shown when it fails. */
function startProgram(file: string) {
  const program = fork(file, {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    env: { ...process.env, PERCH: 'off' },
  });
  let stdout = '';
  program.stdout!.on('data', (chunk) => {
    stdout += chunk;
  });
  const exited = new Promise<{ code: number | null; signal: string | null; stdout: string }>((resolve) => {
    program.on('close', (code, signal) => resolve({ code, signal, stdout }));
  });
  return { program, exited };
}

test('it ends when its parent dies', async () => {
  const { program, exited } = startProgram(fixture('supervised-orphan'));
  const { pid } = await new Promise<{ pid: number }>((resolve) => program.once('message', resolve as never));
  expect(isRunning(pid)).toBe(true);
  program.kill('SIGKILL');
  // The pipe of stdout, which the worker inherited, closes when the last of both has ended.
  expect((await exited).signal).toBe('SIGKILL');
  expect(isRunning(pid)).toBe(false);
});

test('once the tree has stopped nothing keeps the program alive', async () => {
  const { exited } = startProgram(fixture('supervised-leaves'));
  expect(await exited).toEqual({ code: 0, signal: null, stdout: 'stopped\n' });
});

test('a service that was bundled into one file has its workers too', async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'perch-bundle-'));
  try {
    const root = path.resolve(import.meta.dirname, '../../..');
    const bundle = path.join(folder, 'service.mjs');
    const entry = fixture('supervised-leaves');
    execFileSync(path.join(root, 'node_modules/.bin/esbuild'), [
      ...[entry, '--bundle', '--platform=node', '--format=esm', `--outfile=${bundle}`, '--log-level=error'],
    ]);
    writeFileSync(
      path.join(folder, 'supervised-echo.js'),
      `export * from ${JSON.stringify(fixture('supervised-echo'))}`,
    );
    writeFileSync(path.join(folder, 'package.json'), '{"type":"module"}');
    const { exited } = startProgram(bundle);
    expect(await exited).toEqual({ code: 0, signal: null, stdout: 'stopped\n' });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
