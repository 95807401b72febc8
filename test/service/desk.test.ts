/** What the app's window is fed from, over real services: it must follow what changes under it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { newKeyPair, writeKeyPair } from '../../client/ssh/identity.ts';
import { clientDesk } from '../../electron/client-desk.ts';
import type { Desk } from '../../electron/desk.ts';
import type { FleetView, InstanceView, Push } from '../../electron/ipc.ts';
import { TreeMirror } from '../../protocol/tree-mirror.ts';
import { lockedKey } from '../support/locked-key.ts';
import { type Service, startService } from '../support/service.ts';

let folder: string;
let desk: Desk | null = null;
let pushes: Push[];
let told: () => void;
const started: Service[] = [];
const environment = { ...process.env };
const file = (name: string) => path.join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'perch-desk-'));
  process.env.HOME = folder;
  process.env.XDG_CONFIG_HOME = folder;
  process.env.XDG_RUNTIME_DIR = folder;
});
afterEach(async () => {
  desk?.close();
  desk = null;
  for (const service of started.splice(0)) await service.stop();
});
afterAll(() => {
  process.env = environment;
  rmSync(folder, { recursive: true, force: true });
});

async function open(inventory?: string): Promise<Desk> {
  pushes = [];
  told = () => {};
  desk = await clientDesk({ inventory }, (push) => {
    pushes.push(push);
    told();
  });
  return desk;
}

/** The first truthy thing that `look` gives, looked for again at every push. */
function until<T>(look: () => T | null | undefined | false): Promise<T> {
  return new Promise((resolve) => {
    told = () => {
      const found = look();
      if (found) resolve(found);
    };
    told();
  });
}

const instances = ({ environments }: FleetView): InstanceView[] =>
  environments.flatMap((each) => each.instances);
const live = (name: string) =>
  instances(desk!.fleet()).find((each) => each.name === name && each.state === 'live');

/** The tree as a window holds it that got these pushes. */
function treeOf(key: string, from = 0): TreeMirror {
  const mirror = new TreeMirror();
  for (const push of pushes.slice(from)) {
    if (push.kind !== 'tree' || push.instance !== key) continue;
    if ('snapshot' in push.event) mirror.reset(push.event.snapshot);
    else mirror.apply(push.event.delta);
  }
  return mirror;
}

test('what is open goes on being fed when its entry in the inventory changes', async () => {
  const pair = newKeyPair('desk');
  await writeKeyPair(file('key'), pair);
  const service = await startService('supervised.js', {
    env: {
      PERCH_INSTANCE: 'fra-1',
      PERCH_LISTEN: '127.0.0.1:0',
      PERCH_AUTHORIZED_KEYS: `capabilities="observe,inspect,control" ${pair.publicLine}`,
    },
  });
  started.push(service);
  await service.socket();
  const [, address, hostKey] = /perch: listening on (\S+) (SHA256:\S+)/.exec(service.stderr())!;
  const write = (region: string) =>
    writeFileSync(
      file('fleet.yaml'),
      `environments: {lab: {identity: ./key, services: {web: {hostKey: "${hostKey}", instances: [{name: fra-1, region: ${region}, address: "${address}"}]}}}}\n`,
    );
  write('fra');
  await open(file('fleet.yaml'));
  const { key } = await until(() => live('fra-1'));
  desk!.watch([key]);
  await until(() => treeOf(key).nodes.size > 5);

  write('frankfurt');
  const from = pushes.length;
  await until(() => live('fra-1')?.region === 'frankfurt');
  await until(() => treeOf(key, from).nodes.size > 5);
  const game = [...treeOf(key, from).nodes.values()].find(({ lineage }) => lineage === 'app/games/7f3a')!;
  const { epoch } = live('fra-1')!.info!;
  const request = {
    instance: key,
    act: 'kill',
    call: 'c',
    node: game.id,
    epoch,
    reason: 'seen',
  } as const;
  await expect(desk!.act(request)).rejects.toMatchObject({ code: 'NOT_ARMED' });
  expect(live('fra-1')!.armed).toEqual({ mine: null, others: [] });
  await desk!.arm({ instance: key, reason: 'a drill', forMs: 60_000 });
  await until(() => live('fra-1')?.armed.mine?.reason === 'a drill');
  const document = await desk!.act(request);
  await until(() => treeOf(key, from).nodes.has(document.successor!.id));
});

test('a service of this computer that had no time to answer at first is found later', async () => {
  const service = await startService('threads.js', { env: { PERCH_INSTANCE: 'slow-fra' } });
  started.push(service);
  await service.socket();
  process.env.XDG_RUNTIME_DIR = service.runtimeDir;
  process.kill(service.pid, 'SIGSTOP');
  await open(file('none.yaml'));
  expect(instances(desk!.fleet())).toEqual([]);
  process.kill(service.pid, 'SIGCONT');
  await until(() => live('slow-fra'));
});

test('a locked key is asked for in the window, and no word of what was typed is told or kept', async () => {
  const passphrase = 'correct horse';
  const pair = lockedKey(passphrase);
  writeFileSync(file('key'), pair.private);
  const service = await startService('supervised.js', {
    env: { PERCH_INSTANCE: 'fra-1', PERCH_LISTEN: '127.0.0.1:0', PERCH_AUTHORIZED_KEYS: pair.public },
  });
  started.push(service);
  await service.socket();
  const [, address, hostKey] = /perch: listening on (\S+) (SHA256:\S+)/.exec(service.stderr())!;
  writeFileSync(
    file('fleet.yaml'),
    `environments: {lab: {identity: ./key, services: {web: {hostKey: "${hostKey}", instances: [{name: a, address: "${address}"}, {name: b, address: "${address}"}]}}}}\n`,
  );
  await open(file('fleet.yaml'));
  const question = () => desk!.fleet().passphrase;
  await until(() => question());
  desk!.answerPassphrase(question()!.id, null);
  await until(() => instances(desk!.fleet()).some(({ error }) => error?.code === 'PASSPHRASE_NEEDED'));
  expect(question()).toBeUndefined();

  desk!.reconnect('lab/b');
  await until(() => question());
  desk!.answerPassphrase(question()!.id, 'wrong');
  await until(() => question()?.words.includes('not it'));
  desk!.answerPassphrase(question()!.id, passphrase);
  // Those that were refused before come along; one that is reached two ways is listed once.
  await until(() => instances(desk!.fleet()).every(({ state }) => state === 'live'));
  expect(question()).toBeUndefined();
  expect(JSON.stringify(pushes)).not.toContain(passphrase);
});

test('the nodes of several instances are one list, and of one a list of its own', async () => {
  const first = await startService('supervised.js', { env: { PERCH_INSTANCE: 'list-a' } });
  started.push(first);
  process.env.XDG_RUNTIME_DIR = first.runtimeDir;
  const env = { PERCH_INSTANCE: 'list-b', XDG_RUNTIME_DIR: first.runtimeDir };
  started.push(await startService('supervised.js', { env }));
  await first.socket();
  await open(file('none.yaml'));
  const [a, b] = [await until(() => live('list-a')), await until(() => live('list-b'))];
  const query = { sort: 'name', descending: false, limit: 1000, text: 'games/7f3a' } as const;
  const whole = await desk!.nodes({ ...query, instance: null });
  expect(whole).toMatchObject({ instances: 2, matching: 2, unanswered: [] });
  expect(new Set(whole.rows.map(({ instance }) => instance))).toEqual(new Set([a.key, b.key]));
  const one = await desk!.nodes({ ...query, instance: b.key });
  expect(one.rows).toMatchObject([{ instance: b.key, lineage: 'app/games/7f3a' }]);
  expect(one.live.process + one.live.thread).toBeGreaterThan(1);
});
