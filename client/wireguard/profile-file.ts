import { type FileHandle, open } from 'node:fs/promises';
import { readConf } from './conf.ts';
import { badConf } from './conf-sections.ts';
import { CONF_LIMITS, type ConfWarning, type Profile } from './profile.ts';

/** Reads a `.conf`. Throws BAD_CONF, CONF_RUNS_COMMANDS. */
export async function readProfile(file: string): Promise<{ profile: Profile; warnings: ConfWarning[] }> {
  const { bytes, isOpenToOthers } = await readSmallFile(file);
  const { profile, warnings } = readConf(bytes, file);
  if (!isOpenToOthers) return { profile, warnings };
  const words = `can be read by other users of this computer, and holds a private key: chmod 600 ${file}`;
  return { profile, warnings: [{ kind: 'readable-by-others', line: null, words }, ...warnings] };
}

/** A file that may be anything: at most one byte more than a `.conf` may have, no device, no pipe. */
async function readSmallFile(file: string): Promise<{ bytes: Uint8Array; isOpenToOthers: boolean }> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(file, 'r');
    const stats = await handle.stat();
    if (!stats.isFile()) throw new Error('it is not a file');
    const buffer = Buffer.alloc(CONF_LIMITS.maxBytes + 1);
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
    return { bytes: buffer.subarray(0, bytesRead), isOpenToOthers: (stats.mode & 0o044) !== 0 };
  } catch (cause) {
    throw badConf(file, [{ line: null, words: `cannot be read: ${(cause as Error).message}` }]);
  } finally {
    await handle?.close();
  }
}
