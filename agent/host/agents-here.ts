import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { LocalFolder } from '../../protocol/local-folders.ts';
import { processName } from '../hub/process-name.ts';
import { isListenedOn } from '../stdio/find-door.ts';

/** A process of this user in which an agent runs that others can join or reach. */
export interface AgentHere {
  pid: number;
  /** What it runs; empty where /proc does not tell. */
  name: string;
  /** One of its sockets, on which somebody listens. */
  socket: string;
}

/** The agents that listen in these folders: by their local socket, or (`PERCH_LOCAL=off`) by the one that hubs join. */
export async function agentsHere(folders: readonly LocalFolder[]): Promise<AgentHere[]> {
  const sockets = folders.flatMap(socketsIn);
  const isOpen = await Promise.all(sockets.map(isListenedOn));
  const found = new Map<number, AgentHere>();
  for (const [at, socket] of sockets.entries()) {
    const pid = Number.parseInt(path.basename(socket), 10);
    if (isOpen[at] && !found.has(pid)) found.set(pid, { pid, name: nameOf(pid), socket });
  }
  return [...found.values()].sort((one, two) => one.pid - two.pid);
}

/** In folders that nobody but their user can write to: what is in others says nothing. */
function socketsIn({ folder, uid }: LocalFolder): string[] {
  try {
    const stat = lstatSync(folder);
    if (!stat.isDirectory() || stat.uid !== uid || (stat.mode & 0o077) !== 0) return [];
    return readdirSync(folder)
      .filter((name) => /^\d+-[\da-f]+\.(sock|hub)$/.test(name))
      .map((name) => path.join(folder, name));
  } catch {
    return [];
  }
}

function nameOf(pid: number): string {
  try {
    return processName(readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').filter(Boolean));
  } catch {
    return '';
  }
}
