import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PerchError } from '../../protocol/errors.ts';
import type { LocalFolder } from '../../protocol/local-folders.ts';
import { makePrivateFolders } from '../hub/private-folder.ts';
import { isSwitch, OFF_FILE } from '../off-switch.ts';

/** Where this user's switch may be: the state folder, and all folders of sockets, since a service may know another one. */
export interface Places {
  stateDir: string;
  runtime: readonly LocalFolder[];
}

/** The files that switch agents of this user off just now. */
export function switches(places: Places): string[] {
  return filesIn(places).filter(isSwitch);
}

/**
 * Sets the switch wherever agents of this user look for it. Throws NOT_WRITTEN where that is nowhere. Gives the files; the
 * one in the state folder outlives a start of the machine.
 */
export function switchOff(places: Places, note: string): string[] {
  const set: string[] = [];
  const problems: string[] = [];
  for (const file of filesIn(places)) {
    try {
      // Folders of sockets are made by agents: where there is none, none looks.
      if (path.dirname(file) === places.stateDir) makePrivateFolders(places.stateDir);
      if (!isSwitch(file)) writeFileSync(file, note, { mode: 0o600, flag: 'wx' });
      set.push(file);
    } catch (thrown) {
      const { code, message } = thrown as NodeJS.ErrnoException;
      if (code !== 'ENOENT') problems.push(message);
    }
  }
  if (set.length > 0) return set;
  throw new PerchError('NOT_WRITTEN', `The switch could not be set anywhere: ${problems.join('; ')}`, {
    looked: filesIn(places),
  });
}

/** Takes it away everywhere. Gives the files that there were; throws NOT_WRITTEN where one of them stays. */
export function switchOn(places: Places): string[] {
  const there = switches(places);
  for (const file of there) {
    try {
      rmSync(file);
    } catch (thrown) {
      throw new PerchError('NOT_WRITTEN', `It stays off: ${(thrown as Error).message}`, { file });
    }
  }
  return there;
}

function filesIn({ stateDir, runtime }: Places): string[] {
  return [stateDir, ...runtime.map(({ folder }) => folder)].map((folder) => path.join(folder, OFF_FILE));
}
