/** `via`: an instance behind a command, in the command line, in the app's main process, and in how it fails. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectTo } from '../../client/fleet/connect.ts';
import { fromInventory } from '../../client/fleet/fleet.ts';
import { readInventory } from '../../client/fleet/inventory.ts';
import { Instance } from '../../client/instance.ts';
import { openSession } from '../../client/session.ts';
import { clientDesk } from '../../electron/client-desk.ts';
import { perch, perchJson } from '../support/perch.ts';
import { type Service, startService } from '../support/service.ts';
import { until } from '../support/until.ts';
import { PERCH_STDIO, viaInventory } from '../support/ways.ts';

let folder: string;
let service: Service;
let env: NodeJS.ProcessEnv;
let inventory: string;
const file = (name: string) => path.join(folder, name);

/** The bridge as it runs beside the service, with the environment that a container would give it. */
const beside = () => ['env', `XDG_RUNTIME_DIR=${service.runtimeDir}`, process.execPath, PERCH_STDIO];

beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'perch-via-'));
  env = { HOME: folder, XDG_RUNTIME_DIR: folder };
  inventory = file('fleet.yaml');
  service = await startService('supervised.js', { env: { PERCH_SERVICE: 'web' } });
  await service.socket();
  viaInventory(inventory, beside());
});
afterAll(async () => {
  await service.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** The bridges that run beside this service just now. */
function bridges(): number[] {
  const has = (pid: string, file: string, text: string) =>
    readFileSync(`/proc/${pid}/${file}`, 'utf8').includes(text);
  const isOne = (pid: string) => {
    try {
      return has(pid, 'cmdline', PERCH_STDIO) && has(pid, 'environ', service.runtimeDir);
    } catch {
      return false;
    }
  };
  return readdirSync('/proc').filter(isOne).map(Number);
}

const json = (...words: string[]) => perchJson(env, ...words, '--inventory', inventory);

describe('over a command', () => {
  test('the tree is there, the fleet names the way, and nothing of it is left running', async () => {
    const { exit, json: document } = await json('tree', 'there');
    expect(exit).toBe(0);
    expect(document.nodes.map(({ lineage }: { lineage: string }) => lineage)).toContain('app/games/7f3a');
    const { json: fleet } = await json('fleet');
    expect(fleet.instances).toMatchObject([
      { name: 'there', region: 'fra', health: 'ok', address: 'via env' },
    ]);
    const { stdout } = await perch(env, 'fleet', '--inventory', inventory);
    expect(stdout).toMatch(/there +fra +web +ok .* via env /);
    expect(bridges()).toEqual([]);
  });

  test('an act is done and recorded, with who asked and by which way', async () => {
    const words = ['kill', 'there', 'app/games/8c21', '--reason', 'a drill', '--yes'];
    const { exit, json: act } = await json(...words);
    expect([exit, act.outcome]).toEqual([0, 'restarted']);
    const { json: audit } = await json('audit', 'there');
    expect(audit.records.at(-1)).toMatchObject({
      reason: 'a drill',
      author: { key: 'local', name: `${os.userInfo().username}@${os.hostname()} via env`.slice(0, 64) },
    });
  });

  test('an instance comes back by itself, and says how the command ended', async () => {
    const { connect, place } = await asInstance();
    const instance = new Instance({ key: 'k', place, connect });
    try {
      instance.start();
      await until(() => instance.state).toBe('live');
      const lost = new Promise((resolve) => instance.once('state', () => resolve(instance.error)));
      const [bridge, ...others] = bridges();
      expect(others).toEqual([]);
      process.kill(bridge!, 'SIGKILL');
      expect(await lost).toMatchObject({
        code: 'CONNECTION_LOST',
        message: expect.stringContaining('the command was ended by SIGKILL'),
      });
      await until(() => instance.state).toBe('live');
    } finally {
      instance.close();
    }
    await until(bridges).toEqual([]);
  });

  test('the window is told the way', async () => {
    const before = { ...process.env };
    Object.assign(process.env, { HOME: folder, XDG_RUNTIME_DIR: folder, XDG_CONFIG_HOME: folder });
    const desk = await clientDesk({ inventory }, () => {});
    try {
      const view = () => desk.fleet().environments.flatMap(({ instances }) => instances);
      await until(() => view().find(({ name }) => name === 'there')?.state).toBe('live');
      expect(view()).toMatchObject([{ address: 'via env', via: 'env', region: 'fra', service: 'web' }]);
    } finally {
      desk.close();
      process.env = before;
    }
  });
});

async function asInstance() {
  const [found] = fromInventory(await readInventory(inventory));
  const edges = { open: openSession, findLocal: async () => [] };
  return { place: found!.place, connect: connectTo(found!, { identities: [], knownHosts: '' }, edges) };
}

describe('a command that leads nowhere', () => {
  const failing: [string, string[], RegExp][] = [
    ['is not there', ['no-such-tool'], /via no-such-tool: there is no program no-such-tool/],
    ['ends', ['sh', '-c', 'echo no such pod >&2; exit 7'], /ended with code 7; the way in said: no such pod/],
    ['ends with no word', ['true'], /via true: the command ended with code 0/],
    ['prints garbage', ['cat', '/dev/urandom'], /via cat: what it prints is no ssh$/],
    [
      'asks for a password',
      ['sh', '-c', 'printf Password:; cat >/dev/null'],
      /no answer within 1500 ms; .*Password:/,
    ],
    ['never answers', ['sleep', '600'], /via sleep: no answer within 1500 ms$/],
    ['is deaf', ['bash', '-c', "trap '' TERM; while :; do sleep 0.1; done"], /no answer within 1500 ms/],
    ['reads nothing', ['sh', '-c', 'exec <&-; sleep 600'], /no answer within 1500 ms/],
    ['closes its output', ['sh', '-c', 'exec >&-; sleep 600'], /the command closed its output/],
  ];
  test.each(failing)('because it %s is told, and is over in time', async (_, via, message) => {
    const list = file('failing.yaml');
    viaInventory(list, via);
    const before = performance.now();
    const ran = await perchJson(env, 'tree', 'there', '--inventory', list, '--timeout', '1500');
    expect(ran.json.error.code).toBe('CONNECT_FAILED');
    expect(ran.json.error.message).toMatch(message);
    expect(ran.exit).toBe(3);
    expect(performance.now() - before).toBeLessThan(10_000);
  });
});

describe('perch-stdio', () => {
  /** Runs it as the far end does, with a session's first word on stdin. */
  const stdio = (variables: NodeJS.ProcessEnv, ...words: string[]) => {
    const list = file('stdio.yaml');
    const given = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
    viaInventory(list, ['env', ...given, process.execPath, PERCH_STDIO, ...words]);
    return perchJson(env, 'tree', 'there', '--inventory', list);
  };

  test('says where it looked when there is none, and what a killed service left counts for none', async () => {
    const gone = await startService('supervised.js');
    const socket = await gone.socket();
    gone.process.kill('SIGKILL');
    await gone.exited;
    // As root it looks into every user's folders: what a pid names is not there in any of them.
    const { json: document } = await stdio({ XDG_RUNTIME_DIR: gone.runtimeDir }, String(gone.pid));
    expect(document.error.message).toContain(
      'the command ended with code 2; the way in said: perch-stdio: NO_SUCH_TARGET',
    );
    expect(document.error.message).toContain(path.dirname(socket).slice(0, 20));
    await gone.stop();
  });

  test('lists those it finds, and takes one by its pid or its socket', async () => {
    const other = await startService('supervised.js', { env: { XDG_RUNTIME_DIR: service.runtimeDir } });
    const folderOf = path.join(service.runtimeDir, 'perch');
    const named = () =>
      readdirSync(folderOf).find((name) => name.startsWith(`${other.pid}-`) && name.endsWith('.sock'));
    await until(named).toBeTruthy();
    const where = { XDG_RUNTIME_DIR: service.runtimeDir };
    const { json: several } = await stdio(where);
    expect(several.error.message).toMatch(/AMBIGUOUS_TARGET: Several agents listen here/);
    for (const { pid } of [service, other]) {
      expect(several.error.message).toContain(`${pid} (`);
      const { json: document } = await stdio(where, String(pid));
      expect(document.instance.pid).toBe(pid);
    }
    const { json: document } = await stdio({}, path.join(folderOf, named()!));
    expect(document.instance.pid).toBe(other.pid);
    await other.stop();
  });

  test('refuses words that it does not know, and a socket that nobody listens on', async () => {
    const { json: wrong } = await stdio({}, 'game-0');
    expect(wrong.error.message).toContain('perch-stdio: BAD_USAGE: "game-0" is no pid or socket');
    writeFileSync(file('none.sock'), '');
    const { json: none } = await stdio({}, file('none.sock'));
    expect(none.error.message).toMatch(/ended with code 3; .*CONNECT_FAILED: Cannot connect to .*none\.sock/);
  });
});
