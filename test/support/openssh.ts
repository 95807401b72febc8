import { spawn } from 'node:child_process';

export interface SshResult {
  code: number | null;
  stdout: Buffer;
  stderr: string;
}

/**
 * Runs OpenSSH's own `ssh`, knowing no configuration and asking nobody. `input` is written to it, then its
 * stdin is closed.
 */
export function runSsh(
  args: readonly string[],
  options: { input?: Uint8Array; program?: 'ssh' | 'sftp' } = {},
): Promise<SshResult> {
  const child = spawn(options.program ?? 'ssh', ['-F', 'none', '-o', 'BatchMode=yes', ...args], {
    env: { PATH: process.env.PATH },
    stdio: 'pipe',
  });
  const stdout: Buffer[] = [];
  let stderr = '';
  child.stdout.on('data', (chunk) => stdout.push(chunk));
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  child.stdin.on('error', () => {});
  child.stdin.end(options.input);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout: Buffer.concat(stdout), stderr }));
  });
}
