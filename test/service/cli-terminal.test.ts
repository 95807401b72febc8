/** `perch` on a terminal: it asks, draws in place, and colours trouble only. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { perch, perchJson, perchOnTerminal, type Running } from '../support/perch.ts';
import { type Service, startService } from '../support/service.ts';

let service: Service;
let home: string;
let env: NodeJS.ProcessEnv;
const NAME = 'terminal-fra';
const ESC = '\x1b';

beforeAll(async () => {
  home = mkdtempSync(path.join(os.tmpdir(), 'perch-terminal-'));
  const made = await perchJson({ HOME: home }, 'keys', 'new');
  service = await startService('supervised.js', {
    env: {
      PERCH_INSTANCE: NAME,
      PERCH_LISTEN: '127.0.0.1:0',
      PERCH_AUTHORIZED_KEYS: `capabilities="observe,inspect,control" ${made.json.publicKey}`,
    },
  });
  await service.socket();
  env = { HOME: home, XDG_RUNTIME_DIR: service.runtimeDir };
});
afterAll(async () => {
  await service.stop();
  rmSync(home, { recursive: true, force: true });
});

/** What the screen got, as soon as it holds `text`. */
function untilShown(running: Running, text: string | RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let shown = '';
    running.process.stdout!.on('data', (chunk) => {
      shown += chunk;
      if (typeof text === 'string' ? shown.includes(text) : text.test(shown)) resolve(shown);
    });
    void running.ended.then((ran) => reject(new Error(`perch ended: ${JSON.stringify(ran)}`)));
  });
}

const type = (running: Running, keys: string) => running.process.stdin!.write(keys);

async function incarnationOf(lineage: string): Promise<number> {
  return (await perchJson(env, 'show', NAME, lineage)).json.node.incarnation;
}

describe('an act', () => {
  test('asks, and is done after y', async () => {
    const before = await incarnationOf('app/games/7f3a');
    const running = perchOnTerminal(env, 'kill', NAME, 'app/games/7f3a', '--reason', 'asked');
    const question = await untilShown(running, '[y/N]');
    expect(question).toContain(`app/games/7f3a #${before} is killed; it is started again; that is restart`);
    expect(question).toContain(`kill app/games/7f3a #${before}`);
    expect(question).toContain(`on ${NAME}?`);
    type(running, 'y\r');
    const { exit, stdout } = await running.ended;
    expect(exit).toBe(0);
    expect(stdout).toContain('restarted: app/games/7f3a');
    expect(await incarnationOf('app/games/7f3a')).toBe(before + 1);
  });

  test.each([
    ['n', 'n\r'],
    ['nothing', '\r'],
    ['the end of input', '\x04'],
    ['Ctrl-C', '\x03'],
  ])('is not done after %s: exit 1', async (_, keys) => {
    const before = await incarnationOf('app/games/7f3a');
    const running = perchOnTerminal(env, 'kill', NAME, 'app/games/7f3a', '--reason', 'asked');
    await untilShown(running, '[y/N]');
    type(running, keys);
    const { exit, stdout } = await running.ended;
    expect(exit).toBe(1);
    expect(stdout).toContain('Nothing was done');
    expect(await incarnationOf('app/games/7f3a')).toBe(before);
  });

  test('on the root process says first what it means', async () => {
    const running = perchOnTerminal(env, 'kill', NAME, String(service.pid), '--reason', 'asked');
    const shown = await untilShown(running, '[y/N]');
    expect(shown).toContain("This is the service's own process: everything in it ends");
    type(running, 'n\r');
    expect((await running.ended).exit).toBe(1);
  });
});

describe('a host that is met for the first time', () => {
  test('is asked about, and remembered', async () => {
    const [, address, hostKey] = /perch: listening on (\S+) (SHA256:\S+)/.exec(service.stderr())!;
    const known = path.join(home, '.config/perch/known_hosts');
    const refused = perchOnTerminal(env, 'tree', address!);
    const question = await untilShown(refused, '[y/N]');
    expect(question).toContain(hostKey);
    type(refused, 'n\r');
    expect((await refused.ended).exit).toBe(3);

    const trusted = perchOnTerminal(env, 'tree', address!);
    await untilShown(trusted, '[y/N]');
    type(trusted, 'y\r');
    const { exit, stdout } = await trusted.ended;
    expect(exit).toBe(0);
    expect(stdout).toContain('main (main thread)');
    expect(readFileSync(known, 'utf8')).toMatch(
      new RegExp(`^\\[127\\.0\\.0\\.1\\]:${address!.split(':')[1]} ssh-ed25519 `),
    );

    expect((await perch(env, 'tree', address!)).exit).toBe(0);
  });
});

describe('a tree', () => {
  test('--watch is drawn again in place, within the screen', async () => {
    const running = perchOnTerminal(env, 'tree', NAME, '--watch');
    const first = await untilShown(running, '8c21');
    expect(first).not.toContain('\x1b[?');
    const { json } = await perchJson(env, 'kill', NAME, 'app/games/8c21', '--reason', 'seen', '--yes');
    const later = await untilShown(running, json.successor.id);
    expect(later).toMatch(new RegExp(`${ESC}\\[\\d+A\r${ESC}\\[J`));
    type(running, '\x03');
    const { exit, stdout } = await running.ended;
    expect(exit).toBe(0);
    for (const line of stdout.replace(new RegExp(`${ESC}\\[[\\d;]*\\w`, 'g'), '').split(/\r?\n/)) {
      expect([...line].length).toBeLessThanOrEqual(80);
    }
  });

  test('--watch of an agent that went silent goes on saying for how long', async () => {
    const silent = await startService('threads.js', { env: { PERCH_INSTANCE: 'silent-fra' } });
    await silent.socket();
    const own = { HOME: home, XDG_RUNTIME_DIR: silent.runtimeDir };
    const running = perchOnTerminal(own, 'tree', 'silent-fra', '--watch');
    try {
      await untilShown(running, 'main thread');
      process.kill(silent.pid, 'SIGSTOP');
      // Marked stale within 7 s; from then on only the clock moves, and a busy machine may miss one of its seconds.
      await untilShown(running, /stale, heard (?:[89]|\d\d) s ago/);
      type(running, '\x03');
      expect((await running.ended).exit).toBe(0);
    } finally {
      process.kill(silent.pid, 'SIGCONT');
      await silent.stop();
    }
  });

  test('has no colour where nothing is wrong, NO_COLOR or no terminal take the weight away too', async () => {
    const words = ['show', NAME, 'app/games'];
    const onTerminal = (await perchOnTerminal(env, ...words).ended).stdout;
    expect(onTerminal).toContain('\x1b[2m');
    expect(onTerminal).not.toMatch(new RegExp(`${ESC}\\[3[0-8]`));
    const plain = await Promise.all([
      perchOnTerminal({ ...env, NO_COLOR: '1' }, ...words).ended,
      perchOnTerminal(env, ...words, '--no-color').ended,
      perch(env, ...words),
    ]);
    for (const { stdout } of plain) expect(stdout).not.toContain('\x1b');
  });

  test('colours what is in trouble', async () => {
    await perch(env, 'kill', NAME, 'app/deaf', '--reason', 'deaf', '--yes');
    const { stdout } = await perchOnTerminal(env, 'tree', NAME).ended;
    expect(stdout).toMatch(new RegExp(`deaf +${ESC}\\[31mstraggler`));
  });
});

describe('a locked key', () => {
  test('asks for its passphrase, and shows nothing of it', async () => {
    const [, address, hostKey] = /perch: listening on (\S+) (SHA256:\S+)/.exec(service.stderr())!;
    const key = path.join(home, 'locked');
    writeFileSync(key, readFileSync(path.join(home, '.config/perch/id_ed25519')), { mode: 0o600 });
    execFileSync('ssh-keygen', ['-q', '-p', '-N', 'open sesame', '-P', '', '-f', key]);
    const running = perchOnTerminal(env, 'tree', address!, '--identity', key, '--host-key', hostKey!);
    await untilShown(running, 'Passphrase of the key');
    type(running, 'open sesame\r');
    const { exit, stdout } = await running.ended;
    expect(exit).toBe(0);
    expect(stdout).toContain('main (main thread)');
    expect(stdout).not.toContain('sesame');
  });
});
