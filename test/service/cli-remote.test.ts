/** `perch` over ssh: keys, host keys, capabilities, the inventory, and an instance that comes back. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Json, perch, perchJson, startPerch } from '../support/perch.ts';
import { type Service, startService } from '../support/service.ts';

let folder: string;
let service: Service;
/** A person's environment, without the service's local socket. */
let env: NodeJS.ProcessEnv;
let address: string;
let hostKey: string;

const file = (name: string) => path.join(folder, name);
const run = (...words: string[]) => perch(env, ...words);
const json = (...words: string[]) => perchJson(env, ...words);
const asController = () => ['--identity', file('controller'), '--host-key', hostKey];

beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'perch-remote-'));
  env = { HOME: folder, XDG_RUNTIME_DIR: folder };
  for (const name of ['controller', 'observer', 'stranger', 'host']) {
    const { exit, json: document } = await json('keys', 'new', '--out', file(name));
    expect(exit).toBe(0);
    if (name === 'host') hostKey = document.fingerprint;
  }
  const line = (name: string) => readFileSync(file(`${name}.pub`), 'utf8');
  writeFileSync(
    file('authorized_keys'),
    `capabilities="observe,inspect,control" ${line('controller')}${line('observer')}`,
  );
  service = await startRemote('127.0.0.1:0');
  address = /perch: listening on (\S+) SHA256/.exec(service.stderr())![1]!;
});
afterAll(async () => {
  await service.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function startRemote(listen: string, name = 'remote-fra'): Promise<Service> {
  const started = await startService('supervised.js', {
    env: {
      PERCH_SERVICE: 'web',
      PERCH_REGION: 'fra',
      PERCH_INSTANCE: name,
      PERCH_LISTEN: listen,
      PERCH_AUTHORIZED_KEYS: file('authorized_keys'),
      PERCH_HOST_KEY: file('host'),
    },
  });
  // The local socket is there once the hub is up, and the network's line was written before that.
  await started.socket();
  return started;
}

describe('keys new', () => {
  test('writes a pair that OpenSSH reads, for its owner alone', async () => {
    const { exit, stdout, stderr } = await run('keys', 'new', '--out', file('fresh'));
    expect(exit).toBe(0);
    expect(stdout).toMatch(/^ssh-ed25519 AAAA\S+ \S+@\S+\n$/);
    expect(readFileSync(file('fresh.pub'), 'utf8')).toBe(stdout);
    expect(statSync(file('fresh')).mode & 0o777).toBe(0o600);
    const fingerprint = execFileSync('ssh-keygen', ['-l', '-f', file('fresh')], { encoding: 'utf8' }).split(
      ' ',
    )[1]!;
    expect(stderr).toContain(fingerprint);
    expect(execFileSync('ssh-keygen', ['-y', '-f', file('fresh')], { encoding: 'utf8' }).split(' ')[1]).toBe(
      stdout.split(' ')[1],
    );
  });

  test('overwrites nothing', async () => {
    const before = readFileSync(file('controller'), 'utf8');
    const { exit, json: document } = await json('keys', 'new', '--out', file('controller'));
    expect(exit).toBe(2);
    expect(document.error.message).toContain('is there already');
    expect(readFileSync(file('controller'), 'utf8')).toBe(before);
  });

  test('goes to the configuration directory unless told, where it is then found', async () => {
    const home = mkdtempSync(path.join(os.tmpdir(), 'perch-home-'));
    const own = { HOME: home, XDG_RUNTIME_DIR: home };
    const missing = await perchJson(own, 'tree', address, '--host-key', hostKey);
    expect(missing.exit).toBe(2);
    expect(missing.json.error.code).toBe('NO_IDENTITY');
    const made = await perchJson(own, 'keys', 'new');
    expect(made.json.file).toBe(path.join(home, '.config/perch/id_ed25519'));
    const { json: document } = await perchJson(own, 'tree', address, '--host-key', hostKey);
    expect(document.error.code).toBe('KEY_REFUSED');
    expect(document.error.message).toContain(made.json.publicKey.split(' ')[1]);
    rmSync(home, { recursive: true });
  });
});

describe('logging in', () => {
  test('with key and fingerprint the tree is there', async () => {
    const { exit, json: document } = await json('tree', address, ...asController());
    expect(exit).toBe(0);
    expect(document.instance).toMatchObject({ service: 'web', region: 'fra', instance: 'remote-fra' });
  });

  test('a host met for the first time is refused without a terminal, and its fingerprint named', async () => {
    const { exit, json: document, stderr } = await json('tree', address, '--identity', file('controller'));
    expect(exit).toBe(3);
    expect(document.error.code).toBe('HOST_KEY_UNKNOWN');
    expect(document.error.message).toContain(hostKey);
    expect(stderr).toContain('--host-key');
    expect(existsSync(path.join(folder, '.config/perch/known_hosts'))).toBe(false);
  });

  test('a host key that is not the pinned one is refused, loudly', async () => {
    const other = `SHA256:${'A'.repeat(43)}`;
    const words = ['tree', address, '--identity', file('controller'), '--host-key', other];
    const { exit, json: document } = await json(...words);
    expect(exit).toBe(3);
    expect(document.error.code).toBe('HOST_KEY_CHANGED');
    expect(document.error.message).toContain(hostKey);
    expect(document.error.message).toContain(other);
  });

  test('known_hosts beside the inventory decides where nothing is pinned', async () => {
    const inventory = file('known.yaml');
    writeFileSync(inventory, 'environments: {}\n');
    const name = `[127.0.0.1]:${address.split(':')[1]}`;
    const words = ['tree', address, '--identity', file('controller'), '--inventory', inventory];
    writeFileSync(file('known_hosts'), `${name} ${readFileSync(file('host.pub'), 'utf8')}`);
    expect((await json(...words)).exit).toBe(0);
    writeFileSync(file('known_hosts'), `${name} ${readFileSync(file('stranger.pub'), 'utf8')}`);
    const { exit, json: document } = await json(...words);
    expect(exit).toBe(3);
    expect(document.error.code).toBe('HOST_KEY_CHANGED');
    rmSync(file('known_hosts'));
  });

  test('a key that is not authorized is refused: exit 4, and its public line given', async () => {
    const words = ['tree', address, '--identity', file('stranger'), '--host-key', hostKey];
    const { exit, json: document, stderr } = await json(...words);
    expect(exit).toBe(4);
    expect(document.error.code).toBe('KEY_REFUSED');
    expect(document.error.message).toContain(readFileSync(file('stranger.pub'), 'utf8').split(' ')[1]);
    expect(stderr).toContain('PERCH_AUTHORIZED_KEYS');
  });

  test.each([
    ['a key file that is not there', () => file('none'), 'BAD_IDENTITY', 2],
    ['a key file that is none', () => file('authorized_keys'), 'BAD_IDENTITY', 2],
    ['a public key', () => file('controller.pub'), 'BAD_IDENTITY', 2],
    ['a locked key without a terminal', () => locked(), 'PASSPHRASE_NEEDED', 2],
  ])('%s', async (_, identity, code, exitCode) => {
    const { exit, json: document } = await json(
      'tree',
      address,
      '--identity',
      identity(),
      '--host-key',
      hostKey,
    );
    expect(document.error.code).toBe(code);
    expect(exit).toBe(exitCode);
  });

  test('a fingerprint that is none is wrong use', async () => {
    const { exit, json: document } = await json(
      'tree',
      address,
      '--host-key',
      'abc',
      '--identity',
      file('observer'),
    );
    expect(exit).toBe(2);
    expect(document.error.code).toBe('BAD_USAGE');
  });

  function locked(): string {
    if (!existsSync(file('locked'))) {
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', 'open sesame', '-f', file('locked')]);
    }
    return file('locked');
  }
});

describe('nobody there', () => {
  test('a port where nothing listens: exit 3', async () => {
    const server = net.createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as net.AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const { exit, json: document } = await json('tree', `127.0.0.1:${port}`, ...asController());
    expect(exit).toBe(3);
    expect(document.error.code).toBe('CONNECT_FAILED');
  });

  test('a listener that says nothing is given up after --timeout: exit 3', async () => {
    const server = net.createServer(() => {}).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as net.AddressInfo;
    const words = ['tree', `127.0.0.1:${port}`, ...asController(), '--timeout', '300'];
    const { exit, json: document } = await json(...words);
    expect(exit).toBe(3);
    expect(document.error.code).toBe('CONNECT_FAILED');
    expect(document.error.message).toContain('300 ms');
    server.close();
  });
});

describe('a key that may only observe', () => {
  const asObserver = () => ['--identity', file('observer'), '--host-key', hostKey];

  test('sees the tree and the ledger', async () => {
    expect((await json('tree', address, ...asObserver())).exit).toBe(0);
    expect((await json('ledger', address, ...asObserver())).exit).toBe(0);
  });

  test('is refused the state: exit 4, and the capability named', async () => {
    const { exit, json: document } = await json('state', address, 'games/7f3a', ...asObserver());
    expect(exit).toBe(4);
    expect(document.error.code).toBe('CAPABILITY_MISSING');
    expect(document.error.message).toContain('inspect');
  });

  test("is refused a kill: exit 4, the act's document with the error, and the node lives on", async () => {
    const words = ['kill', address, 'games/7f3a', '--reason', 'x', '--yes', ...asObserver()];
    const { exit, json: document } = await json(...words);
    expect(exit).toBe(4);
    expect(document).toMatchObject({
      target: { lineage: 'app/games/7f3a', incarnation: 1 },
      outcome: 'refused',
      successor: null,
      error: { code: 'CAPABILITY_MISSING' },
    });
    const { json: shown } = await json('show', address, 'games/7f3a', ...asObserver());
    expect(shown.node).toMatchObject({ id: document.target.id, status: 'running' });
  });
});

describe('an inventory', () => {
  const write = (text: string) => {
    writeFileSync(file('fleet.yaml'), text);
    return ['--inventory', file('fleet.yaml')];
  };
  const production = (at: string, key = hostKey, identity = './controller') => `
environments:
  production:
    identity: ${identity}
    services:
      web:
        hostKey: ${key}
        instances:
          - { name: fra-1, region: fra, address: "${at}" }
`;

  test('gives names, keys and pins', async () => {
    const words = write(production(address));
    for (const name of ['fra-1', 'production/fra-1', address]) {
      const { exit, json: document } = await json('tree', name, '--depth', '1', ...words);
      expect([name, exit, document.instance?.instance]).toEqual([name, 0, 'remote-fra']);
    }
  });

  test('fleet shows an instance that is reached two ways once, where the inventory put it', async () => {
    const both = { HOME: folder, XDG_RUNTIME_DIR: service.runtimeDir };
    const words = write(production(address));
    const { json: document } = await perchJson(both, 'fleet', ...words);
    const { epoch } = (await json('tree', address, ...asController())).json.instance;
    const found = document.instances.filter((instance: Json) => instance.epoch === epoch);
    expect(found).toEqual([
      expect.objectContaining({ name: 'fra-1', region: 'fra', service: 'web', address, health: 'ok' }),
    ]);
    expect((await perch(both, 'fleet', ...words)).stdout).toMatch(
      /^production\n {2}fra-1 {2}fra {2}web {2}ok/m,
    );
  });

  test.each([
    ['unreachable', () => production('127.0.0.1:1')],
    ['host-key-changed', () => production(address, `SHA256:${'A'.repeat(43)}`)],
    ['refused', () => production(address, hostKey, './stranger')],
  ])('fleet says %s of one that does not answer, and why', async (health, text) => {
    const words = write(text());
    const { exit, json: document } = await json('fleet', ...words);
    expect(exit).toBe(0);
    expect(document.instances).toContainEqual({
      name: 'fra-1',
      region: 'fra',
      service: 'web',
      address: expect.any(String),
      health,
      node: null,
      epoch: null,
      agent: null,
    });
    const { stdout } = await run('fleet', ...words);
    expect(stdout).toMatch(new RegExp(`fra-1 {2}fra {2}web {2}${health}`));
    expect(stdout).toMatch(/^ {2}fra-1: .+/m);
  });

  test('with a typo is refused with line and column: exit 2', async () => {
    const words = write(production(address).replace('hostKey', 'hostkey'));
    const { exit, json: document, stderr } = await json('tree', 'fra-1', ...words);
    expect(exit).toBe(2);
    expect(document.error).toMatchObject({ code: 'BAD_INVENTORY', facts: { line: 7, column: 9 } });
    expect(stderr).toContain(`${file('fleet.yaml')}:7:9:`);
    expect(stderr).toContain('did you mean hostKey?');
  });

  test('that was named and is not there: exit 2', async () => {
    const { exit, json: document } = await json('fleet', '--inventory', file('none.yaml'));
    expect(exit).toBe(2);
    expect(document.error.code).toBe('BAD_INVENTORY');
  });
});

describe('the root process', () => {
  test('killed, it is waited for until its new epoch runs', async () => {
    const before = (await json('tree', address, ...asController())).json.instance;
    const words = ['kill', address, String(service.pid), '--reason', 'drill', '--yes', ...asController()];
    const running = startPerch(env, ...words, '--json', '--timeout', '20000');
    expect(await service.exited).toEqual({ code: null, signal: 'SIGKILL' });
    const killed = service;
    // What runs the service starts it again.
    service = await startRemote(address);
    const { exit, stdout, stderr } = await running.ended;
    await killed.stop();
    const document = JSON.parse(stdout);
    expect(stderr).toContain("This is the service's own process");
    expect(document).toMatchObject({
      target: { id: String(before.pid) },
      outcome: 'restarted',
      successor: { id: String(service.pid), incarnation: 1 },
      clock: 'client',
    });
    expect(document.phases.readyMs).toBeGreaterThanOrEqual(document.phases.exitedMs);
    expect(exit).toBe(0);
    const after = (await json('tree', address, ...asController())).json.instance;
    expect(after.epoch).not.toBe(before.epoch);

    // The agent that knew the call died with it; repeating it must not kill the successor.
    const again = await json(
      'kill',
      address,
      'process:web',
      '--reason',
      'drill',
      '--yes',
      '--call',
      document.call,
      ...asController(),
    );
    expect(again.exit).toBe(5);
    expect(again.json).toMatchObject({ outcome: 'gone', error: { code: 'GONE' } });
    expect((await json('tree', address, ...asController())).json.instance.epoch).toBe(after.epoch);
  });

  test('killed, with nobody to start it again, it is not recovered: exit 6', async () => {
    const other = await startRemote('127.0.0.1:0', 'remote-lax');
    const at = /perch: listening on (\S+) SHA256/.exec(other.stderr())![1]!;
    const words = ['kill', at, String(other.pid), '--reason', 'drill', '--yes', '--timeout', '600'];
    const { exit, json: document } = await json(...words, ...asController());
    expect(exit).toBe(6);
    expect(document).toMatchObject({ outcome: 'not-recovered', successor: null, clock: 'client' });
    await other.stop();
  });
});

describe('a service without any configuration', () => {
  test('stuck: fleet says blocked, its stack names the function, its process can be killed', async () => {
    const stuck = await startService('blocks-loop.js');
    const local = { HOME: stuck.runtimeDir, XDG_RUNTIME_DIR: stuck.runtimeDir };
    const socket = `unix:${await stuck.socket()}`;
    const watching = startPerch(local, 'tree', socket, '--watch', '--json');
    await watching.line();
    stuck.send('block');
    await watching.line((line) => line.includes('"status":"blocked"'));

    const { instances } = (await perchJson(local, 'fleet')).json;
    const found = instances.find((instance: Json) => instance.address === socket);
    expect(found).toMatchObject({ name: expect.stringContaining(String(stuck.pid)), health: 'blocked' });
    const { json: stack } = await perchJson(local, 'stack', found.name, 'main');
    expect(stack).toMatchObject({ node: `${stuck.pid}.0`, blocked: true });
    expect(stack.blockedMs).toBeGreaterThanOrEqual(500);
    const frame = stack.frames.find((each: Json) => each.function === 'spinForever');
    expect(Object.keys(frame)).toEqual(['function', 'file', 'line', 'column']);
    expect((await perch(local, 'stack', found.name, 'main')).stdout).toMatch(
      /stands still for .*\n( {2}at .*\n)*? {2}at spinForever \(/,
    );

    const words = ['kill', found.name, String(stuck.pid), '--reason', 'stuck', '--yes'];
    const { exit, json: document } = await perchJson(local, ...words);
    expect(exit).toBe(0);
    expect(document).toMatchObject({ outcome: 'not-restarted', successor: null, clock: 'client' });
    expect(await stuck.exited).toEqual({ code: null, signal: 'SIGKILL' });
    // It had no name under which another could come: the watch ends, too.
    expect((await watching.ended).exit).toBe(5);
    await stuck.stop();
  });

  test('fleet says how to start one exactly where there is none', async () => {
    const { exit, json: document, stderr } = await json('fleet');
    expect(exit).toBe(0);
    expect(stderr.includes('node --import @perch/agent/register app.js')).toBe(
      document.instances.length === 0,
    );
    expect(stderr.includes('npx perch demo')).toBe(document.instances.length === 0);
  });

  test('one that is stopped is listed as unreachable, not left out', async () => {
    const stopped = await startService('threads.js', { env: { PERCH_INSTANCE: 'stopped-fra' } });
    const address = `unix:${await stopped.socket()}`;
    process.kill(stopped.pid, 'SIGSTOP');
    try {
      const own = { HOME: folder, XDG_RUNTIME_DIR: stopped.runtimeDir };
      const { exit, json: document, stderr } = await perchJson(own, 'fleet', '--timeout', '500');
      expect(exit).toBe(0);
      expect(document.instances).toContainEqual(
        expect.objectContaining({ name: address, address, health: 'unreachable', node: null, epoch: null }),
      );
      expect(stderr).not.toContain('Nothing is running');
    } finally {
      process.kill(stopped.pid, 'SIGCONT');
      await stopped.stop();
    }
  });

  test('a name that means two instances is ambiguous: exit 2', async () => {
    const shared = { PERCH_SERVICE: 'twin', XDG_RUNTIME_DIR: service.runtimeDir };
    const first = await startService('threads.js', { env: shared });
    const second = await startService('threads.js', { env: shared });
    const both = { HOME: folder, XDG_RUNTIME_DIR: service.runtimeDir };
    // Seen by their own names first: that both are up is what the ambiguity needs.
    for (const { pid } of [first, second]) await untilListed(both, `twin-${pid}`);
    const { exit, json: document } = await perchJson(both, 'tree', 'twin');
    expect(exit).toBe(2);
    expect(document.error.code).toBe('AMBIGUOUS_TARGET');
    expect(document.error.facts.choices).toHaveLength(2);
    await Promise.all([first.stop(), second.stop()]);
  });

  async function untilListed(who: NodeJS.ProcessEnv, name: string): Promise<void> {
    for (;;) {
      const { instances } = (await perchJson(who, 'fleet')).json;
      if (instances.some((instance: Json) => instance.name === name)) return;
    }
  }
});
