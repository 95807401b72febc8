import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Answer, Ask, Place, Program } from './program.ts';

/** What somebody else sees of one life of a program. */
export interface Life {
  answers: Answer[];
  stdout: string[];
  stderr: string[];
  end: { code: number | null; signal: NodeJS.Signals | null };
}

export interface Running {
  pid: number;
  /** Asks it everything there is to ask, once. */
  use(): Promise<void>;
  /** SIGTERM; gives all that was seen, with what varies from life to life taken out. */
  end(): Promise<Life>;
}

interface Start {
  program: Program;
  node: string;
  /** node_modules with the programs. */
  installed: string;
  /** Where it is started: flags of node find their packages from here. */
  cwd: string;
  port: number;
  flags: string[];
  env: NodeJS.ProcessEnv;
  /** Runs it as somebody else; for root only. */
  uid?: number;
}

/** Starts a program in a new folder, and comes back once it serves. */
export async function startProgram({
  program,
  node,
  installed,
  cwd,
  port,
  flags,
  env,
  uid,
}: Start): Promise<Running> {
  const place: Place = { folder: path.join(cwd, 'data', program.service), port };
  rmSync(place.folder, { recursive: true, force: true });
  mkdirSync(place.folder, { recursive: true });
  program.prepare(place);
  if (uid !== undefined)
    for (const each of ['', ...readdirSync(place.folder)]) chownSync(path.join(place.folder, each), uid, uid);
  const child = spawn(node, [...flags, path.join(installed, program.script), ...program.args(place)], {
    cwd,
    env: { ...env, ...program.env?.(place) },
    ...(uid === undefined ? {} : { uid, gid: uid }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stdout: string[] = [];
  const stderr: string[] = [];
  const lines = createInterface({ input: child.stdout }).on('line', (line) => stdout.push(line));
  createInterface({ input: child.stderr }).on('line', (line) => stderr.push(line));
  const closed = once(child, 'close');
  const said = (pattern: RegExp) =>
    new Promise<void>((resolve, reject) => {
      if (stdout.some((line) => pattern.test(line))) resolve();
      lines.on('line', (line) => pattern.test(line) && resolve());
      void closed.then((how) =>
        reject(new Error(`${program.service} ended ${how}\n${[...stdout, ...stderr].join('\n')}`)),
      );
    });
  await said(program.isUp);
  const answers: Answer[] = [];
  const ask: Ask = async (method, question, options = {}) => {
    const response = await fetch(`http://127.0.0.1:${port}${question}`, { method, ...options });
    const { date: _, ...headers } = Object.fromEntries(response.headers);
    const answer = {
      question: `${method} ${question}`,
      status: response.status,
      headers: Object.entries(headers).map((header) => header.join(': ')),
      body: await response.text(),
    };
    answers.push(answer);
    return answer;
  };
  const varies = [...program.varies, ...VARIES, new RegExp(`\\b${port}\\b`, 'g')];
  const steady = (text: string) => varies.reduce((left, pattern) => left.replace(pattern, '…'), text);
  return {
    pid: child.pid!,
    use: () => program.use(ask, said),
    async end() {
      child.kill('SIGTERM');
      const [code, signal] = await closed;
      return {
        answers: answers.map((answer) => ({
          ...answer,
          headers: answer.headers.map(steady),
          body: steady(answer.body),
        })),
        stdout: stdout.map(steady),
        stderr: stderr.map(steady),
        end: { code, signal },
      };
    },
  };
}

/** Times, pids, and the ports of clients. */
const VARIES = [
  /\b20\d\d-\d\d-\d\dT[\d:.]+Z/g,
  /\w{3}, \d\d \w{3} \d{4} [\d:]+ GMT/g,
  /\b1[789]\d{11}\b/g,
  /"pid":\d+/g,
  /\(node:\d+\)/g,
  /"remotePort":\d+/g,
];
