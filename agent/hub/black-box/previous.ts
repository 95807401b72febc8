import { readdir, readFile, rename, rm, rmdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { type BoxContents, decodeBox } from '../../../protocol/black-box.ts';
import { LIMITS } from '../../../protocol/limits.ts';
import { lastSign } from '../../../protocol/previous-epoch.ts';
import { isAlive } from '../process-identity.ts';
import { PAST, pastName } from './black-box.ts';
import { bootId, pidNamespace } from './machine.ts';

/**
 * The box of the life of this instance that ended last, if nobody told of it before. Lives that go on beside this one
 * keep theirs. Each box that is found is set aside; of two processes that look at the same moment one gets it.
 */
export async function takePrevious(folder: string, own: string): Promise<BoxContents | null> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.box'));
  const ended: BoxContents[] = [];
  for (const name of names) {
    if (name === path.basename(own)) continue;
    const file = path.join(folder, name);
    const box = await readBox(file);
    if (box && (await isLive(file, box))) continue;
    const isOurs = await rename(file, pastName(file)).then(
      () => true,
      () => false,
    );
    if (isOurs && box) ended.push(box);
  }
  return ended.sort((a, b) => lastSign(b) - lastSign(a))[0] ?? null;
}

/**
 * Whether its process may still run. A pid means something within one namespace of one run of one machine; a box from
 * elsewhere (another container on the same volume) is looked at twice: who lives has written meanwhile.
 */
async function isLive(file: string, box: BoxContents): Promise<boolean> {
  const { header, exit } = box;
  const isFromHere = header.bootId === bootId() && header.pidNamespace === pidNamespace();
  if (isFromHere && header.startTicks !== null) return isAlive(header);
  if (exit) return false;
  await new Promise((resolve) => setTimeout(resolve, LIMITS.sampleMs * 2.5));
  const later = await readBox(file);
  return later !== null && lastSign(later) > lastSign(box);
}

async function readBox(file: string): Promise<BoxContents | null> {
  return readFile(file).then(decodeBox, () => null);
}

/**
 * Removes what nobody will ask for any more: boxes set aside but for the newest, those of another age, and with them
 * folders of instances that never came back.
 */
export async function sweepBoxes(root: string, now: number): Promise<void> {
  const folders = await readdir(root).catch(() => []);
  const kept: { folder: string; at: number }[] = [];
  for (const name of folders) {
    const folder = path.join(root, name);
    const at = await sweepFolder(folder, now);
    if (at !== null) kept.push({ folder, at });
  }
  kept.sort((a, b) => b.at - a.at);
  for (const { folder } of kept.slice(LIMITS.maxBoxFolders)) {
    const names = await readdir(folder).catch(() => []);
    // A box that is written to is never past.
    if (names.every((name) => name.endsWith(PAST))) await rm(folder, { recursive: true, force: true });
  }
}

/** When its newest box was written to last; null for a folder that is empty by now. */
async function sweepFolder(folder: string, now: number): Promise<number | null> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => /\.(box|past)$/.test(name));
  const boxes: { file: string; at: number; isPast: boolean }[] = [];
  for (const name of names) {
    const file = path.join(folder, name);
    const stats = await stat(file).catch(() => null);
    if (stats) boxes.push({ file, at: stats.mtimeMs, isPast: name.endsWith(PAST) });
  }
  boxes.sort((a, b) => b.at - a.at);
  let keptPast = 0;
  let newest: number | null = null;
  for (const { file, at, isPast } of boxes) {
    const isOld = now - at > LIMITS.keptBoxMs;
    // One that is written to is never old.
    if ((isPast && ++keptPast > LIMITS.maxPastBoxes) || isOld) await rm(file, { force: true });
    else newest ??= at;
  }
  if (newest === null) await rmdir(folder).catch(() => {});
  return newest;
}
