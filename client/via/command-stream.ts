import { type ChildProcess, spawn } from 'node:child_process';
import { Duplex } from 'node:stream';
import { commandsUnderWay } from './under-way.ts';
import type { Way } from './way.ts';

/** What an ssh server says first; whatever a command prints before it is no part of the connection. */
const IDENT = 'SSH-2.0-';
/** So much may come before it: tools greet, and a login shell has its message of the day. */
const MAX_PREFACE_BYTES = 16 * 1024;
/** Of what it said on stderr, the end is kept. */
const MAX_SAID_CHARS = 4096;
/** Between its exit and the end of its output, whichever comes first; and between SIGTERM and SIGKILL. */
const SETTLE_MS = 300;
const KILL_MS = 1000;

const groups = new Set<number>();

/**
 * A connection over a command's stdin and stdout. The command runs without a shell, in a session of its own without a
 * terminal: one that wants a password there fails. It ends with the stream, and what it started with it: SIGTERM to its
 * process group, then SIGKILL. The readable side ends once the command has, so that by then `how()` tells how.
 */
export class CommandStream extends Duplex {
  /** It could not be started, printed what is no ssh, or has ended. */
  isOver = false;
  #child: ChildProcess | null = null;
  #exit: { code: number | null; signal: NodeJS.Signals | null } | null = null;
  #trouble: string | null = null;
  #said = '';
  /** What came before the ident; null once that is there. */
  #preface: Buffer | null = Buffer.alloc(0);

  constructor(way: Way, env: NodeJS.ProcessEnv = process.env) {
    super({ allowHalfOpen: false });
    try {
      this.#start(way, env);
    } catch (error) {
      this.#over((error as Error).message);
    }
  }

  /** How it stands, for an error: `it ended with code 1; the way in said: no such pod`. */
  how(): { words: string; exitCode: number | null; signal: string | null; said: string } {
    const { code: exitCode = null, signal = null } = this.#exit ?? {};
    const said = [textOf(this.#preface), this.#said].map(lastLines).filter(Boolean).join('; ');
    const ended =
      signal === null ? `the command ended with code ${exitCode}` : `the command was ended by ${signal}`;
    const what = this.#trouble ?? (this.#exit ? ended : null);
    const words = [what, said && `the way in said: ${said}`].filter(Boolean).join('; ');
    return { words, exitCode, signal, said };
  }

  #start(way: Way, env: NodeJS.ProcessEnv): void {
    const [program = '', ...args] = way.argv;
    const child = spawn(program, args, {
      cwd: '/',
      env: environmentOf(way, env),
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    });
    this.#child = child;
    keepInMind(child);
    child.stdin!.on('error', () => {
      // It has closed its input; that it ended, and how, is told by its exit.
    });
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.#said = (this.#said + text).slice(-MAX_SAID_CHARS);
    });
    child.stdout!.on('data', (chunk: Buffer) => {
      const bytes = this.#preface === null ? chunk : this.#afterPreface(this.#preface, chunk);
      if (bytes && !this.push(bytes)) child.stdout!.pause();
    });
    child.once('error', (error: NodeJS.ErrnoException) => this.#over(whyNotStarted(program, error)));
    child.once('exit', (code, signal) => {
      this.#exit = { code, signal };
      this.#settle();
    });
    child.stdout!.once('end', () => this.#settle());
    child.once('close', () => this.#over(null));
  }

  /** The bytes from the ident on, once it has come. */
  #afterPreface(before: Buffer, chunk: Buffer): Buffer | null {
    const all = Buffer.concat([before, chunk]);
    const at = all.indexOf(IDENT, Math.max(0, before.length - IDENT.length), 'latin1');
    this.#preface = all.subarray(0, at < 0 ? MAX_PREFACE_BYTES : at);
    if (at < 0 && all.length > MAX_PREFACE_BYTES) this.#over('what it prints is no ssh');
    if (at < 0) return null;
    // It said so before it was through: of no interest any more.
    this.#preface = null;
    return all.subarray(at);
  }

  /** Its exit and the end of its output come in either order; something it left behind may hold the output open. */
  #settle(): void {
    setTimeout(() => this.#over(this.#exit ? null : 'the command closed its output'), SETTLE_MS).unref();
  }

  #over(trouble: string | null): void {
    if (this.isOver) return;
    this.isOver = true;
    this.#trouble = trouble;
    this.push(null);
    end(this.#child);
  }

  override _read(): void {
    this.#child?.stdout?.resume();
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    const stdin = this.#child?.stdin;
    if (stdin?.writable) stdin.write(chunk, () => done());
    else done();
  }

  override _final(done: () => void): void {
    this.#child?.stdin?.end();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.isOver = true;
    end(this.#child);
    done(error);
  }
}

function end(child: ChildProcess | null): void {
  if (!child?.pid) return;
  child.stdin!.destroy();
  const { pid } = child;
  if (!groups.has(pid)) return;
  signalGroup(pid, 'SIGTERM');
  const late = setTimeout(() => signalGroup(pid, 'SIGKILL'), KILL_MS);
  child.once('exit', () => clearTimeout(late));
}

function keepInMind(child: ChildProcess): void {
  const { pid } = child;
  if (pid === undefined) return;
  groups.add(pid);
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => {
      // What it started and left behind is of no use without it.
      signalGroup(pid, 'SIGKILL');
      groups.delete(pid);
      if (groups.size === 0) process.off('exit', endAll);
      resolve();
    });
  });
  commandsUnderWay.add(ended);
  void ended.then(() => commandsUnderWay.delete(ended));
  if (groups.size === 1) process.once('exit', endAll);
}

/** Whoever exits without waiting leaves none behind either. */
function endAll(): void {
  for (const pid of groups) signalGroup(pid, 'SIGKILL');
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // Nobody is left in it.
  }
}

/** Where programs look for themselves and their configuration. The rest is for the inventory to name. */
const USUAL = [
  ...[
    'PATH',
    'HOME',
    'USER',
    'LOGNAME',
    'LANG',
    'LC_ALL',
    'TZ',
    'TMPDIR',
    'XDG_CONFIG_HOME',
    'XDG_RUNTIME_DIR',
  ],
  ...['SSH_AUTH_SOCK', 'KUBECONFIG', 'DOCKER_HOST', 'DOCKER_CONTEXT', 'AWS_PROFILE', 'AWS_REGION'],
];

function environmentOf({ env: named }: Way, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const given = [...USUAL, ...named].map((name) => [name, env[name]] as const);
  return Object.fromEntries(given.filter(([, value]) => value !== undefined));
}

function whyNotStarted(program: string, { code, message }: NodeJS.ErrnoException): string {
  if (code === 'ENOENT') return `there is no program ${program} on this computer`;
  if (code === 'EACCES') return `${program} may not be run`;
  return message;
}

/** Empty for what is no text: nobody wants to read it. */
function textOf(bytes: Buffer | null): string {
  const text = bytes?.toString('utf8') ?? '';
  return /(?![\t\r\n])\p{Cc}|\ufffd/u.test(text) ? '' : text;
}

/** Of a few lines, as one, and nothing in it that a terminal would obey. */
function lastLines(text: string): string {
  const lines = text
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what colours and moves a cursor goes
    .replace(/\x1b\[[0-9;?]*[A-Za-z]/g, '')
    .split(/[\r\n]+/)
    .map((line) => line.replace(/\p{C}+/gu, ' ').trim())
    .filter((line) => line !== '');
  return lines.slice(-3).join('; ').slice(-MAX_WORDS_CHARS);
}

const MAX_WORDS_CHARS = 400;
