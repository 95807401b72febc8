import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const bin = fileURLToPath(new URL('../../cli/bin.js', import.meta.url));

export interface Ran {
  exit: number;
  stdout: string;
  stderr: string;
}

/** Runs the built `perch` as a process of its own, with nothing on stdin and no terminal. */
export async function perch(env: NodeJS.ProcessEnv, ...words: string[]): Promise<Ran> {
  const running = startPerch(env, ...words);
  return running.ended;
}

/** A document of which a test looks at a part. */
// biome-ignore lint/suspicious/noExplicitAny: its shape is what is tested
export type Json = any;

/** The same with `--json`; `json` is the one document on stdout. */
export async function perchJson(env: NodeJS.ProcessEnv, ...words: string[]): Promise<Ran & { json: Json }> {
  const ran = await perch(env, ...words, '--json');
  const lines = ran.stdout.trimEnd().split('\n');
  if (lines.length !== 1) throw new Error(`expected one document, got ${ran.stdout}\n${ran.stderr}`);
  return { ...ran, json: JSON.parse(lines[0]!) };
}

export interface Running {
  process: ChildProcess;
  /** The next line of stdout that is wanted; rejects when perch ends first. */
  line(wanted?: (line: string) => boolean): Promise<string>;
  ended: Promise<Ran>;
}

export function startPerch(env: NodeJS.ProcessEnv, ...words: string[]): Running {
  return run(process.execPath, [bin, ...words], env);
}

/** Under a terminal of 80 columns, by script(1); what it prints there, stderr too, comes as stdout. */
export function perchOnTerminal(env: NodeJS.ProcessEnv, ...words: string[]): Running {
  const quoted = [process.execPath, bin, ...words]
    .map((word) => `'${word.replaceAll("'", "'\\''")}'`)
    .join(' ');
  const command = `stty rows 40 columns 80; exec ${quoted}`;
  return run('script', ['-qefc', command, '/dev/null'], { TERM: 'xterm', SHELL: '/bin/sh', ...env });
}

function run(file: string, args: string[], env: NodeJS.ProcessEnv): Running {
  const child = spawn(file, args, {
    env: { PATH: process.env.PATH, ...env },
    cwd: path.dirname(bin),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const unread: string[] = [];
  const waiting: { wanted: (line: string) => boolean; resolve: (line: string) => void }[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    unread.push(line);
    deliver();
  });
  const deliver = () => {
    for (const waiter of waiting.splice(0)) {
      const at = unread.findIndex(waiter.wanted);
      if (at < 0) waiting.push(waiter);
      else waiter.resolve(unread.splice(0, at + 1).at(-1)!);
    }
  };
  const ended = new Promise<Ran>((resolve) => {
    child.once('close', (code) => resolve({ exit: code ?? -1, stdout, stderr }));
  });
  return {
    process: child,
    line: (wanted = () => true) =>
      new Promise((resolve, reject) => {
        waiting.push({ wanted, resolve });
        deliver();
        void ended.then((ran) => reject(new Error(`perch ended: ${JSON.stringify(ran)}`)));
      }),
    ended,
  };
}
