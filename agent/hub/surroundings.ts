import type { HubData } from '../hub-thread.ts';
import { identityOf } from './proc.ts';

/**
 * What keeps this agent from something here: one sentence each, for whoever looks at the tree and misses it. Known once the
 * hub is up; what is found later is added (run.ts, hub.ts). docs/containers.md lists them.
 */
export function limitsOf({ canInspect, pid }: HubData): string[] {
  const limits: string[] = [];
  if (!canInspect) {
    limits.push(
      "No stacks, no end to a stuck loop, no state of what it holds: Node's permission model keeps the inspector closed",
    );
  }
  if (pid === 1) {
    limits.push(
      'It is process 1 of a container: a signal that it does not handle does nothing, and what loses its parent stays with it',
    );
  }
  if (process.platform === 'linux' && identityOf(pid) === null) {
    limits.push('Processes without an agent are not seen: /proc cannot be read');
  }
  return limits;
}

/** Without a folder for its sockets. */
export function noFolderWords(error: Error): string {
  return `No local socket, and its child processes cannot join: ${error.message}`;
}

/** Without a state directory. */
export function nothingKeptWords(why: string): string {
  return `Nothing is kept over a restart (host key, audit, black box): ${why}`;
}
