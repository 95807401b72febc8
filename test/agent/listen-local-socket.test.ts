import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { expect, test } from 'vitest';
import {
  localSocketPath,
  makePrivateDirectory,
  removeDeadSocket,
  sweepDeadSockets,
} from '../../agent/hub/local-socket.ts';
import { temporaryFolder } from '../support/temporary.ts';

/** A socket file that nobody listens on any more: its process was killed. */
async function deadSocket(file: string): Promise<void> {
  const script = `require('net').createServer().listen(${JSON.stringify(file)}, () => console.log('up'))`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(existsSync(file)).toBe(true);
}

const longAgo = new Date(Date.now() - 3_600_000);

test('the directory is made for the user alone, and a name in it is found', async () => {
  const directory = path.join(temporaryFolder(), 'perch');
  const file = await localSocketPath(directory, 42);
  expect(path.basename(file)).toMatch(/^42-[0-9a-f]{8}\.sock$/);
  expect(statSync(directory).mode & 0o777).toBe(0o700);
  expect(await localSocketPath(directory, 42)).not.toBe(file);
});

test('a directory that others can enter, a symlink, a file, somebody else’s: all refused', async () => {
  const folder = temporaryFolder();
  const at = (name: string) => path.join(folder, name);
  mkdirSync(at('open'));
  chmodSync(at('open'), 0o750);
  await expect(makePrivateDirectory(at('open'))).rejects.toThrow('0700');
  mkdirSync(at('mine'), { mode: 0o700 });
  symlinkSync(at('mine'), at('link'));
  await expect(makePrivateDirectory(at('link'))).rejects.toThrow('no directory');
  writeFileSync(at('file'), '');
  await expect(makePrivateDirectory(at('file'))).rejects.toThrow('no directory');
  await expect(makePrivateDirectory(at('mine'))).resolves.toBeUndefined();
});

test('a directory of another user is refused', async () => {
  const directory = path.join(temporaryFolder(), 'theirs');
  mkdirSync(directory, { mode: 0o700 });
  if (process.getuid?.() === 0) chownSync(directory, 4321, 4321);
  // Who is not root cannot give anything away, but owns neither this.
  await expect(makePrivateDirectory(process.getuid?.() === 0 ? directory : '/')).rejects.toThrow(
    'somebody else',
  );
});

test('dead sockets are swept; living, young and foreign files stay', async () => {
  const directory = temporaryFolder();
  const at = (name: string) => path.join(directory, name);
  await Promise.all(
    ['1-dead.sock', '1-dead.hub', '1-young.sock', '1-other.txt'].map((name) => deadSocket(at(name))),
  );
  for (const name of ['1-dead.sock', '1-dead.hub', '1-other.txt']) utimesSync(at(name), longAgo, longAgo);
  writeFileSync(at('1-file.sock'), '');
  utimesSync(at('1-file.sock'), longAgo, longAgo);
  const living = net.createServer().listen(at('1-living.sock'));
  await once(living, 'listening');
  utimesSync(at('1-living.sock'), longAgo, longAgo);
  await sweepDeadSockets(directory);
  const left = ['1-dead.sock', '1-dead.hub', '1-young.sock', '1-other.txt', '1-file.sock', '1-living.sock'];
  expect(left.filter((name) => existsSync(at(name)))).toEqual([
    '1-young.sock',
    '1-other.txt',
    '1-file.sock',
    '1-living.sock',
  ]);
  living.close();
});

test('only a dead socket is removed from a configured path', async () => {
  const folder = temporaryFolder();
  const dead = path.join(folder, 'dead.sock');
  await deadSocket(dead);
  await removeDeadSocket(dead);
  expect(existsSync(dead)).toBe(false);
  const file = path.join(folder, 'precious');
  writeFileSync(file, 'text');
  await removeDeadSocket(file);
  expect(existsSync(file)).toBe(true);
  await removeDeadSocket(path.join(folder, 'none'));
});
