/** What Perch does in containers, a test for each row of docs/containers.md. */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { openSession, type Session } from '../../client/session.ts';
import { newKeyPair } from '../../client/ssh/identity.ts';
import { type Container, type ContainerOptions, NODE, startContainer } from '../support/container.ts';
import type { Json } from '../support/perch.ts';
import { byLineage, nodesOf, untilTree } from '../support/tree.ts';
import type { RowName } from './rows.ts';

const row = (name: RowName, run: () => Promise<void>) => test(name, run);

const started: Container[] = [];
afterEach(async () => {
  for (const container of started.splice(0)) await container.stop();
});
async function start(options: ContainerOptions): Promise<Container> {
  const container = await startContainer(options);
  started.push(container);
  return container;
}

const GAME = 'app/games/7f3a';
const SHM = ['/dev/shm'] as const;
const FIRST = expect.stringContaining('It is process 1 of a container');
const NOT_KEPT = expect.stringContaining('Nothing is kept over a restart');
const WHY = ['--reason', 'a drill', '--yes'];

/** The main job: the tree, a state, a stack, and a kill that a supervisor mends. Gives what its surroundings keep it from. */
async function mainJob(asked: Session): Promise<unknown[]> {
  const nodes = await untilTree(asked, (all) => all.some(({ lineage }) => lineage === GAME) && all);
  const game = byLineage(nodes, GAME);
  const { value } = await asked.call('state', { node: game.id });
  expect(value).toMatchObject({ turn: 'x' });
  const { blocked } = await asked.call('stack', { node: byLineage(nodes, 'main').id });
  expect(blocked).toBe(false);
  await asked.call('arm', { reason: 'a drill', forMs: 60_000 });
  const { outcome, successor } = await kill(asked, 'main-job');
  expect([outcome, successor?.incarnation]).toEqual(['restarted', 2]);
  asked.close();
  return asked.hello.instance.limits ?? [];
}

async function kill(asked: Session, call: string) {
  const { id } = byLineage(await nodesOf(asked), GAME);
  const { epoch } = asked.hello.instance;
  return asked.call('act', { act: 'kill', call, node: id, epoch, reason: 'a drill', timeoutMs: 5000 });
}

/** Kills the service's own process. Gives the exit code of its container, of which nothing runs any more then. */
async function killed({ perch, ended }: Container): Promise<number> {
  const { json } = await perch('kill', 'process:contained', ...WHY, '--timeout', '2000');
  expect(json.phases.exitedMs).not.toBeNull();
  return ended;
}

async function session({ exec }: Container): Promise<Session> {
  const argv = exec(NODE, 'node_modules/@perch/agent/perch-stdio.cjs');
  const address = { kind: 'command', way: { argv, env: [] }, to: null } as const;
  return openSession({ address, hostKey: { kind: 'any' }, login: 'none' });
}

/** Its main loop spins from now on: by a signal that is sent through Perch. */
async function spin(container: Container): Promise<void> {
  await container.perch('signal', 'process:contained', 'SIGUSR2', ...WHY);
  const watching = await session(container);
  await untilTree(watching, (nodes) => byLineage(nodes, 'main').status === 'blocked');
  watching.close();
}

row('Process 1', async () => {
  const idle = await start({ writable: SHM });
  for (const [words, signal] of [
    [['stop', 'process:contained'], 'SIGTERM'],
    [['signal', 'process:contained', 'SIGHUP'], 'SIGHUP'],
  ] as const) {
    const [verb, ...rest] = words;
    const { json } = await idle.perch(verb, ...rest, ...WHY);
    expect(json.words).toContain(`it handles no ${signal}, and as process 1 of its container hears no other`);
  }
  expect(await mainJob(await session(idle))).toEqual([FIRST, NOT_KEPT]);
  expect(await killed(idle)).toBe(137);

  const stuck = await start({ writable: SHM, env: { IGNORES_SIGTERM: '1' } });
  const { json: ignored } = await stuck.perch('stop', 'process:contained', ...WHY, '--timeout', '2000');
  expect(ignored).toMatchObject({
    outcome: 'straggler',
    words: expect.stringMatching(/still runs after 2\S* s$/),
  });
  await spin(stuck);
  const { json: stack } = await stuck.perch('stack', 'main');
  expect(stack.frames.map((frame: Json) => frame.file).join()).toContain('contained');
  expect(await killed(stuck)).toBe(137);
  // Node's own line where a session of the inspector is open, as one is in a loop that does not turn.
  expect(stuck.output()).toBe('Waiting for the debugger to disconnect...\n');
});

test('Process 1 in a native call: the kill says what it waits for, and ends it once that returns', async () => {
  const native = await start({ writable: SHM });
  await native.perch('signal', 'process:contained', 'SIGWINCH', ...WHY);
  const { json } = await native.perch('kill', 'process:contained', ...WHY, '--timeout', '2000');
  expect(json).toMatchObject({ outcome: 'straggler', words: expect.stringContaining('in native code') });
  expect(await native.ended).toBe(137);
});

row('Read-only root', async () => {
  const container = await start({ writable: SHM });
  expect(await mainJob(await session(container))).toEqual([FIRST, NOT_KEPT]);
  const { json: audit } = await container.perch('audit');
  expect(audit).toMatchObject({ folder: null, why: expect.stringContaining('EROFS') });
  expect(audit.records.map(({ act }: Json) => act)).toContain('kill');
  expect(container.output()).toBe('');

  const volume = { writable: ['/dev/shm', '/home/app'], env: { XDG_STATE_HOME: '/home/app' } } as const;
  expect(await mainJob(await session(await start(volume)))).toEqual([FIRST]);
});

row('No folder to write to', async () => {
  const pair = newKeyPair('containers');
  const container = await start({
    env: {
      PERCH_LISTEN: '127.0.0.1:0',
      PERCH_AUTHORIZED_KEYS: `capabilities="observe,inspect,control" ${pair.publicLine}`,
    },
  });
  await expect.poll(container.output).toMatch(/listening on/);
  const [, address, hostKey] = /perch: listening on (\S+) (SHA256:[^\s;]+); host key for this run only/.exec(
    container.output(),
  )!;
  expect(container.output()).toMatch(/^perch: no local socket: \/tmp\/perch-0 cannot be made \(EROFS\)/m);
  const { json: missing } = await container.perch('tree');
  expect(missing.error.message).toMatch(
    /NO_SUCH_TARGET: No agent listens on a local socket here\. Looked as uid 0 in/,
  );

  const [, port] = /:(\d+)$/.exec(address!)!;
  const remote = await openSession({
    address: { kind: 'tcp', host: '127.0.0.1', port: Number(port) },
    hostKey: { kind: 'pinned', sha256: hostKey! },
    login: 'publickey',
    identity: pair.privateKey,
  });
  expect(await mainJob(remote)).toEqual([
    FIRST,
    NOT_KEPT,
    expect.stringContaining('No local socket, and its child processes cannot join'),
  ]);
});

row('No HOME, no runtime directory', async () => {
  const container = await start({ writable: ['/tmp'] });
  expect(await mainJob(await session(container))).toEqual([FIRST, NOT_KEPT]);
  const home = await start({ writable: ['/tmp', '/home/app'], env: { HOME: '/home/app' } });
  expect(await mainJob(await session(home))).toEqual([FIRST]);
});

row('A user id without a name (65534)', async () => {
  const container = await start({ uid: 65534, writable: SHM });
  expect(await mainJob(await session(container))).toEqual([FIRST, NOT_KEPT]);
  expect(await killed(container)).toBe(137);
});

row('256 MB of memory', async () => {
  const container = await start({ memoryMb: 256, writable: SHM, env: { BALLAST_MB: '100' } });
  const sessions = await Promise.all(Array.from({ length: 8 }, () => session(container)));
  await Promise.all(sessions.map((each) => untilTree(each, (nodes) => nodes.length > 4)));
  expect(await mainJob(await session(container))).toEqual([FIRST, NOT_KEPT]);
  for (const each of sessions) each.close();
  expect(container.outOfMemory()).toBe(0);
  expect(await killed(container)).toBe(137);
});

row('No shell (distroless)', async () => {
  const container = await start({ image: 'distroless', uid: 65534, writable: SHM });
  expect(await mainJob(await session(container))).toEqual([FIRST, NOT_KEPT]);
  const [program, ...args] = container.exec('/bin/sh', '-c', 'true');
  const failed = await new Promise<Error | null>((resolve) =>
    execFile(program!, args, (error) => resolve(error)),
  );
  expect(failed?.message).toContain('/bin/sh: No such file or directory');
  expect(await killed(container)).toBe(137);
});

row('--permission', async () => {
  const register = '/app/node_modules/@perch/agent/dist/register.cjs';
  const major = Number(process.versions.node.split('.')[0]);
  const flag = major < 22 ? '--experimental-permission' : '--permission';
  const some = [flag, '--allow-fs-read=*', '--allow-fs-write=*'];
  const program = ['contained.js'];
  const container = await start({
    node: [...some, '--allow-worker', '-r', register],
    program,
    writable: SHM,
  });
  const { json: tree } = await container.perch('tree');
  expect(tree.instance.limits).toEqual([
    expect.stringContaining('keeps the inspector closed'),
    FIRST,
    NOT_KEPT,
  ]);
  const { json: stack } = await container.perch('stack', 'main');
  expect(stack.error.code).toBe('NO_INSPECTOR');
  const { json: act } = await container.perch('kill', 'app/games/7f3a', ...WHY);
  expect(act.outcome).toBe('restarted');
  expect(await killed(container)).toBe(137);

  const stuck = await start({ node: [...some, '--allow-worker', '-r', register], program, writable: SHM });
  await spin(stuck);
  const { json: refused } = await stuck.perch('kill', 'process:contained', ...WHY, '--timeout', '2000');
  expect(refused).toMatchObject({ outcome: 'straggler' });
  expect(refused.words).toMatch(
    /no signal from within ends process 1 .* inspector closed .*event loop .* stands still\. From outside `docker kill`/,
  );

  const none = await start({ node: [...some, '-r', register], program, writable: SHM });
  expect(none.output()).toContain(
    "perch: no agent: Node's permission model allows no thread (--allow-worker)\n",
  );
});

row('16 processes deep', async () => {
  const container = await start({ program: ['contained.js', '15'], writable: SHM });
  const watching = await session(container);
  const deepest = await untilTree(watching, (nodes) =>
    nodes.find(({ lineage, status }) => lineage.endsWith('app/thinker') && status === 'running'),
  );
  const nodes = await nodesOf(watching);
  const byId = new Map(nodes.map((node) => [node.id, node]));
  let depth = 0;
  for (let at = byId.get(deepest.id); at; at = byId.get(at.parent ?? '')) if (at.kind === 'process') depth++;
  expect(depth).toBe(16);
  watching.close();
  const { json: state } = await container.perch('state', deepest.id);
  expect(state.value).toMatchObject({ kind: 'thread' });
  const { json: act } = await container.perch('kill', deepest.id, ...WHY);
  expect(act).toMatchObject({ outcome: 'restarted', successor: { incarnation: 2 } });
});

row('A clock that is set', async () => {
  const libraries = readdirSync('/usr/lib').map((each) => `/usr/lib/${each}/faketime/libfaketimeMT.so.1`);
  const library = libraries.find((each) => existsSync(each));
  const clock = '/tmp/clock';
  const container = await start({
    // What sets the clock keeps its own state in the second.
    writable: ['/tmp', '/dev/shm'],
    preload: {
      LD_PRELOAD: library!,
      FAKETIME_TIMESTAMP_FILE: clock,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DISABLE_SHM: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    },
  });
  const set = (offset: string) => writeFileSync(container.path(clock), offset);
  const asked = await session(container);
  const clockOf = async () => (await asked.call('ping', {})).at;
  await asked.call('arm', { reason: 'a drill', forMs: 60_000 });
  const dead = byLineage(await nodesOf(asked), GAME).id;
  await kill(asked, 'before');
  const isShown = async () => (await nodesOf(asked)).some(({ id }) => id === dead);
  expect(await isShown()).toBe(true);
  for (const [call, offset, hours] of [
    ['ahead', '+5h', 5],
    ['back', '-5h', -5],
  ] as const) {
    set(offset);
    await expect.poll(async () => Math.round(((await clockOf()) - Date.now()) / 3_600_000)).toBe(hours);
    if (hours > 0) await expect.poll(isShown, { timeout: 5000 }).toBe(false);
    // Armed before the clock was set, and still; the act is as quick as ever.
    const { outcome, phases } = await kill(asked, call);
    expect(outcome).toBe('restarted');
    expect(phases.readyMs).toBeGreaterThanOrEqual(phases.exitedMs!);
    expect(phases.readyMs).toBeLessThan(5000);
    expect(byLineage(await nodesOf(asked), 'main').status).toBe('running');
  }
  // Armed for half a second with the clock five hours back: it is over all the same.
  await asked.call('arm', { reason: 'a drill', forMs: 500 });
  set('-9h');
  let tries = 0;
  const late = () =>
    kill(asked, `late-${tries++}`).then(
      () => null,
      ({ code }) => code,
    );
  await expect.poll(late, { timeout: 5000 }).toBe('NOT_ARMED');
  const { events } = await asked.call('ledger', {});
  const moments = events.map(({ t }) => t);
  expect(Math.max(...moments) - Math.min(...moments)).toBeLessThan(60_000);
  expect(events.filter(({ kind }) => kind === 'blocked')).toEqual([]);
  asked.close();
});
