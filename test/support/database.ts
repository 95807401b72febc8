import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, chownSync, constants, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';

/** A database server of Debian's, on loopback, with a folder of its own. */
export interface Database {
  port: number;
  /** Ends it; its folder stays, so that it can be started again. */
  kill(): Promise<void>;
  /** Starts it again after `kill`, at the same port. */
  start(): Promise<void>;
  /** Ends it, and removes what it kept. */
  remove(): Promise<void>;
}

export function startRedis(port: number): Promise<Database> {
  const options = { port, bind: '127.0.0.1', save: '', appendonly: 'no' };
  const words = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  return startServer(port, 'perch-redis-', {
    command: (folder) => [find('redis-server'), ...words, '--dir', folder],
    ready: /Ready to accept connections/,
  });
}

/** User and database are `perch`; nobody is asked for a password. */
export function startPostgres(port: number): Promise<Database> {
  return startServer(port, 'perch-postgres-', {
    make(folder, asUser) {
      const cluster = [
        '-D',
        path.join(folder, 'data'),
        '-U',
        'perch',
        '--auth=trust',
        '--no-sync',
        '-E',
        'UTF8',
      ];
      execFileSync(find('initdb'), [...cluster, '--no-locale'], { ...asUser, stdio: 'pipe', cwd: folder });
    },
    command: (folder) => [
      ...[find('postgres'), '-D', path.join(folder, 'data'), '-p', String(port), '-h', '127.0.0.1'],
      ...['-k', folder, '-c', 'fsync=off', '-c', 'shared_buffers=8MB', '-c', 'log_destination=stderr'],
    ],
    ready: /database system is ready to accept connections/,
    // The fast shutdown: sessions are ended, too.
    endsBy: 'SIGINT',
  });
}

/** User `perch` with the password `secret`, and an empty database `shop`. */
export function startMariadb(port: number): Promise<Database> {
  const grants = [
    'CREATE DATABASE IF NOT EXISTS shop;',
    "CREATE USER IF NOT EXISTS 'perch'@'127.0.0.1' IDENTIFIED BY 'secret';",
    "GRANT ALL ON shop.* TO 'perch'@'127.0.0.1';",
  ];
  return startServer(port, 'perch-mariadb-', {
    make(folder, asUser) {
      writeFileSync(path.join(folder, 'grants.sql'), grants.join('\n'));
      const options = [
        '--no-defaults',
        `--datadir=${folder}/data`,
        '--auth-root-authentication-method=normal',
      ];
      execFileSync(find('mariadb-install-db'), [...options, '--skip-test-db'], {
        ...asUser,
        stdio: 'pipe',
        cwd: folder,
      });
    },
    command: (folder) => [
      ...[find('mariadbd'), '--no-defaults', `--datadir=${folder}/data`, `--port=${port}`],
      ...['--bind-address=127.0.0.1', `--socket=${folder}/socket`, `--pid-file=${folder}/pid`],
      ...['--skip-name-resolve', '--innodb-flush-log-at-trx-commit=0', '--innodb-buffer-pool-size=16M'],
      `--init-file=${folder}/grants.sql`,
    ],
    ready: /ready for connections/,
  });
}

interface Server {
  make?(folder: string, asUser: { uid?: number; gid?: number }): void;
  command(folder: string): string[];
  /** In the line of its output from which on it serves. */
  ready: RegExp;
  /** Default: SIGTERM. */
  endsBy?: NodeJS.Signals;
}

/** PostgreSQL refuses to run as root; a server of a test needs to be nobody anyway. */
const NOBODY = 65_534;

async function startServer(
  port: number,
  prefix: string,
  { make, command, ready, endsBy = 'SIGTERM' }: Server,
): Promise<Database> {
  const folder = mkdtempSync(path.join(os.tmpdir(), prefix));
  const asUser = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
  if (asUser.uid) chownSync(folder, asUser.uid, asUser.uid);
  make?.(folder, asUser);
  let child: ChildProcess;
  const start = async (): Promise<void> => {
    const [program, ...args] = command(folder) as [string, ...string[]];
    child = spawn(program, args, { ...asUser, cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    const said: string[] = [];
    await new Promise<void>((resolve, reject) => {
      for (const input of [child.stdout!, child.stderr!]) {
        createInterface({ input }).on('line', (line) => {
          said.push(line);
          if (ready.test(line)) resolve();
        });
      }
      child.once('error', reject);
      child.once('exit', () => reject(new Error(`${program} ended\n${said.join('\n')}`)));
    });
  };
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(endsBy);
    await ended;
  };
  await start();
  return {
    port,
    kill,
    start,
    async remove() {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** In PATH, or where Debian puts the programs of PostgreSQL. */
function find(program: string): string {
  const versions = '/usr/lib/postgresql';
  const debian = readdirSyncIfThere(versions).map((version) => path.join(versions, version, 'bin'));
  for (const folder of [...(process.env.PATH ?? '').split(':'), '/usr/sbin', ...debian]) {
    const file = path.join(folder, program);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {}
  }
  throw new Error(`no ${program} here; npm test installs it`);
}

function readdirSyncIfThere(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
