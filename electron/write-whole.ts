import { open, rename, rm } from 'node:fs/promises';
import { PerchError } from '../protocol/errors.ts';

/** Writes a file whole or not at all: beside it first, then into its place. Throws NOT_WRITTEN. */
export async function writeWhole(file: string, bytes: string | Uint8Array): Promise<void> {
  const aside = `${file}.${process.pid}.part`;
  try {
    const handle = await open(aside, 'wx', 0o644);
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(aside, file);
  } catch (cause) {
    await rm(aside, { force: true }).catch(() => {});
    throw new PerchError('NOT_WRITTEN', `Cannot write ${file}: ${(cause as Error).message}`, { file }, cause);
  }
}

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** What the window sent as an image. Throws BAD_CALL when it is none. */
export function pngOf(base64: string): Uint8Array {
  const bytes = Buffer.from(base64, 'base64');
  if (PNG.every((byte, at) => bytes[at] === byte)) return bytes;
  throw new PerchError('BAD_CALL', 'data: expected a PNG');
}

/** A name to suggest, with nothing in it that is more than a name. */
export function plainName(name: string): string {
  return name.replace(/[^\p{L}\p{N}._-]+/gu, '-').replace(/^[.-]+/, '') || 'perch';
}
