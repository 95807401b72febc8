/** `perch-agent`, on the machine of a service: off, on and how it is. */
import { execFile } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { type Service, startService } from '../support/service.ts';
import { temporaryFolder } from '../support/temporary.ts';

const bin = fileURLToPath(new URL('../../agent/perch-agent.cjs', import.meta.url));

let service: Service | null = null;
afterEach(async () => {
  await service?.stop();
  service = null;
});

interface Ran {
  exit: number;
  stdout: string;
  stderr: string;
}

function run(...words: string[]): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(process.execPath, [bin, ...words], (error, stdout, stderr) => {
      resolve({ exit: Number(error?.code ?? 0), stdout, stderr });
    });
  });
}

/** For the folders of the test's service alone: those of this user hold what else runs here. */
function runHere({ runtimeDir }: Service, ...words: string[]): Promise<Ran> {
  const state = path.join(runtimeDir, '.local/state/perch');
  return run(...words, '--state', state, '--runtime', path.join(runtimeDir, 'perch'));
}

const json = async (ran: Promise<Ran>) => JSON.parse((await ran).stdout);

test('off takes the agent out and waits for it, on takes the switch away, status tells; each says what follows', async () => {
  service = await startService('blocks-loop.js');
  const session = await service.session();
  const { pid } = service;
  const socket = await service.socket();
  expect(await json(runHere(service, 'status', '--json'))).toEqual({
    off: [],
    agents: [{ pid, name: 'blocks-loop', socket: expect.stringContaining(path.dirname(socket)) }],
  });

  const off = await runHere(service, 'off');
  expect(off).toMatchObject({ exit: 0, stderr: '' });
  expect(off.stdout).toContain(`blocks-loop (${pid}) has left; its service goes on`);
  expect(off.stdout).toContain('None starts from now on');
  await session.closed;
  expect(service.process.exitCode).toBeNull();
  expect(service.localSockets()).toEqual(['off']);

  const status = await runHere(service, 'status');
  expect(status.stdout).toMatch(
    /^off: .*state\/perch\/off\noff: .*\/perch\/off\n {2}no agent of this user runs here/,
  );
  expect((await runHere(service, 'on')).stdout).toMatch(/gone: .*\n.*restart those that are to have one/);
  expect((await json(runHere(service, 'status', '--json'))).off).toEqual([]);
  expect((await runHere(service, 'on')).stdout).toBe('It was not off.\n');
});

test('a service whose loop is stuck is left too', async () => {
  service = await startService('blocks-loop.js');
  await service.socket();
  service.send('block');
  const { left, there } = await json(runHere(service, 'off', '--json'));
  expect({ left: left.length, there }).toEqual({ left: 1, there: [] });
});

test('an agent that does not leave in time is named, with a code', async () => {
  service = await startService('blocks-loop.js');
  await service.socket();
  // What runs here is stopped: it sees no switch.
  service.process.kill('SIGSTOP');
  const ran = await runHere(service, 'off', '--json', '--timeout', '0');
  service.process.kill('SIGCONT');
  expect(ran.exit).toBe(1);
  expect(JSON.parse(ran.stdout)).toMatchObject({
    there: [{ pid: service.pid }],
    error: { code: 'TIMEOUT', facts: { there: [service.pid] } },
  });
});

test('where the switch can be set nowhere it says so, and sets none', async () => {
  const folder = temporaryFolder();
  const file = path.join(folder, 'file');
  writeFileSync(file, '');
  const ran = await run('off', '--state', path.join(file, 'perch'), '--runtime', path.join(folder, 'none'));
  expect(ran.exit).toBe(1);
  expect(ran.stderr).toMatch(/^perch-agent: NOT_WRITTEN: The switch could not be set anywhere: /);
  expect(readdirSync(folder)).toEqual(['file']);
});

test.each([
  [[], 'one of off, on and status'],
  [['out'], 'one of off, on and status'],
  [['off', 'now'], 'one of off, on and status'],
  [['off', '--timeout', 'soon'], 'takes milliseconds'],
  [['off', '--state', 'here'], 'absolute path'],
  [['off', '--force'], '--force'],
])('%j is refused with the usage', async (words, said) => {
  const { exit, stderr } = await run(...words);
  expect(exit).toBe(2);
  expect(stderr).toContain(said);
  expect(stderr).toContain('perch-agent off | on | status');
});
