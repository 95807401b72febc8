import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';

/** A virtual screen for the app, somewhat larger than 4K: a window as large as its screen is made smaller. */
export interface Display {
  /** What DISPLAY is to be. */
  name: string;
  close(): Promise<void>;
}

const TRIES = 5;

/** Starts Xvfb. */
export async function startDisplay(): Promise<Display> {
  for (let tries = 1; ; tries++) {
    const number = freeNumber();
    const words = [
      `:${number}`,
      '-screen',
      '0',
      '4096x2304x24',
      '-nolisten',
      'tcp',
      '-noreset',
      '-displayfd',
      '3',
    ];
    // It ends with this process, however that ends.
    const server = spawn('setpriv', ['--pdeathsig', 'KILL', 'Xvfb', ...words], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    });
    if (!(await isReady(server))) {
      if (tries < TRIES) continue;
      throw new Error('Xvfb cannot be started');
    }
    return {
      name: `:${number}`,
      async close() {
        server.kill('SIGTERM');
        if (server.exitCode === null && server.signalCode === null) await once(server, 'exit');
      },
    };
  }
}

/**
 * A number that nobody has. Xvfb's own choice begins at 0 and takes a lock whose owner it cannot see for a dead
 * one's: in a namespace of processes it would take a person's own screen away.
 */
function freeNumber(): number {
  for (;;) {
    const number = 1000 + Math.floor(Math.random() * 50_000);
    if (!existsSync(`/tmp/.X${number}-lock`) && !existsSync(`/tmp/.X11-unix/X${number}`)) return number;
  }
}

/** It says its number once it listens. */
function isReady(server: ChildProcess): Promise<boolean> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) =>
      reject(new Error('Xvfb cannot be started: apt-get install xvfb', { cause })),
    );
    server.once('exit', () => resolve(false));
    server.stdio[3]!.once('data', () => resolve(true));
  });
}
