import { lstatSync, mkdirSync } from 'node:fs';
import path from 'node:path';

/**
 * Makes a folder for this user alone (0700), and those above it that are missing. Throws where it is somebody
 * else's, a symlink, or open to others: what is kept there tells of people and of the service.
 */
export function makePrivateFolders(folder: string): void {
  mkdirSync(path.dirname(folder), { recursive: true, mode: 0o700 });
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const stat = lstatSync(folder);
  if (!stat.isDirectory()) throw new Error(`${folder} is no directory`);
  if (process.getuid && stat.uid !== process.getuid()) throw new Error(`${folder} belongs to somebody else`);
  if ((stat.mode & 0o077) !== 0) throw new Error(`${folder} is open to others; its mode must be 0700`);
}
