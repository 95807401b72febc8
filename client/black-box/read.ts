import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { type BoxContents, decodeBox } from '../../protocol/black-box.ts';
import { PerchError } from '../../protocol/errors.ts';
import { lastSign } from '../../protocol/previous-epoch.ts';
import { stateDir } from '../paths.ts';

/** A black box that was read without an agent. */
export interface FoundBox extends BoxContents {
  file: string;
  /** When anything was last written to it, milliseconds since 1970. */
  lastSignAt: number;
}

/** Throws NO_BLACK_BOX. */
export async function readBox(file: string): Promise<FoundBox> {
  const bytes = await readFile(file).catch((cause: Error) => {
    throw new PerchError('NO_BLACK_BOX', `Cannot read ${file}: ${cause.message}`, { file }, cause);
  });
  const box = decodeBox(bytes);
  if (!box) throw new PerchError('NO_BLACK_BOX', `${file} is no black box, or was never begun`, { file });
  return { ...box, file, lastSignAt: lastSign(box) };
}

/**
 * The boxes that services of this user left on this computer, the newest first: those whose instance, service or name
 * for files is `name`, or all. A service that runs with another home keeps its own elsewhere.
 */
export async function findBoxes(name: string | null, folder = stateDir()): Promise<FoundBox[]> {
  const root = path.join(folder, 'black-box');
  const found: FoundBox[] = [];
  for (const instance of await readdir(root).catch(() => [])) {
    for (const file of await readdir(path.join(root, instance)).catch(() => [])) {
      const box = await readBox(path.join(root, instance, file)).catch(() => null);
      const names = box && [box.header.instance, box.header.service, box.header.keptAs];
      if (box && (name === null || names!.includes(name))) found.push(box);
    }
  }
  return found.sort((a, b) => b.lastSignAt - a.lastSignAt);
}
