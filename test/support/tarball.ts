import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);

/** Packs the built agent as it would be published; gives the tarball, made in `folder`. */
export async function packAgent(folder: string): Promise<string> {
  const pack = ['pack', '--workspace', 'agent', '--json', '--pack-destination', folder];
  const { stdout } = await run('npm', pack, { cwd: root, env: ownCache(folder) });
  const [{ filename }] = JSON.parse(stdout);
  return path.join(folder, filename);
}

/** Installs it into a new, empty project, without a network. */
export async function installAgent(tarball: string, project: string, type: 'module' | 'commonjs') {
  mkdirSync(project, { recursive: true });
  writeFileSync(
    path.join(project, 'package.json'),
    JSON.stringify({ name: 'consumer', private: true, type }),
  );
  const install = ['install', '--offline', '--no-audit', '--no-fund', tarball];
  await run('npm', install, { cwd: project, env: ownCache(path.dirname(tarball)) });
}

/** A cache of its own: what this machine installed before must not help. */
function ownCache(folder: string): NodeJS.ProcessEnv {
  return { ...process.env, npm_config_cache: path.join(folder, 'cache') };
}
