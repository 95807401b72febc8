import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** A virtual screen for the app. */
export interface Display {
  /** What DISPLAY is to be. */
  name: string;
  close(): Promise<void>;
}

/** Starts Xvfb on a free number of its own choosing. */
export async function startDisplay(): Promise<Display> {
  const server = spawn(
    'Xvfb',
    ['-displayfd', '3', '-screen', '0', '1680x1050x24', '-nolisten', 'tcp', '-noreset'],
    { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] },
  );
  const number = await displayNumber(server);
  return {
    name: `:${number}`,
    async close() {
      server.kill('SIGTERM');
      if (server.exitCode === null && server.signalCode === null) await once(server, 'exit');
    },
  };
}

function displayNumber(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    server.once('error', (cause) =>
      reject(new Error('Xvfb cannot be started: apt-get install xvfb', { cause })),
    );
    server.once('exit', (code) => reject(new Error(`Xvfb ended with ${code} before it was ready`)));
    server.stdio[3]!.on('data', (chunk) => {
      text += chunk;
      if (text.includes('\n')) resolve(text.trim());
    });
  });
}
