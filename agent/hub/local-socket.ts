import { lstat, mkdir, readdir, unlink } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import { randomHex } from '../random-hex.ts';

/**
 * A free name in the directory of this user's sockets, which is made or checked, and swept of sockets that
 * nobody listens on any more. Throws when the directory is not ours alone: whoever can write there could
 * stand in for us.
 */
export async function localSocketPath(runtimeDir: string, pid: number): Promise<string> {
  await makePrivateDirectory(runtimeDir);
  await sweepDeadSockets(runtimeDir);
  return path.join(runtimeDir, `${pid}-${randomHex(4)}.sock`);
}

/** Makes a directory for this user alone (0700), or checks that it is one. Throws otherwise. */
export async function makePrivateDirectory(directory: string): Promise<void> {
  await mkdir(directory, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EEXIST') return;
    throw new Error(
      `${directory} cannot be made (${error.code}); name a folder that can with XDG_RUNTIME_DIR`,
    );
  });
  const stat = await lstat(directory);
  if (!stat.isDirectory()) throw new Error(`${directory} is no directory`);
  if (process.getuid && stat.uid !== process.getuid())
    throw new Error(`${directory} belongs to somebody else`);
  if ((stat.mode & 0o077) !== 0) throw new Error(`${directory} is open to others; its mode must be 0700`);
}

/** A socket this young may be between bind and listen, where it refuses connections like a dead one. */
const SETTLED_MS = 10_000;

/** Removes sockets (of agents, and of hubs that took joining ones) whose process is gone, and last words unread. */
export async function sweepDeadSockets(directory: string, now = Date.now()): Promise<void> {
  const names = (await readdir(directory)).filter((name) => /\.(sock|hub)(\.new)?$|^\d+\.last$/.test(name));
  await Promise.all(
    names.map(async (name) => {
      const file = path.join(directory, name);
      const stat = await lstat(file).catch(() => null);
      if (!stat || now - stat.mtimeMs < SETTLED_MS) return;
      if (name.endsWith('.last')) await unlink(file).catch(() => {});
      else await removeDeadSocket(file);
    }),
  );
}

/** Takes away the socket file that a process left behind when it was killed; leaves everything else alone. */
export async function removeDeadSocket(file: string): Promise<void> {
  const stat = await lstat(file).catch(() => null);
  if (stat?.isSocket() && (await isDead(file))) await unlink(file).catch(() => {});
}

/** True when nobody listens on a socket file. One that cannot be asked counts as alive. */
function isDead(file: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ path: file });
    socket.on('connect', () => {
      socket.destroy();
      resolve(false);
    });
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED'));
  });
}
