import { lstatSync } from 'node:fs';
import path from 'node:path';
import type { AgentConfig } from './config.ts';

/** What the switch is called, in either folder. It may be empty; what is in it is for people to read. */
export const OFF_FILE = 'off';

type Folders = Pick<AgentConfig, 'stateDir' | 'runtimeDir'>;

/**
 * The files of which each switches off every agent of this user on this machine. The one in the state directory outlives a
 * start of the machine; the other is for who cannot write there (a read-only root, no home).
 */
export function offFiles({ stateDir, runtimeDir }: Folders): string[] {
  return [path.join(stateDir, OFF_FILE), path.join(runtimeDir, OFF_FILE)];
}

/**
 * The file that switches the agent off, null without one. Two looks at the file system, some microseconds. A file
 * of somebody else, root's apart, decides nothing: `/tmp/perch-UID` could be made by anybody.
 */
export function switchedOffBy(folders: Folders): string | null {
  return offFiles(folders).find(isSwitch) ?? null;
}

/** False for what somebody else made, root apart. */
export function isSwitch(file: string): boolean {
  try {
    const stat = lstatSync(file, { throwIfNoEntry: false });
    return stat?.isFile() === true && (stat.uid === 0 || !process.getuid || stat.uid === process.getuid());
  } catch {
    // No way there: no switch.
    return false;
  }
}
