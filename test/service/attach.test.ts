/** The agent goes into a service that runs without one, also while its loop stands still; `npm test` runs it on every Node. */
import { once } from 'node:events';
import { get } from 'node:http';
import net from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { inspectorOptions } from '../support/node-options.ts';
import { perch, perchJson } from '../support/perch.ts';
import { childrenOf, cpuTicks } from '../support/processes.ts';
import { type Service, startService } from '../support/service.ts';
import { nodesOf, untilTree } from '../support/tree.ts';
import { until } from '../support/until.ts';

let service: Service;
let inspectorPort: number;
let httpPort: number;
let env: NodeJS.ProcessEnv;
afterEach(() => service.stop());

async function start(fixture: string, preload: string[] = []): Promise<void> {
  const { options, port } = await inspectorOptions();
  inspectorPort = port;
  service = await startService(fixture, { preload: [...preload, ...options] });
  env = { HOME: service.runtimeDir, XDG_RUNTIME_DIR: service.runtimeDir };
}

async function startLoops(): Promise<void> {
  await start('loops.js');
  ({ port: httpPort } = await service.message<{ port: number }>(
    (message) => (message as { ready?: boolean }).ready === true,
  ));
}

const counting = fileURLToPath(new URL('../../dist/test/fixtures/counts.cjs', import.meta.url));

/** What lives in main, in its thread and in its child process. */
async function counted(): Promise<unknown> {
  const answer = once(service.process, 'message');
  service.send('count');
  return (await answer)[0];
}

const attach = (...words: string[]) => perchJson(env, 'attach', String(service.pid), ...words);

const request = (where: string) =>
  new Promise<string>((resolve, reject) => {
    get({ port: httpPort, path: where, agent: false }, (response) => {
      let body = '';
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.on('end', () => resolve(body));
    }).on('error', reject);
  });

/** Has it spin in a request that nobody answers, and waits until it does. */
async function spin(): Promise<void> {
  const before = cpuTicks(service.pid);
  request('/spin').catch(() => {});
  await until(() => cpuTicks(service.pid)).toBeGreaterThan(before + 20);
}

/** The code of what a connection to that port of this computer comes to. */
const knock = (port: number) =>
  new Promise<string>((resolve) => {
    const socket = net.connect({ port, host: '127.0.0.1' }, () => {
      socket.destroy();
      resolve('open');
    });
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'failed'));
  });

/** Node's own lines about its inspector; what else is there is ours, or the service's. */
const notNodes = (text: string) =>
  text
    .split('\n')
    .filter(
      (line) =>
        line !== '' &&
        !/^(?:Debugger (?:listening|ending) on ws:|Debugger attached\.$|For help, see: https:)/.test(line),
    );

test('a loop that turns: the tree is there, with the threads that ran before; nothing of ours is in the output', async () => {
  await startLoops();
  const { exit, json } = await attach('--yes');
  expect(json).toMatchObject({ pid: service.pid, wasStuck: false });
  expect(exit).toBe(0);
  expect(await knock(inspectorPort)).toBe('ECONNREFUSED');
  const session = await service.session();
  expect(session.hello.instance).toMatchObject({ pid: service.pid, attachedAt: expect.any(Number) });
  expect(session.hello.capabilities).toEqual(['observe', 'inspect', 'control']);
  const nodes = await untilTree(session, (all) =>
    ['http:', 'thread:'].every((kind) => all.some(({ lineage }) => lineage.startsWith(kind)))
      ? all
      : undefined,
  );
  expect(nodes.map(({ lineage, status }) => `${lineage} ${status}`)).toEqual([
    expect.stringMatching(/^process:\S+ running$/),
    'main running',
    expect.stringMatching(/^http:127\.0\.0\.1:\d+ running$/),
    'thread:worker running',
  ]);
  expect(await request('/')).toBe(String(service.pid));
  expect(service.stdout()).toBe('');
  expect(notNodes(service.stderr())).toEqual([]);
  expect(service.stderr()).toContain('Debugger listening on');
});

test('a loop that spins for ever in a request: attach, stack, break, and the same process answers the next one', async () => {
  await startLoops();
  await spin();
  const { exit, json } = await attach('--yes');
  expect(exit).toBe(0);
  expect(json).toMatchObject({ wasStuck: true });
  expect(await knock(inspectorPort)).toBe('ECONNREFUSED');
  const name = String(service.pid);
  const session = await service.session();
  await untilTree(session, (all) =>
    all.find(({ lineage, status }) => lineage === 'main' && status === 'blocked'),
  );
  const { json: stack } = await perchJson(env, 'stack', name, 'main');
  expect(stack.frames[0]).toMatchObject({ function: 'spin' });
  const { json: broken } = await perchJson(env, 'break', name, 'main', '--reason', 'it spins', '--yes');
  expect(broken).toMatchObject({ outcome: 'done' });
  expect(await request('/')).toBe(name);
  expect(notNodes(service.stderr())).toEqual([]);
  const after = await nodesOf(session);
  expect(after.find(({ lineage }) => lineage === 'main')).toMatchObject({
    pid: service.pid,
    status: 'running',
  });
});

test('without a pid it lists what has no agent; --dry-run says what would be done, and does nothing', async () => {
  await startLoops();
  const listed = async () =>
    (await perchJson(env, 'attach')).json.processes.filter(({ pid }: { pid: number }) => pid === service.pid);
  expect(await listed()).toEqual([
    {
      pid: service.pid,
      user: expect.any(String),
      name: 'loops',
      command: expect.stringContaining('loops.js'),
    },
  ]);
  const { exit, json } = await attach('--dry-run');
  expect(exit).toBe(0);
  expect(json).toMatchObject({
    pid: service.pid,
    inspector: { host: '127.0.0.1', port: inspectorPort },
    cautions: [],
  });
  expect(json.steps).toHaveLength(4);
  expect(await knock(inspectorPort)).toBe('ECONNREFUSED');
  expect(service.localSockets()).toEqual([]);
  expect(service.stderr()).toBe('');
  // Without a terminal nobody can be asked.
  expect((await attach()).json.error).toMatchObject({ code: 'CONFIRM_NEEDED' });

  await attach('--yes');
  expect(await listed()).toEqual([]);
  const again = await attach('--yes');
  expect(again.json.error).toMatchObject({ code: 'ALREADY_OBSERVED' });
  expect(again.exit).toBe(4);
  const shown = await perch(env, 'fleet');
  expect(shown.stdout).toContain(String(service.pid));
});

test('in a native call it cannot be had: that is said, and the inspector that opens afterwards is taken and closed', async () => {
  await startLoops();
  service.send('native');
  await until(() => childrenOf(service.pid)).toHaveLength(1);
  const late = await attach('--yes', '--timeout', '1000');
  expect(late.exit).toBe(1);
  expect(late.json.error).toMatchObject({
    code: 'ATTACH_FAILED',
    message: expect.stringContaining('native call'),
  });
  process.kill(childrenOf(service.pid)[0]!, 'SIGKILL');
  await until(() => knock(inspectorPort)).toBe('open');
  const { exit, json } = await attach('--yes');
  expect(json).toMatchObject({ pid: service.pid, wasStuck: false });
  expect(exit).toBe(0);
  expect(await knock(inspectorPort)).toBe('ECONNREFUSED');
  expect(service.stderr().match(/Debugger listening/g)).toHaveLength(1);
});

test('detached nothing of it is left; it can be attached again', async () => {
  await start('counted.js', ['-r', counting]);
  const without = await counted();
  for (let round = 0; round < 2; round++) {
    expect((await attach('--yes')).exit).toBe(0);
    await until(counted).not.toEqual(without);
    const { exit, json } = await perchJson(env, 'detach', String(service.pid), '--reason', 'a test', '--yes');
    expect(json).toEqual({ pid: service.pid, service: expect.any(String), wasAttached: true });
    expect(exit).toBe(0);
    await until(counted).toEqual(without);
    expect(service.localSockets()).toEqual([]);
  }
  expect(notNodes(service.stderr())).toEqual([]);
});

test('a child of an observed service that has no agent joins that', async () => {
  const { options, port } = await inspectorOptions();
  service = await startService('forks-bare.js', { env: { BARE: options.join(' ') } });
  env = { HOME: service.runtimeDir, XDG_RUNTIME_DIR: service.runtimeDir };
  const session = await service.session();
  const { child } = await service.message<{ child: number }>(
    (message) => (message as { child?: number }).child !== undefined,
  );
  await untilTree(session, (all) => all.some(({ pid, observed }) => pid === child && !observed));
  const { exit, json } = await perchJson(env, 'attach', String(child), '--yes');
  expect(json).toMatchObject({ pid: child, address: `unix:${await service.socket()}` });
  expect(exit).toBe(0);
  await untilTree(session, (all) => all.some(({ id, observed }) => id === `${child}.0` && observed));
  expect(await knock(port)).toBe('ECONNREFUSED');
  expect((await perchJson(env, 'attach', String(child), '--yes')).json.error).toMatchObject({
    code: 'ALREADY_OBSERVED',
  });
});
