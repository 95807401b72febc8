import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface Ran {
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  env?: Record<string, string>;
  input?: string;
  /** Past it the process and what it started are killed, and `run` rejects. */
  timeoutMs?: number;
}

/** A process that goes on until it is stopped. */
export interface Running {
  readonly child: ChildProcess;
  /** Everything it printed so far. */
  output(): string;
  /** Resolves with the first match in what it prints; rejects with its output when it ends before. */
  printed(pattern: RegExp): Promise<RegExpExecArray>;
  signal(signal: NodeJS.Signals): void;
  stop(): Promise<void>;
}

/** One machine of the lab: runs commands in its network. */
export class Machine {
  readonly name: string;
  readonly #entry: readonly string[];
  readonly #folder: string;
  readonly #running = new Set<Running>();

  constructor(name: string, entry: readonly string[], folder: string) {
    this.name = name;
    this.#entry = entry;
    this.#folder = folder;
  }

  commandLine(command: readonly string[]): string[] {
    return [...this.#entry, 'env', '-C', ROOT, 'ip', 'netns', 'exec', this.name, ...command];
  }

  /** Runs a command to its end. A failing one is not an error; one that does not end is. */
  async run(command: readonly string[], { env, input, timeoutMs = 30_000 }: RunOptions = {}): Promise<Ran> {
    const child = this.#spawn(command, env, { stdio: ['pipe', 'pipe', 'pipe'] });
    const ran: Ran = { exitCode: null, stdout: '', stderr: '' };
    child.stdout!.on('data', (chunk) => {
      ran.stdout += chunk;
    });
    child.stderr!.on('data', (chunk) => {
      ran.stderr += chunk;
    });
    child.stdin!.on('error', () => {});
    child.stdin!.end(input);
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      killGroup(child, 'SIGKILL');
    }, timeoutMs);
    ran.exitCode = await closed(child);
    clearTimeout(timer);
    if (isLate) {
      throw new Error(`${command.join(' ')} did not end within ${timeoutMs} ms\n${ran.stdout}${ran.stderr}`);
    }
    return ran;
  }

  /** A command that must succeed, in the lab but in no machine's network: for who makes the machines. */
  async outside(command: readonly string[]): Promise<void> {
    const [program, ...args] = [...this.#entry, ...command];
    const child = spawn(program!, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    let words = '';
    child.stderr.on('data', (chunk) => {
      words += chunk;
    });
    if ((await closed(child)) !== 0) throw new Error(`${command.join(' ')}: ${words}`);
  }

  /** Like `run`, for commands that must succeed; gives what was printed. */
  async must(command: readonly string[], options?: RunOptions): Promise<string> {
    const { exitCode, stdout, stderr } = await this.run(command, options);
    if (exitCode !== 0)
      throw new Error(`${this.name}: ${command.join(' ')}: ${exitCode}\n${stdout}${stderr}`);
    return stdout;
  }

  /** The built command line of Perch. */
  perch(args: readonly string[], options?: RunOptions): Promise<Ran> {
    return this.run([process.execPath, path.join(ROOT, 'cli/bin.js'), ...args], options);
  }

  /** The JSON document that `perch … --json` prints, and the exit code. */
  async perchJson<T>(
    args: readonly string[],
    options?: RunOptions,
  ): Promise<{ exitCode: number | null; document: T }> {
    const { exitCode, stdout, stderr } = await this.perch([...args, '--json'], options);
    const lines = stdout.split('\n').filter((line) => line !== '');
    if (lines.length !== 1)
      throw new Error(`perch ${args.join(' ')} printed no one document: ${stdout}${stderr}`);
    return { exitCode, document: JSON.parse(lines[0]!) as T };
  }

  start(command: readonly string[], env?: Record<string, string>): Running {
    const child = this.#spawn(command, env, { stdio: ['ignore', 'pipe', 'pipe'] });
    const running = follow(child);
    this.#running.add(running);
    child.once('close', () => this.#running.delete(running));
    return running;
  }

  async stopAll(): Promise<void> {
    await Promise.all([...this.#running].map((running) => running.stop()));
  }

  #spawn(
    command: readonly string[],
    env: Record<string, string> | undefined,
    options: SpawnOptions,
  ): ChildProcess {
    const [program, ...args] = this.commandLine(command);
    return spawn(program!, args, {
      ...options,
      // A group of its own, so that what it starts can be ended with it.
      detached: true,
      env: {
        PATH: process.env.PATH ?? '/usr/sbin:/usr/bin:/sbin:/bin',
        HOME: path.join(this.#folder, `home-${this.name}`),
        NO_COLOR: '1',
        ...env,
      },
    });
  }
}

function follow(child: ChildProcess): Running {
  let output = '';
  let watch = () => {};
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.on('data', (chunk) => {
      output += chunk;
      watch();
    });
  }
  const ended = closed(child);
  return {
    child,
    output: () => output,
    printed: (pattern) =>
      new Promise((resolve, reject) => {
        watch = () => {
          const match = pattern.exec(output);
          if (match) resolve(match);
        };
        watch();
        void ended.then(() => reject(new Error(`ended without printing ${pattern}: ${output}`)));
      }),
    signal: (signal) => killGroup(child, signal),
    async stop() {
      killGroup(child, 'SIGTERM');
      const timer = setTimeout(() => killGroup(child, 'SIGKILL'), 5000);
      await ended;
      clearTimeout(timer);
    },
  };
}

function closed(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('close', (code) => resolve(code));
    child.once('error', reject);
  });
}

function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, signal);
  } catch {
    // It has ended.
  }
}
