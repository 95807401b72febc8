/** What cannot be attached to is refused with its reason before anything is done to it; each on a real process. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { inspectorOptions } from '../support/node-options.ts';
import { type Json, perchJson } from '../support/perch.ts';
import { type Service, startService } from '../support/service.ts';
import { temporaryFolder } from '../support/temporary.ts';

const refusing = fileURLToPath(new URL('../../dist/test/fixtures/attach-refused.cjs', import.meta.url));
const bin = fileURLToPath(new URL('../../cli/bin.js', import.meta.url));
const major = Number(
  (process.env.PERCH_TEST_NODE ? /\/(\d+)\.[^/]*\/bin/.exec(process.env.PERCH_TEST_NODE)?.[1] : null) ??
    process.versions.node.split('.')[0],
);

let service: Service;
let port: number;
let env: NodeJS.ProcessEnv;
afterEach(() => service.stop());

async function start(preload: string[] = [], how: NodeJS.ProcessEnv = {}): Promise<void> {
  const inspector = await inspectorOptions();
  ({ port } = inspector);
  service = await startService('blocks-loop.js', {
    preload: [
      ...inspector.options,
      '-r',
      refusing,
      ...preload.map((word) => word.replace('PORT', String(port))),
    ],
    env: how,
  });
  env = { HOME: service.runtimeDir, XDG_RUNTIME_DIR: service.runtimeDir };
}

const attach = (pid: number | string, ...words: string[]) =>
  perchJson(env, 'attach', String(pid), '--yes', ...words);

/** Refused with `code`, and the service is as it was. */
async function expectRefused(code: string): Promise<Json> {
  const { exit, json } = await attach(service.pid);
  expect(json.error).toMatchObject({ code, facts: { pid: service.pid } });
  expect(exit).toBe(4);
  expect(service.process.exitCode).toBeNull();
  expect(service.localSockets()).toEqual([]);
  return json.error;
}

test('its own handler of SIGUSR1: it is not run', async () => {
  await start([], { REFUSES: 'handles' });
  await expectRefused('SIGNAL_HANDLED');
  process.kill(service.pid, 'SIGUSR1');
  expect(await service.message((message) => message === 'handled')).toBe('handled');
  expect(service.stderr()).toBe('');
});

test('no handler any more: the signal would end it', async () => {
  await start([], { REFUSES: 'gone' });
  await expectRefused('INSPECTOR_OFF');
});

test('the permission model', async () => {
  const flag = major < 22 ? '--experimental-permission' : '--permission';
  await start([flag, '--allow-fs-read=*', '--allow-worker', ...(major < 26 ? [] : ['--allow-net'])]);
  await expectRefused('PERMISSION_MODEL');
});

test('--disable-sigusr1, in the versions that have it', async () => {
  await start(major < 22 ? [] : ['--disable-sigusr1'], { REFUSES: major < 22 ? 'gone' : '' });
  await expectRefused('INSPECTOR_OFF');
});

test('an inspector that is open: whoever uses it goes on', async () => {
  await start(['--inspect=PORT']);
  await expectRefused('INSPECTOR_OPEN');
  const answer = await fetch(`http://127.0.0.1:${port}/json/version`);
  expect(await answer.json()).toMatchObject({ Browser: expect.stringContaining('node.js') });
});

test('one that was opened by the signal before, by somebody else', async () => {
  await start();
  process.kill(service.pid, 'SIGUSR1');
  await expect.poll(service.stderr, { timeout: 8000 }).toContain('listening');
  await expectRefused('INSPECTOR_OPEN');
});

test('its port with somebody else', async () => {
  await start();
  const other = net.createServer().listen(port, '127.0.0.1');
  await once(other, 'listening');
  await expectRefused('INSPECTOR_PORT_TAKEN');
  other.close();
});

test('PERCH=off, from its start or since', async () => {
  await start([], { PERCH: 'off' });
  await expectRefused('AGENT_OFF');
  await service.stop();
  await start([], { REFUSES: 'off-later' });
  await expectRefused('AGENT_OFF');
  await expect(fetch(`http://127.0.0.1:${port}/json/version`)).rejects.toThrow();
});

test('an older Node: nothing is put into it, and its inspector is closed', async () => {
  await start([], { REFUSES: 'old' });
  await expectRefused('NODE_TOO_OLD');
  await expect(fetch(`http://127.0.0.1:${port}/json/version`)).rejects.toThrow();
});

test('another user: whoever is not root', async () => {
  await start();
  const root = process.getuid!() === 0;
  // Who is not root has root's first process before it; for root nobody looks at what root started.
  const words = ['attach', root ? String(service.pid) : '1', '--yes', '--json'];
  const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--'];
  const [file, ...args] = [...(root ? nobody : []), process.execPath, bin, ...words];
  const child = spawn(file!, args, {
    env: { PATH: process.env.PATH, HOME: '/nonexistent' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const { error } = JSON.parse(await text(child.stdout)) as { error: object };
  expect(error).toMatchObject({ code: 'OTHER_USER' });
  expect(service.stderr()).toBe('');
});

test('a network of its own, as in a container', async () => {
  const folder = temporaryFolder();
  const apart = path.join(folder, 'node-apart.sh');
  const node = process.env.PERCH_TEST_NODE ?? process.execPath;
  // Who is not root gets its own namespace of users with it.
  const flags = process.getuid!() === 0 ? '-n' : '-rn';
  writeFileSync(apart, `#!/bin/sh\nexec unshare ${flags} '${node}' "$@"\n`, { mode: 0o755 });
  service = await startService('blocks-loop.js', { preload: [], execPath: apart });
  env = { HOME: service.runtimeDir, XDG_RUNTIME_DIR: service.runtimeDir };
  expect((await expectRefused('OTHER_NAMESPACE')).facts.namespaces).toEqual(['net']);
});

test('a process that is stopped, one that is no Node, none at all, and no number', async () => {
  await start();
  process.kill(service.pid, 'SIGSTOP');
  await expectRefused('PROCESS_STOPPED');
  process.kill(service.pid, 'SIGCONT');
  const other = spawn('sleep', ['60']);
  await once(other, 'spawn');
  expect((await attach(other.pid!)).json.error).toMatchObject({ code: 'NOT_NODE' });
  other.kill('SIGKILL');
  await once(other, 'exit');
  const gone = await attach(other.pid!);
  expect(gone.json.error).toMatchObject({ code: 'NO_SUCH_PROCESS' });
  expect(gone.exit).toBe(5);
  expect((await attach('main')).json.error).toMatchObject({ code: 'BAD_USAGE' });
});
