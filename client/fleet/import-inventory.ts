import { link, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isMap, isScalar, parseDocument, stringify } from 'yaml';
import { PerchError } from '../../protocol/errors.ts';
import { expandPath } from '../paths.ts';
import { readProfile } from '../wireguard/profile-file.ts';
import { parseInventory } from './inventory.ts';

/** An inventory that people write is some kilobytes. */
const MAX_BYTES = 1024 * 1024;

/**
 * Makes a file that somebody handed over this person's inventory: an inventory, or a WireGuard `.conf` as an environment
 * with its tunnel and no instances yet. Paths that are relative to the file go on meaning what they meant. An inventory
 * that is there is never touched. Throws BAD_INVENTORY, BAD_CONF, CONF_RUNS_COMMANDS; gives the environments' names.
 */
export async function importInventory(from: string, to: string): Promise<string[]> {
  const text = from.endsWith('.conf') ? await ofProfile(from) : ofInventory(await readSmall(from), from);
  const { environments } = parseInventory(text, to);
  await writeNew(to, text, from);
  return environments.map(({ name }) => name);
}

/** The same inventory, to be read from anywhere. Comments and order stay. */
export function ofInventory(text: string, from: string): string {
  parseInventory(text, from);
  const document = parseDocument(text);
  const folder = path.dirname(path.resolve(from));
  const environments = document.get('environments', true);
  for (const { value } of isMap(environments) ? environments.items : []) {
    for (const { key, value: scalar } of isMap(value) ? value.items : []) {
      const isPath = isScalar(key) && (key.value === 'tunnel' || key.value === 'identity');
      if (isPath && isScalar(scalar)) scalar.value = expandPath(String(scalar.value), folder);
    }
  }
  return String(document);
}

async function ofProfile(from: string): Promise<string> {
  await readProfile(from);
  const tunnel = path.resolve(from);
  return stringify({ environments: { [path.basename(tunnel, '.conf')]: { tunnel } } });
}

async function readSmall(file: string): Promise<string> {
  try {
    const { size } = await stat(file);
    if (size > MAX_BYTES) throw new Error(`it has more than ${MAX_BYTES} bytes`);
    return await readFile(file, 'utf8');
  } catch (cause) {
    const words = `Cannot read ${file}: ${(cause as Error).message}`;
    throw new PerchError('BAD_INVENTORY', words, { file }, cause);
  }
}

/** Whole or not at all, and nothing is overwritten, not even what came a moment before. */
async function writeNew(to: string, text: string, from: string): Promise<void> {
  const aside = `${to}.${process.pid}`;
  try {
    await mkdir(path.dirname(to), { recursive: true, mode: 0o700 });
    await writeFile(aside, text, { mode: 0o600 });
    await link(aside, to);
  } catch (cause) {
    const isThere = (cause as NodeJS.ErrnoException).code === 'EEXIST';
    const words = isThere
      ? `There is an inventory already, ${to}; put what ${from} has into it`
      : `Cannot write ${to}: ${(cause as Error).message}`;
    throw new PerchError('BAD_INVENTORY', words, { file: to }, cause);
  } finally {
    await rm(aside, { force: true });
  }
}
