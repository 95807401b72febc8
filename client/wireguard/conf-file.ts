import { constants } from 'node:fs';
import { lstat, mkdir, open, rm } from 'node:fs/promises';
import path from 'node:path';
import { PerchError } from '../../protocol/errors.ts';

/** Where the text for wg-quick stands while it runs: memory, root's alone. */
export const RUN_FOLDER = '/run/perch';

/**
 * Runs `use` with a file `NAME.conf` that holds `text`, 0600 in a 0700 folder of this user, and removes it
 * afterwards whatever happened. The file is also the lock: one `up` or `down` of a tunnel at a time, the second
 * throws TUNNEL_FAILED.
 */
export async function withConfFile<T>(
  name: string,
  text: string,
  use: (file: string) => Promise<T>,
  folder: string = RUN_FOLDER,
): Promise<T> {
  await requireOwnFolder(folder);
  const file = path.join(folder, `${name}.conf`);
  await removeAbandoned(file);
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  const handle = await open(file, flags, 0o600).catch((cause: NodeJS.ErrnoException) => {
    const words =
      cause.code === 'EEXIST' ? 'Another perch is at work on this tunnel just now' : cause.message;
    throw new PerchError('TUNNEL_FAILED', words, { file }, cause);
  });
  try {
    await handle.writeFile(text);
    await handle.close();
    return await use(file);
  } finally {
    await handle.close().catch(() => {});
    await rm(file, { force: true });
  }
}

async function requireOwnFolder(folder: string): Promise<void> {
  await mkdir(folder, { mode: 0o700 }).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'EEXIST') throw new PerchError('TUNNEL_FAILED', cause.message, { folder }, cause);
  });
  const stats = await lstat(folder);
  if (!stats.isDirectory() || stats.uid !== process.geteuid?.() || (stats.mode & 0o077) !== 0) {
    throw new PerchError(
      'TUNNEL_FAILED',
      `${folder} is not a folder that only root can use. Remove it and try again`,
      { folder },
    );
  }
}

/** What a killed run left behind. Older than any run can last. */
async function removeAbandoned(file: string): Promise<void> {
  const stats = await lstat(file).catch(() => null);
  if (stats && Date.now() - stats.mtimeMs > ABANDONED_MS) await rm(file, { force: true });
}

const ABANDONED_MS = 60_000;
