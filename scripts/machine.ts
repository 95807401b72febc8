/** What Perch needs of the machine beside Node, and how it gets there (README, "What the machine needs"). */
import { execFileSync, spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline/promises';

export type Need = 'app' | 'containers' | 'databases' | 'display' | 'links' | 'otp' | 'ssh' | 'wireguard';

/** A Debian package, and the program, library or Erlang application that shows it is there (however it was installed). */
interface Part {
  package: string;
  program?: string;
  library?: string;
  application?: string;
}

const PARTS: Record<Need, readonly Part[]> = {
  /** Electron's shared libraries. */
  app: [
    { package: 'libgtk-3-0', library: 'libgtk-3.so.0' },
    { package: 'libnss3', library: 'libnss3.so' },
    { package: 'libasound2', library: 'libasound.so.2' },
    { package: 'libgbm1', library: 'libgbm.so.1' },
    { package: 'libxss1', library: 'libXss.so.1' },
    { package: 'libatk-bridge2.0-0', library: 'libatk-bridge-2.0.so.0' },
  ],
  /** What the libraries that adapters know are tested with. Those of PostgreSQL lie outside of PATH. */
  databases: [
    { package: 'redis-server', program: 'redis-server' },
    // The server alone, and what it is set up with: the whole package starts one of its own.
    { package: 'mariadb-server-core', program: 'mariadbd' },
    { package: 'mariadb-client-core', program: 'my_print_defaults' },
    { package: 'postgresql', program: 'pg_ctlcluster' },
  ],
  /** Where tests show the app. */
  display: [{ package: 'xvfb', program: 'Xvfb' }],
  /** What opens a link for a desktop. */
  links: [{ package: 'xdg-utils', program: 'xdg-open' }],
  /** What our supervisors are compared with; `cover` is one of the tools. */
  otp: [
    { package: 'erlang-base', program: 'erl' },
    { package: 'erlang-tools', application: 'tools' },
  ],
  /** A clock that a test can set for one process alone. */
  containers: [
    { package: 'util-linux', program: 'nsenter' },
    { package: 'faketime', program: 'faketime' },
  ],
  ssh: [{ package: 'openssh-client', program: 'ssh' }],
  wireguard: [
    { package: 'wireguard-tools', program: 'wg-quick' },
    { package: 'wireguard-go', program: 'wireguard-go' },
    { package: 'iproute2', program: 'ip' },
    { package: 'procps', program: 'pgrep' },
  ],
};

export interface Situation {
  /** Debian packages that are not there. */
  missing: readonly string[];
  /** apt-get is there. */
  hasApt: boolean;
  isRoot: boolean;
  /** Somebody can be asked: stdin and stdout are a terminal. */
  hasTerminal: boolean;
  /** The variable CI is set: nobody is asked. */
  isCi: boolean;
}

export type Plan =
  | { kind: 'nothing' }
  | { kind: 'install'; packages: readonly string[] }
  | { kind: 'ask'; packages: readonly string[]; withSudo: boolean }
  | { kind: 'name'; line: string };

/** Pure: what to do about what is missing. */
export function plan({ missing, hasApt, isRoot, hasTerminal, isCi }: Situation): Plan {
  if (missing.length === 0) return { kind: 'nothing' };
  if (!hasApt) return { kind: 'name', line: `install what these Debian packages hold: ${missing.join(' ')}` };
  const someone = hasTerminal && !isCi;
  if (someone) return { kind: 'ask', packages: missing, withSudo: !isRoot };
  if (isRoot) return { kind: 'install', packages: missing };
  return { kind: 'name', line: `sudo ${aptLine(missing)}` };
}

/** The one line that a person can run. */
export function aptLine(packages: readonly string[]): string {
  return `apt-get install -y --no-install-recommends ${packages.join(' ')}`;
}

/** What of these needs the machine lacks, as Debian packages. Only Linux is looked at. */
export function missingPackages(needs: readonly Need[]): string[] {
  if (process.platform !== 'linux') return [];
  const libraries = needs.includes('app') ? installedLibraries() : '';
  return needs
    .flatMap((need) => PARTS[need])
    .filter((part) => !isThere(part, libraries))
    .map((part) => part.package);
}

function isThere({ program, library, application }: Part, libraries: string): boolean {
  if (program) return findProgram(program) !== null;
  if (application) return erlangApplications().some((each) => each.startsWith(`${application}-`));
  return libraries.includes(`\t${library} `);
}

/**
 * Sees to it that the machine has what is needed: asks, installs, or gives the line to run instead. Null when
 * all is there. `say` hears what is done.
 */
export async function prepareMachine(
  needs: readonly Need[],
  say: (line: string) => void,
): Promise<string | null> {
  const next = plan({
    missing: missingPackages(needs),
    hasApt: existsSync('/usr/bin/apt-get'),
    isRoot: process.getuid?.() === 0,
    hasTerminal: Boolean(process.stdin.isTTY && process.stdout.isTTY),
    isCi: Boolean(process.env.CI && process.env.CI !== 'false'),
  });
  if (next.kind === 'nothing') return null;
  if (next.kind === 'name') return next.line;
  const line = aptLine(next.packages);
  const instead = next.kind === 'ask' && next.withSudo ? `sudo ${line}` : line;
  if (next.kind === 'ask' && !(await agrees(`${instead}\nRun this now? [y/N] `))) return instead;
  if (next.kind === 'install') say(`installing with apt: ${next.packages.join(' ')}`);
  install(next.packages, next.kind === 'ask' && next.withSudo);
  const left = missingPackages(needs);
  return left.length === 0 ? null : aptLine(left);
}

function install(packages: readonly string[], withSudo: boolean): void {
  const commands = [
    ['apt-get', 'update', '-q'],
    ['apt-get', 'install', '-y', '-q', '--no-install-recommends', ...packages],
  ];
  for (const command of commands) {
    const [program, ...args] = withSudo ? ['sudo', ...command] : command;
    // Their output is long and never what a test's reader wants, unless it fails; a person may watch.
    const done = spawnSync(program!, args, {
      stdio: withSudo ? 'inherit' : ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      encoding: 'utf8',
    });
    if (done.status !== 0) process.stderr.write(`${command.join(' ')} failed\n${done.stderr ?? ''}`);
  }
}

async function agrees(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question(question);
  terminal.close();
  return /^y(es)?$/i.test(answer.trim());
}

/** The dynamic linker's own list, one line a library. */
function installedLibraries(): string {
  const ldconfig = ['/sbin/ldconfig', '/usr/sbin/ldconfig'].find((file) => existsSync(file));
  return ldconfig ? execFileSync(ldconfig, ['-p'], { encoding: 'utf8' }) : '';
}

/** `stdlib-4.2`, `tools-3.5.3`: they lie beside the folder of the `erl` that is found. */
function erlangApplications(): string[] {
  const erl = findProgram('erl');
  try {
    return erl ? readdirSync(path.join(realpathSync(erl), '../../lib')) : [];
  } catch {
    return [];
  }
}

/** Looks into PATH and where system programs are, which an ordinary user's PATH leaves out. */
function findProgram(name: string): string | null {
  const folders = [...(process.env.PATH ?? '').split(':'), '/usr/local/sbin', '/usr/sbin', '/sbin'];
  for (const folder of folders) {
    const file = path.join(folder || '.', name);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {}
  }
  return null;
}
