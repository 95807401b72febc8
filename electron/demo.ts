import { type ChildProcess, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { DemoView } from './ipc.ts';

/** Of what it printed, should it fail. */
const MAX_WORDS = 500;

/** `perch demo`, for as long as the app runs: it ends with the channel to this process, however that ends. */
export class Demo {
  readonly #program: string;
  readonly #changed: () => void;
  #child: ChildProcess | null = null;
  #view: DemoView | null = null;

  constructor(program: string, changed: () => void) {
    this.#program = program;
    this.#changed = changed;
  }

  /** Null: it was not asked for. */
  get view(): DemoView | null {
    return this.#view;
  }

  /** Starts it unless it runs. Its instances are found like all others of this computer. */
  start(): void {
    if (this.#child) return;
    const child = fork(this.#program, ['demo', '--json'], {
      execPath: nodeProgram(process.env),
      execArgv: [],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#child = child;
    let printed = '';
    child.stderr!.setEncoding('utf8').on('data', (text) => {
      printed = (printed + text).slice(-MAX_WORDS);
    });
    const ended = (words: string) => {
      this.#child = null;
      this.#become({ state: 'failed', words });
    };
    child.once('error', (error) => ended(error.message));
    child.once('exit', (code, signal) => ended(lastLine(printed) ?? `The demo ended (${signal ?? code}).`));
    this.#become({ state: 'running', words: '' });
  }

  close(): void {
    this.#child?.removeAllListeners('exit');
    this.#child?.kill('SIGTERM');
    this.#child = null;
  }

  #become(view: DemoView): void {
    this.#view = view;
    this.#changed();
  }
}

function lastLine(printed: string): string | null {
  return printed.trim().split('\n').at(-1) || null;
}

/** The person's own Node; without one Electron, which is one when it is forked. */
function nodeProgram(env: NodeJS.ProcessEnv): string {
  const folders = (env.PATH ?? '').split(path.delimiter).filter((folder) => path.isAbsolute(folder));
  return (
    folders.map((folder) => path.join(folder, 'node')).find((file) => existsSync(file)) ?? process.execPath
  );
}
