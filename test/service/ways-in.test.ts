/** The recipes of docs/ways-in.md, each as it stands there, against stand-ins for the tools. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { newKeyPair, writeKeyPair } from '../../client/ssh/identity.ts';
import { perchJson } from '../support/perch.ts';
import { type Service, startService } from '../support/service.ts';
import { installAgent, standIns } from '../support/ways.ts';

const page = readFileSync(fileURLToPath(new URL('../../docs/ways-in.md', import.meta.url)), 'utf8');
const blocks = [...page.matchAll(/```yaml\n(.*?)```/gs)].map(([, yaml]) => parse(yaml!));
const whole = blocks.find((block) => !Array.isArray(block));
const recipes: { name: string; address?: string }[] = blocks.filter(Array.isArray).flat();

let folder: string;
let service: Service;
let env: NodeJS.ProcessEnv;
let hostKey: string;

beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'perch-ways-'));
  const pair = newKeyPair('ways');
  await writeKeyPair(path.join(folder, 'id_ed25519'), pair);
  service = await startService('supervised.js', {
    env: {
      PERCH_LISTEN: '127.0.0.1:0',
      PERCH_AUTHORIZED_KEYS: `capabilities="observe" ${pair.publicLine}`,
    },
  });
  await service.socket();
  const [, port, key] = /perch: listening on 127\.0\.0\.1:(\d+) (SHA256:\S+)/.exec(service.stderr())!;
  hostKey = key!;
  const app = path.join(folder, 'app');
  installAgent(app);
  const there = { APP: app, PORT_HERE: port!, XDG_RUNTIME_DIR: service.runtimeDir };
  standIns(path.join(folder, 'bin'), ['kubectl', 'docker', 'fly', 'ssh', 'aws'], there);
  env = {
    PATH: `${path.join(folder, 'bin')}:${process.env.PATH}`,
    HOME: folder,
    XDG_RUNTIME_DIR: folder,
    AWS_ACCESS_KEY_ID: 'for the stand-in',
  };
});
afterAll(async () => {
  await service.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** What `perch tree` shows of an instance of this inventory. */
async function treeOf(inventory: object, name: string) {
  const file = path.join(folder, 'fleet.yaml');
  writeFileSync(file, stringify(inventory));
  return perchJson(env, 'tree', name, '--inventory', file);
}

test('there is one for each tool', () => {
  const tools = ['0', 'docker', 'compose', 'fly', 'ssh', 'bastion', 'ssm'];
  expect(recipes.map(({ name }) => name)).toEqual(tools.map((tool) => `game-${tool}`));
});

test.each(recipes)('$name leads to the service', async (recipe) => {
  const web = { ...(recipe.address === undefined ? {} : { hostKey }), instances: [recipe] };
  const { exit, json } = await treeOf({ environments: { here: { services: { web } } } }, recipe.name);
  expect(json.error).toBeUndefined();
  expect([exit, json.instance.pid]).toEqual([0, service.pid]);
});

test('the inventory at its head does too', async () => {
  const { json } = await treeOf(whole, 'game-0');
  expect(json.instance.pid).toBe(service.pid);
});

test('behind an address a key counts: without the host key it is no more trusted than elsewhere', async () => {
  const recipe = recipes.find(({ name }) => name === 'game-ssm')!;
  const { json } = await treeOf(
    { environments: { here: { services: { web: { instances: [recipe] } } } } },
    recipe.name,
  );
  expect(json.error.code).toBe('HOST_KEY_UNKNOWN');
  expect(json.error.message).toContain('i-0123456789abcdef0:7400 via aws ssm');
});

test('a way that makes a terminal is refused by the tool, and the error tells its words', async () => {
  const recipe = { name: 'x', via: 'kubectl exec -i -t -n game game-0 -- node x' };
  const { json } = await treeOf(
    { environments: { here: { services: { web: { instances: [recipe] } } } } },
    'x',
  );
  expect(json.error).toMatchObject({
    code: 'CONNECT_FAILED',
    message: expect.stringContaining(
      'via kubectl exec: the command ended with code 1; the way in said: kubectl: unknown words',
    ),
  });
});
