import { type ChildProcess, fork, spawn } from 'node:child_process';
import hubCode from '../../dist/hub-text.cjs?raw';
import runnerCode from '../../dist/thread-runner.cjs?raw';
import { workerEnv } from '../../worker-of.ts';
import { type Ending, HostedLife } from './hosted.ts';
import { type FromRunner, isNote, type StartNote, type ToRunner } from './notes.ts';
import { processRunnerFile } from './process-runner-file.ts';

/**
 * A worker in a forked Node process. A kill is SIGKILL, to it and to what it started: it leads a process group of its
 * own (docs/decisions/0008). An orderly stop asks over IPC, says SIGTERM when half of its time is over, and kills at
 * the end of it.
 */
export class ProcessLife extends HostedLife {
  #child: ChildProcess | null = null;
  #sigterm: NodeJS.Timeout | null = null;

  protected launch(note: StartNote): void {
    const child = forkRunner();
    this.#child = child;
    const ending: Ending = { code: null };
    child.on('error', (error) => {
      // A process that came to be tells its end itself; one that could not be started has no other.
      if (child.pid !== undefined) return;
      ending.error = error;
      this.ended(ending);
    });
    child.on('message', (message) => {
      if (isNote<FromRunner>(message)) this.noted(message);
    });
    child.on('exit', (code, signal) => {
      if (this.#sigterm) clearTimeout(this.#sigterm);
      this.ended({ ...ending, code, signal });
    });
    if (child.pid !== undefined) this.incarnation.runs({ pid: child.pid });
    child.send(note, ignoreLateErrors);
  }

  protected terminate(): boolean {
    const child = this.#child;
    if (child?.pid === undefined) return false;
    // While Node has not told its exit it is not reaped either, so the number is still its and its group's.
    if (child.exitCode === null && child.signalCode === null) killGroup(child.pid, child);
    return true;
  }

  protected tell(note: ToRunner): void {
    if (this.#child?.connected) this.#child.send(note, ignoreLateErrors);
  }

  protected insist(ms: number | null): void {
    const terminate = () => this.#child?.kill('SIGTERM');
    // It has closed the channel, so a signal is all it can hear.
    if (!this.#child?.connected) terminate();
    else if (ms !== null) this.#sigterm = setTimeout(terminate, ms / 2);
  }
}

function killGroup(pid: number, child: ChildProcess): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    child.kill('SIGKILL');
  }
}

/** Leads a group of its own; where the system has no groups, `detached` would be something else. */
const detached = process.platform !== 'win32';

/** The runner as a file where it lies beside this code; as text where the service was bundled into one file. */
function forkRunner(): ChildProcess {
  const file = processRunnerFile();
  const env = workerEnv();
  if (file) return fork(file, [], { serialization: 'advanced', detached, env });
  const child = spawn(process.execPath, [...process.execArgv, '-e', TAKE_CODE, 'process-runner'], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    serialization: 'advanced',
    detached,
    env,
  });
  child.send({ perch: 'code', code: runnerCode, hub: hubCode }, ignoreLateErrors);
  return child;
}

/**
 * Runs the first message as CommonJS: a command line takes 128 KiB at most, a message any size. The hub's text comes
 * beside it, since the runner's is also that of threads, which need none (scripts/build.ts, `handedOver`).
 */
const TAKE_CODE = `process.once('message', ({ code, hub }) => new Function('require', 'module', 'exports', 'perchHub', code)(require, { exports: {} }, {}, hub))`;

/** Its exit says all there is to say. */
function ignoreLateErrors(): void {}
