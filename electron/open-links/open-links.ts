import { mkdir, readFile, realpath, rm } from 'node:fs/promises';
import path from 'node:path';
import { PerchError } from '../../protocol/errors.ts';
import { LINK_SCHEME } from '../../protocol/link.ts';
import { writeWhole } from '../write-whole.ts';
import { desktopEntry } from './desktop-entry.ts';
import { defaultOf, withDefault, withoutDefault } from './mimeapps.ts';

/** Whether this person's links open with Perch, and what changes that. */
export interface OpenLinks {
  isOn(): Promise<boolean>;
  /** Gives the files that were written or taken away; none where the system keeps that itself. Throws NOT_WRITTEN, NOT_ON_THIS_SYSTEM. */
  turn(isOn: boolean): Promise<string[]>;
}

const TYPE = `x-scheme-handler/${LINK_SCHEME}`;
const PROGRAM = 'perch-links.desktop';

/**
 * By files in the person's own folders: where nothing was installed nobody else tells a Linux desktop. The entry is
 * written before it is named, and named no more before it is taken away. `words` start the app.
 */
export function linksByFiles(env: NodeJS.ProcessEnv, home: string, words: readonly string[]): OpenLinks {
  const entry = path.join(folder(env.XDG_DATA_HOME, home, '.local/share'), 'applications', PROGRAM);
  const list = path.join(folder(env.XDG_CONFIG_HOME, home, '.config'), 'mimeapps.list');
  return {
    async isOn() {
      return (await textOf(entry)) !== '' && defaultOf(await textOf(list), TYPE) === PROGRAM;
    },
    async turn(isOn) {
      const before = await textOf(list);
      if (isOn) {
        const text = desktopEntry(words, LINK_SCHEME);
        await write(entry, text);
        await write(list, withDefault(before, TYPE, PROGRAM));
      } else {
        const after = withoutDefault(before, TYPE, PROGRAM);
        if (after.trim() === '') await rm(list, { force: true });
        else if (after !== before) await write(list, after);
        await rm(entry, { force: true });
      }
      return [entry, list];
    },
  };
}

/** Where the system itself keeps who opens what. */
export function linksBySystem(system: {
  isDefaultProtocolClient(scheme: string): boolean;
  setAsDefaultProtocolClient(scheme: string): boolean;
  removeAsDefaultProtocolClient(scheme: string): boolean;
}): OpenLinks {
  return {
    isOn: async () => system.isDefaultProtocolClient(LINK_SCHEME),
    async turn(isOn) {
      const isDone = isOn
        ? system.setAsDefaultProtocolClient(LINK_SCHEME)
        : system.removeAsDefaultProtocolClient(LINK_SCHEME);
      if (!isDone) throw new PerchError('NOT_ON_THIS_SYSTEM', 'The system did not take Perch for its links');
      return [];
    },
  };
}

/** As the XDG base directories are read: a relative one counts for nothing. */
function folder(named: string | undefined, home: string, usual: string): string {
  return named && path.isAbsolute(named) ? named : path.join(home, usual);
}

/** Nothing where there is no such file. */
async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw new PerchError('NOT_WRITTEN', `Cannot read ${file}: ${(cause as Error).message}`, { file }, cause);
  }
}

/** A file that is a link to where somebody keeps such files stays one. */
async function write(file: string, text: string): Promise<void> {
  try {
    await mkdir(path.dirname(file), { recursive: true });
  } catch (cause) {
    throw new PerchError('NOT_WRITTEN', `Cannot write ${file}: ${(cause as Error).message}`, { file }, cause);
  }
  await writeWhole(await realpath(file).catch(() => file), text);
}
