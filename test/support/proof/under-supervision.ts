import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, readSync, rmSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { newHostKey } from '../../../agent/hub/ssh/host-key.ts';
import type { Target } from '../../../client/session.ts';
import { newKeyPair } from '../../../client/ssh/identity.ts';
import { endFamily } from '../service.ts';
import { Lives, type LogLine } from './lives.ts';
import { hasThread, monotonic } from './machine.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const LOOK_MS = 50;

/**
 * A real service under an outside supervisor (a shell that starts it again whenever it ends), and what can be known
 * of it without Perch: its own log and /proc.
 */
export class UnderSupervision {
  readonly lives = new Lives();
  readonly port: number;
  readonly #folder: string;
  /** File of what the service printed in each of its lives, and what each ended with. */
  readonly #said: string;
  readonly #shell: ChildProcess;
  readonly #key = newKeyPair('proof');
  readonly #hostKey = newHostKey();
  readonly #log: number;
  readonly #timer: NodeJS.Timeout;
  #unread = '';
  #at = 0;

  constructor(port: number, onLook: () => void) {
    this.port = port;
    this.#folder = mkdtempSync(path.join(os.tmpdir(), 'perch-proof-'));
    mkdirSync(path.join(this.#folder, 'perch'), { mode: 0o700 });
    const log = path.join(this.#folder, 'log');
    this.#said = path.join(this.#folder, 'said');
    this.#log = openSync(log, 'a+');
    const at = (...parts: string[]) => path.join(root, ...parts);
    const node = process.env.PERCH_TEST_NODE ?? process.execPath;
    const preloads = [at('dist/test/fixtures/ends-hub.cjs'), at('agent/dist/register.cjs')];
    const words = [node, ...preloads.flatMap((file) => ['-r', file]), at('dist/test/fixtures/proof.js')];
    const said = `'${this.#said}'`;
    const life = `echo process $$ starts; exec ${words.map((word) => `"${word}"`).join(' ')}`;
    const line = `while :; do sh -c '${life}' >> ${said} 2>&1; echo "ended with $?" >> ${said}; done`;
    this.#shell = spawn('/bin/sh', ['-c', line], {
      stdio: ['ignore', 'ignore', 'ignore'],
      env: {
        PATH: process.env.PATH,
        HOME: this.#folder,
        XDG_RUNTIME_DIR: this.#folder,
        PROOF_LOG: log,
        PERCH_LISTEN: `127.0.0.1:${port}`,
        PERCH_HOST_KEY: this.#hostKey.text,
        PERCH_AUTHORIZED_KEYS: `capabilities="observe,inspect,control" ${this.#key.publicLine}`,
        PERCH_INSTANCE: `proof-${port}`,
      },
    });
    this.#timer = setInterval(() => {
      this.look();
      onLook();
    }, LOOK_MS);
  }

  /** Pid of the service's current life; 0 before the first. */
  get pid(): number {
    return this.lives.boots.at(-1)?.pid ?? 0;
  }

  target(port = this.port): Target {
    return {
      address: { kind: 'tcp', host: '127.0.0.1', port },
      login: 'publickey',
      identity: this.#key.privateKey,
      hostKey: { kind: 'pinned', sha256: this.#hostKey.fingerprint },
    };
  }

  /** Reads on in the log, then looks in /proc whether what should run does. */
  look(): void {
    this.#read();
    const seen = new Set<string>();
    const threads = [
      ...this.lives.running().map(({ pid, tid }) => ({ pid, tid })),
      ...this.lives.boots.flatMap(({ pid, endedAt }) => (endedAt === null ? { pid, tid: pid } : [])),
    ];
    for (const { pid, tid } of threads) {
      if (seen.has(`${pid}/${tid}`)) continue;
      seen.add(`${pid}/${tid}`);
      if (!hasThread(pid, tid)) this.lives.add({ t: monotonic(), what: 'absent', pid, tid });
    }
  }

  signal(signal: NodeJS.Signals): void {
    try {
      process.kill(this.pid, signal);
    } catch {
      // It has just ended.
    }
  }

  /** What the life with this pid printed, and what it ended with. */
  saidBy(pid: number): string {
    const lives = readFileSync(this.#said, 'utf8').split(/^process (?=\d+ starts$)/m);
    return lives.find((life) => life.startsWith(`${pid} starts`))?.trim() ?? '';
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    const ended = new Promise((resolve) => this.#shell.once('exit', resolve));
    this.#shell.kill('SIGKILL');
    await ended;
    endFamily(this.#folder);
    closeSync(this.#log);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #read(): void {
    const chunk = Buffer.alloc(64 * 1024);
    for (;;) {
      const bytes = readSync(this.#log, chunk, 0, chunk.length, this.#at);
      if (bytes === 0) return;
      this.#at += bytes;
      const lines = (this.#unread + chunk.toString('latin1', 0, bytes)).split('\n');
      this.#unread = lines.pop()!;
      for (const line of lines) this.lives.add(JSON.parse(line) as LogLine);
    }
  }
}

/** A port that nobody listens on, and that stays the same over all lives of a service. */
export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
