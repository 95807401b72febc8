import { lstatSync, mkdirSync } from 'node:fs';
import path from 'node:path';

/**
 * Makes a folder for this user alone (0700), and those above it that are missing. Throws where it is somebody
 * else's, a symlink, or open to others: what is kept there tells of people and of the service.
 */
export function makePrivateFolders(folder: string): void {
  make(folder);
  const stat = lstatSync(folder);
  if (!stat.isDirectory()) throw new Error(`${folder} is no directory`);
  if (process.getuid && stat.uid !== process.getuid()) throw new Error(`${folder} belongs to somebody else`);
  if ((stat.mode & 0o077) !== 0) throw new Error(`${folder} is open to others; its mode must be 0700`);
}

/** Node's own `recursive` never returns where a parent that is there takes no folders (`/proc`). */
function make(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    const above = path.dirname(folder);
    if (code !== 'ENOENT' || above === folder || isThere(above)) throw error;
    make(above);
    make(folder);
  }
}

function isThere(folder: string): boolean {
  return lstatSync(folder, { throwIfNoEntry: false }) !== undefined;
}
