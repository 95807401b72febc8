/** Programs from npm that tests run under the agent: test/programs/package-lock.json, kept in .cache/programs/. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const pinned = fileURLToPath(new URL('../test/programs', import.meta.url));
const cache = fileURLToPath(new URL('../.cache/programs', import.meta.url));
const FILES = ['package.json', 'package-lock.json'];

/** Their node_modules; installed on first use, as the lock file says, with no script of any package run. */
export async function installPrograms(say: (line: string) => void = () => {}): Promise<string> {
  const lock = createHash('sha256').update(readFileSync(path.join(pinned, 'package-lock.json')));
  const home = path.join(cache, lock.digest('hex').slice(0, 16));
  if (existsSync(home)) return path.join(home, 'node_modules');
  say('installing the programs of test/programs (once)');
  // Made aside and moved into place, so that a half-made one is never taken for it.
  const aside = path.join(cache, `making.${process.pid}`);
  await rm(cache, { recursive: true, force: true });
  await mkdir(aside, { recursive: true });
  for (const file of FILES) copyFileSync(path.join(pinned, file), path.join(aside, file));
  const install = ['ci', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', '--silent'];
  await run('npm', install, { cwd: aside, timeout: 600_000 });
  await rename(aside, home);
  return path.join(home, 'node_modules');
}
