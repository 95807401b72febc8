import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { PerchError } from '../../protocol/errors.ts';
import {
  LOCAL_PARENTS,
  type LocalFolder,
  localFolderIn,
  localFoldersOf,
} from '../../protocol/local-folders.ts';

/** The local socket of an agent that somebody listens on. */
export interface Door {
  file: string;
  /** Of the service, in the namespace that it was started in. */
  pid: number;
}

/**
 * The local socket that `wanted` names (the service's pid, or the socket itself), or the only one there is. Throws
 * NO_SUCH_TARGET with where was looked, and AMBIGUOUS_TARGET with what there is to choose from.
 */
export async function findDoor(
  wanted: string | undefined,
  { env = process.env, uid = process.getuid?.() ?? 0 }: { env?: NodeJS.ProcessEnv; uid?: number } = {},
): Promise<Door> {
  if (wanted?.startsWith('/')) return { file: wanted, pid: pidOf(wanted) };
  const folders = [...localFoldersOf(env, uid), ...(uid === 0 ? ofEveryUser() : [])];
  const places = [...new Map(folders.map((each) => [each.folder, each])).values()];
  const doors = places.flatMap(doorsIn);
  const meant = wanted === undefined ? doors : doors.filter(({ pid }) => String(pid) === wanted);
  // What a killed service left behind answers nobody.
  const isOpen = await Promise.all(meant.map(({ file }) => isListenedOn(file)));
  const open = meant.filter((_, index) => isOpen[index]);
  if (open.length === 1) return open[0]!;
  if (open.length === 0) throw none(wanted, places, uid);
  const choices = open.map(({ pid }) => `${pid} (${commandOf(pid)})`);
  throw new PerchError(
    'AMBIGUOUS_TARGET',
    `Several agents listen here; name one by its pid: perch-stdio PID. There are ${choices.join(', ')}`,
    { choices: open },
  );
}

function none(wanted: string | undefined, places: LocalFolder[], uid: number): PerchError {
  const what = wanted === undefined ? 'No agent listens' : `No agent of a process ${wanted} listens`;
  const looked = places.map(({ folder }) => folder).join(', ');
  const seen = `Looked as uid ${uid} in ${looked}`;
  const how =
    'the service must run as the same user (or this as root), with the agent and a folder that it may write to';
  return new PerchError('NO_SUCH_TARGET', `${what} on a local socket here. ${seen}: ${how}`, {
    looked: places,
  });
}

function ofEveryUser(): LocalFolder[] {
  return LOCAL_PARENTS.flatMap((parent) =>
    entries(parent)
      .map((name) => localFolderIn(parent, name))
      .filter((found) => found !== null),
  );
}

/** Only in folders that nobody but their user can write to: whoever could would stand in for the agent. */
function doorsIn({ folder, uid }: LocalFolder): Door[] {
  const stat = lstatSync(folder, { throwIfNoEntry: false });
  if (!stat?.isDirectory() || stat.uid !== uid || (stat.mode & 0o077) !== 0) return [];
  return entries(folder)
    .filter((name) => name.endsWith('.sock'))
    .map((name) => ({ file: path.join(folder, name), pid: pidOf(name) }));
}

/** The name of a socket begins with the pid of its service. */
function pidOf(file: string): number {
  return Number.parseInt(path.basename(file), 10);
}

/** Somebody answers there: it is not what a killed service left behind. */
export function isListenedOn(file: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ path: file });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, 3).join(' ').trim();
  } catch {
    return 'of another pid namespace';
  }
}
