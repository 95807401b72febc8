import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { conf } from '../support/wireguard-conf.ts';

const bin = fileURLToPath(new URL('../../cli/bin.js', import.meta.url));
const NOBODY = 65534;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "perch it's "));
  chmodSync(folder, 0o755);
  writeFileSync(path.join(folder, 'a.conf'), conf(), { mode: 0o644 });
  writeFileSync(path.join(folder, 'all.conf'), conf({ peer: { AllowedIPs: '::/0' } }), { mode: 0o644 });
  writeFileSync(
    path.join(folder, 'fleet.yaml'),
    JSON.stringify({ environments: { prod: { tunnel: 'a.conf' }, all: { tunnel: 'all.conf' } } }),
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs `perch` as an ordinary user, with the built command line. */
async function perch(
  ...args: string[]
): Promise<{ exitCode: number | null; document: { error?: { code: string; message: string } } }> {
  const isRoot = process.geteuid?.() === 0;
  const drop = isRoot ? ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'] : [];
  const inventory = ['--inventory', path.join(folder, 'fleet.yaml')];
  const [program, ...rest] = [...drop, process.execPath, bin, ...args, ...inventory, '--json'];
  const child = spawn(program!, rest, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH, HOME: folder },
  });
  let stdout = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  const exitCode = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { exitCode, document: JSON.parse(stdout) };
}

describe('an ordinary user', () => {
  it('is told the one command to run, ready for the shell', async () => {
    const { exitCode, document } = await perch('tunnel', 'up', 'prod');
    expect(exitCode).toBe(3);
    expect(document.error!.code).toBe('NEEDS_ROOT');
    const quoted = `'${path.join(folder, 'fleet.yaml').replaceAll("'", "'\\''")}'`;
    expect(document.error!.message).toBe(
      `Bringing a tunnel up needs root. Run: sudo ${process.execPath} ${bin} tunnel up prod --inventory ${quoted}`,
    );
  });

  it('reads the state as far as it can be read', async () => {
    const { exitCode, document } = await perch('tunnel', 'status', 'prod');
    expect(exitCode).toBe(0);
    expect(document).toMatchObject({ env: 'prod', state: 'off', warnings: [{ kind: 'readable-by-others' }] });
  });

  it('has nothing to take down that is off', async () => {
    expect((await perch('tunnel', 'down', 'prod')).document).toEqual({
      env: 'prod',
      state: 'off',
      peers: [],
    });
  });

  it('must agree first to a tunnel that takes all traffic', async () => {
    expect((await perch('tunnel', 'up', 'all')).document.error!.code).toBe('CONFIRM_NEEDED');
    expect((await perch('tunnel', 'up', 'all', '--yes')).document.error).toMatchObject({
      code: 'NEEDS_ROOT',
      message: expect.stringMatching(/ --yes$/),
    });
  });

  it('who names an environment that is not there is told which are', async () => {
    const { exitCode, document } = await perch('tunnel', 'up', 'prd');
    expect(exitCode).toBe(2);
    expect(document.error).toMatchObject({
      code: 'NO_TUNNEL',
      message: expect.stringContaining('it has prod, all'),
    });
  });
});
