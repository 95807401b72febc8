import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Json, perchJson } from '../support/perch.ts';
import { endFamily } from '../support/service.ts';
import type { RowName } from './rows.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const PM2 = path.join(root, 'node_modules/pm2/bin/pm2');
const REGISTER = path.join(root, 'agent/dist/register.cjs');
const row = (name: RowName, run: () => Promise<void>) => test(name, run);

let folder: string;
let env: NodeJS.ProcessEnv;
beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'perch-pm2-'));
  mkdirSync(path.join(folder, 'perch'), { mode: 0o700 });
  env = { PATH: process.env.PATH, HOME: folder, XDG_RUNTIME_DIR: folder, PM2_HOME: path.join(folder, 'pm2') };
});
afterAll(async () => {
  await pm2('kill');
  endFamily(folder);
  rmSync(folder, { recursive: true, force: true });
});

const pm2 = (...words: string[]) =>
  promisify(execFile)(process.execPath, [PM2, ...words], {
    env: { ...env, PM2_DISABLE_VERSION_CHECK: 'true', NODE_OPTIONS: `-r ${REGISTER}` },
  });

/** Those of this PM2 that `perch fleet` lists. */
async function instances(): Promise<string[]> {
  const { json } = await perchJson(env, 'fleet');
  const own = json.instances.filter(({ address }: Json) => address.startsWith(`unix:${folder}/`));
  return own.map(({ name, service }: Json) => `${service} ${name}`).toSorted();
}

row('PM2', async () => {
  const program = path.join(root, 'dist/test/fixtures/contained.js');
  await pm2('start', program, '--name', 'web');
  await pm2('start', program, '--name', 'pool', '-i', '2');
  await expect.poll(instances, { timeout: 15_000 }).toEqual(['pool pool-1', 'pool pool-2', 'web web-0']);
  for (const name of ['web-0', 'pool-2']) {
    const { json: tree } = await perchJson(env, 'tree', name);
    expect(tree.nodes.map(({ lineage }: Json) => lineage)).toContain('app/games/7f3a');
    const [service] = name.split('-');
    const words = ['kill', name, `process:${service}`, '--reason', 'a drill', '--yes', '--timeout', '15000'];
    const { json: act } = await perchJson(env, ...words);
    expect(act).toMatchObject({ outcome: 'restarted', clock: 'client' });
    const { json: after } = await perchJson(env, 'tree', name);
    expect(after.instance.epoch).not.toBe(tree.instance.epoch);
    expect(after.instance.pid).not.toBe(tree.instance.pid);
  }
  expect(await instances()).toEqual(['pool pool-1', 'pool pool-2', 'web web-0']);
});
