/**
 * A kill of the service's own process, where somebody outside starts it again, or nobody does: the client follows it to
 * the next life of the same instance, and that life completes the act in its own ledger and audit.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { type Json, perchJson } from '../support/perch.ts';
import { endFamily } from '../support/service.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const register = path.join(root, 'agent/dist/register.cjs');
const program = path.join(root, 'dist/test/fixtures/ends-somehow.js');
const restarter = path.join(root, 'dist/test/fixtures/restarts-child.js');
const node = `${process.execPath} -r ${register} ${program}`;
let folder: string;
let outside: ChildProcess;
afterEach(async () => {
  const hasEnded = new Promise((resolve) => outside.once('exit', resolve));
  const isRunning = outside.exitCode === null && outside.signalCode === null;
  // Whoever restarts first, so that nothing is started any more; then what is left of it.
  outside.kill('SIGKILL');
  if (isRunning) await hasEnded;
  endFamily(folder);
  endFamily(folder);
  rmSync(folder, { recursive: true, force: true });
});

/** Starts the service under somebody; resolves once its agent answers by name. */
async function start(command: readonly string[]): Promise<NodeJS.ProcessEnv> {
  folder = mkdtempSync(path.join(os.tmpdir(), 'perch-test-'));
  const env = { PATH: process.env.PATH, HOME: folder, XDG_RUNTIME_DIR: folder };
  outside = spawn(command[0]!, command.slice(1), {
    env: { ...env, PERCH_INSTANCE: 'kept-1', PERCH_SERVICE: 'kept' },
    stdio: 'ignore',
  });
  const sockets = () => {
    try {
      return readdirSync(path.join(folder, 'perch')).filter((name) => name.endsWith('.sock'));
    } catch {
      return [];
    }
  };
  await expect.poll(() => sockets().length, { timeout: 10_000 }).toBe(1);
  return env;
}

const processOf = async (env: NodeJS.ProcessEnv) => {
  const { instance, nodes } = (await perchJson(env, 'tree', 'kept-1')).json;
  return { epoch: instance.epoch, id: nodes.find((each: Json) => each.kind === 'process').id as string };
};

const act = (env: NodeJS.ProcessEnv, verb: string, id: string, ...words: string[]) =>
  perchJson(env, verb, 'kept-1', id, '--reason', 'a drill', '--yes', ...words);

test('a series of kills goes on over the lives of the service, each measured until its loop turns again', async () => {
  const env = await start(['sh', '-c', `while :; do ${node}; done`]);
  const { exit, json } = await act(
    env,
    'kill',
    'process:kept',
    ...['--times', '3', '--every', '50', '--probe', 'main status=running'],
  );
  expect({ exit, json }).toMatchObject({
    exit: 0,
    json: { endedEarly: null, distribution: { n: 3, notRecovered: 0 } },
  });
  expect(new Set(json.acts.map(({ target }: Json) => target.id)).size).toBe(3);
  for (const { phases, probes, clock } of json.acts) {
    expect(clock).toBe('client');
    expect(phases.recoveredMs).toBeGreaterThanOrEqual(phases.readyMs);
    expect(probes[0]).toMatchObject({ lastFailure: 'not connected' });
  }
});

test.each([
  ['a shell loop', ['sh', '-c', `while :; do ${node}; done`]],
  [
    'a session of its own that waits before each start, as systemd does',
    ['setsid', '--wait', 'sh', '-c', `while :; do ${node}; sleep 0.2; done`],
  ],
  [
    'the one who starts containers, where it is pid 1 and no signal from within ends it',
    [
      'sh',
      '-c',
      `while :; do unshare --user --map-root-user --pid --fork --mount-proc --kill-child ${node}; done`,
    ],
  ],
  ['a Node program', [process.execPath, restarter, 'spawn', register, program]],
  ['a cluster, as under PM2', [process.execPath, restarter, 'cluster', register, program]],
])('under %s a killed service is restarted, and both sides say so', async (_, command) => {
  const env = await start(command);
  const before = await processOf(env);
  const { exit, json } = await act(env, 'kill', before.id, '--timeout', '15000');
  expect({ exit, json }).toMatchObject({ exit: 0, json: { outcome: 'restarted', clock: 'client' } });
  const { exitedMs, startedMs, readyMs } = json.phases;
  expect(exitedMs).toBeLessThanOrEqual(startedMs);
  expect(startedMs).toBeLessThanOrEqual(readyMs);

  const after = await processOf(env);
  expect(after.epoch).not.toBe(before.epoch);
  expect(json.successor.id).toBe(after.id);
  let ended: Json;
  let previous: Json;
  await expect
    .poll(
      async () => {
        const { events } = (await perchJson(env, 'ledger', 'kept-1')).json;
        previous = events.find((event: Json) => event.kind === 'previous-epoch');
        ended = events.find((event: Json) => event.kind === 'act-ended');
        return ended !== undefined;
      },
      { timeout: 10_000 },
    )
    .toBe(true);
  expect(previous.previous).toMatchObject({
    epoch: before.epoch,
    words: expect.stringMatching(/^died \d\d:\d\d:\d\d UTC, SIGKILL by \S+ through Perch$/),
    act: { call: json.call, reason: 'a drill' },
  });
  expect(ended).toMatchObject({ act: 'kill', call: json.call, outcome: 'restarted', node: { id: after.id } });
  const [, hubMs, mainMs] = /agent (\d+) ms after SIGKILL, its main loop turned after (\d+) ms$/.exec(
    ended.words,
  )!;
  expect(Number(hubMs)).toBeLessThanOrEqual(Number(mainMs));
  expect(Number(mainMs)).toBeLessThan(15_000);

  const { records } = (await perchJson(env, 'audit', 'kept-1')).json;
  const mine = records.filter((record: Json) => record.call === json.call);
  expect(mine.map((record: Json) => record.outcome)).toEqual(['asked', 'restarted']);
  // The receipt of the first life stands in the log of the second.
  const verified = await perchJson(env, 'audit', 'verify', 'kept-1');
  expect(verified).toMatchObject({ exit: 0, json: { findings: [], headsFound: verified.json.heads } });
  expect(verified.json.heads).toBeGreaterThan(1);
});

test('a stop asks it to end; what starts it again completes that too', async () => {
  const env = await start(['sh', '-c', `while :; do ${node}; done`]);
  const before = await processOf(env);
  const { json } = await act(env, 'stop', before.id, '--timeout', '15000');
  expect(json).toMatchObject({ outcome: 'restarted', clock: 'client' });
  await expect
    .poll(async () => (await perchJson(env, 'black-box', 'kept-1')).json.previous?.words, { timeout: 10_000 })
    .toMatch(/SIGTERM by \S+ through Perch/);
});

test('where nobody starts it again it is not recovered, exit 6, and its box tells of the end', async () => {
  const env = await start(['sh', '-c', node]);
  const before = await processOf(env);
  const { exit, json } = await act(env, 'kill', before.id, '--timeout', '1500');
  expect(exit).toBe(6);
  expect(json).toMatchObject({ outcome: 'not-recovered', successor: null, clock: 'client' });
  expect(json.phases.exitedMs).not.toBeNull();
  const left = await perchJson(env, 'black-box', 'kept-1');
  expect(left).toMatchObject({
    exit: 0,
    json: {
      previous: { epoch: before.epoch, words: expect.stringMatching(/SIGKILL by \S+ through Perch/) },
    },
  });
});
