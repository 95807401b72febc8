import { lstat, readdir } from 'node:fs/promises';
import path from 'node:path';
import { asPerchError, type PerchError } from '../../protocol/errors.ts';
import {
  LOCAL_PARENTS,
  type LocalFolder,
  localFolderIn,
  localFoldersOf,
} from '../../protocol/local-folders.ts';
import type { InstanceInfo } from '../../protocol/tree.ts';
import type { openSession } from '../session.ts';

/** A service of this computer whose agent answers on its local socket. */
export interface LocalInstance {
  /** The socket. */
  path: string;
  info: InstanceInfo;
}

export interface LocalLook {
  open: typeof openSession;
  folders?: readonly LocalFolder[];
  /** For each socket. An agent on this computer answers within milliseconds. */
  timeoutMs?: number;
  signal?: AbortSignal;
}

/** What a look around found: who answered, and where somebody listens who did not. */
export interface LocalSight {
  found: LocalInstance[];
  silent: SilentSocket[];
}

/** A socket that is listened on without an answer: a process that is stopped, or has no time just now. */
export interface SilentSocket {
  path: string;
  error: PerchError;
}

/** Who answers of those that `lookAround` asks. */
export async function findLocal(look: LocalLook): Promise<LocalInstance[]> {
  return (await lookAround(look)).found;
}

/** Asks every local socket who it is, a few at a time. Dead sockets and strangers are left out. */
export async function lookAround({
  open,
  folders,
  timeoutMs = 2000,
  signal,
}: LocalLook): Promise<LocalSight> {
  const sockets = await localSockets(folders ?? (await localFolders()));
  const answers: (LocalInstance | null)[] = sockets.map(() => null);
  const silent: SilentSocket[] = [];
  const ask = async (index: number) => {
    const path = sockets[index]!;
    try {
      const target = { address: { kind: 'unix', path }, hostKey: { kind: 'any' }, login: 'none' } as const;
      const session = await open(target, { timeoutMs, signal });
      answers[index] = { path, info: session.hello.instance };
      session.close();
    } catch (thrown) {
      // Nobody is there any more, or it is not for us: neither is worth a word in a list of what is there.
      const error = asPerchError(thrown);
      if (isSilence(error)) silent.push({ path, error });
    }
  };
  let next = 0;
  const lane = async () => {
    while (next < sockets.length && !signal?.aborted) await ask(next++);
  };
  await Promise.all(Array.from({ length: ASKED_AT_ONCE }, lane));
  return { found: answers.filter((answer) => answer !== null), silent };
}

/** Somebody has the socket open, but did not come to answer. */
function isSilence({ code, facts }: PerchError): boolean {
  return code === 'TIMEOUT' || code === 'BUSY' || (code === 'CONNECT_FAILED' && facts.isSilent === true);
}

/** Each costs a handshake; a machine with a hundred services must not see a hundred at once. */
const ASKED_AT_ONCE = 8;

/** Where agents of this user may have put their sockets; root looks into every user's. */
export async function localFolders(
  env: NodeJS.ProcessEnv = process.env,
  uid: number = process.getuid?.() ?? -1,
): Promise<LocalFolder[]> {
  const folders = new Map(localFoldersOf(env, uid).map((each) => [each.folder, each]));
  if (uid === 0) {
    for (const parent of LOCAL_PARENTS) {
      for (const name of await entries(parent)) {
        const found = localFolderIn(parent, name);
        if (found) folders.set(found.folder, found);
      }
    }
  }
  return [...folders.values()];
}

/** Sockets in folders that only their user can write to; a folder that is somebody else's is not looked into. */
export async function localSockets(folders: readonly LocalFolder[]): Promise<string[]> {
  const sockets: string[] = [];
  for (const { folder, uid } of folders) {
    if (!(await isPrivateFolder(folder, uid))) continue;
    for (const name of (await entries(folder)).sort()) {
      const file = path.join(folder, name);
      if (name.endsWith('.sock') && (await isSocketOf(file, uid))) sockets.push(file);
    }
  }
  return sockets;
}

/** True for the socket of an agent's local door, where the file's permission is the login. */
export async function isLocalDoor(file: string, folders?: readonly LocalFolder[]): Promise<boolean> {
  const owner = (folders ?? (await localFolders())).find(({ folder }) => folder === path.dirname(file));
  return owner !== undefined && (await isPrivateFolder(owner.folder, owner.uid));
}

async function isPrivateFolder(folder: string, uid: number): Promise<boolean> {
  const stats = await lstat(folder).catch(() => null);
  return stats?.isDirectory() === true && stats.uid === uid && (stats.mode & 0o077) === 0;
}

async function isSocketOf(file: string, uid: number): Promise<boolean> {
  const stats = await lstat(file).catch(() => null);
  return stats?.isSocket() === true && stats.uid === uid;
}

async function entries(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}
