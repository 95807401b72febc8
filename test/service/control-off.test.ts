/** A service that may be looked at and nothing else: by a variable, and by a file that does not hold the code. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { ACTS } from '../../protocol/act.ts';
import { perch } from '../support/perch.ts';
import { type Service, startService } from '../support/service.ts';
import { byLineage, nodesOf } from '../support/tree.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const entry = (name: string) => ['-r', path.join(root, `agent/dist/${name}.cjs`)];

describe.each([
  ['PERCH_CONTROL=off', { preload: entry('register'), env: { PERCH_CONTROL: 'off' } }],
  ['@perch/agent/observe', { preload: entry('observe'), env: { PERCH_CONTROL: 'on' } }],
])('%s', (_, options) => {
  let service: Service;
  afterEach(() => service.stop());

  test('looking is as ever; arming and every act are refused with their own code, in main and in a child process', async () => {
    service = await startService('supervised.js', options);
    const session = await service.session();
    expect(session.hello.capabilities).toEqual(['observe', 'inspect']);
    const nodes = await nodesOf(session);
    const game = byLineage(nodes, 'app/games/7f3a');
    expect((await session.call('state', { node: game.id })).value).toBeDefined();
    expect((await session.call('stack', { node: byLineage(nodes, 'main').id })).frames).toBeDefined();
    const off = { code: 'CONTROL_OFF' };
    await expect(session.call('arm', { reason: 'a test', forMs: 1000 })).rejects.toMatchObject(off);
    await expect(session.call('detach', { reason: 'a test' })).rejects.toMatchObject(off);
    const { epoch } = session.hello.instance;
    const targets = [game, byLineage(nodes, 'app/pool/keeper'), byLineage(nodes, 'main')];
    for (const { id: node } of targets) {
      for (const act of ACTS) {
        const request = { act, node, epoch };
        await expect(session.call('preview', request)).rejects.toMatchObject(off);
        const asked = session.call('act', { ...request, call: `${act} ${node}`, reason: 'a test' });
        await expect(asked).rejects.toMatchObject(off);
      }
    }
    const after = await nodesOf(session);
    for (const { lineage, id } of targets) expect(byLineage(after, lineage).id).toBe(id);
  });

  test('the command line says it, and what to do', async () => {
    service = await startService('supervised.js', options);
    const target = `unix:${await service.socket()}`;
    const home = { HOME: service.runtimeDir, XDG_RUNTIME_DIR: service.runtimeDir };
    const words = ['kill', target, 'app/games/7f3a', '--reason', 'a test', '--yes'];
    const { exit, stdout, stderr } = await perch({ ...process.env, ...home }, ...words);
    expect(exit).toBe(4);
    expect(stdout + stderr).toContain('looks and does nothing else');
    expect(stderr).toContain('PERCH_CONTROL=off or @perch/agent/observe');
  });
});

/** Names of the functions and classes that a folder of sources exports. */
function exportsOf(folder: string): string[] {
  return readdirSync(path.join(root, folder)).flatMap((file) => {
    const source = readFileSync(path.join(root, folder, file), 'utf8');
    return [...source.matchAll(/^export (?:async )?(?:function|class) (\w+)/gm)].map(([, name]) => name!);
  });
}

test('the files of @perch/agent/observe hold nothing of what acts, and those of register do', () => {
  const built = (...names: string[]) =>
    names.map((name) => readFileSync(path.join(root, `agent/dist/${name}.cjs`), 'utf8')).join('\n');
  expect(built('observe')).toContain('"hub-observe.cjs"');
  const [register, observe] = [built('register', 'hub'), built('observe', 'hub-observe')];
  const faults = exportsOf('agent/faults');
  expect(faults.length).toBeGreaterThan(2);
  const acting = [...faults, ...exportsOf('agent/hub/acts'), 'terminateExecution', 'terminateByInspector'];
  const isIn = (text: string) => (name: string) => new RegExp(`\\b${name}\\b`).test(text);
  // One word alone may be one of other code, too.
  const told = acting.filter((name) => /[A-Z]/.test(name));
  expect(told.length).toBeGreaterThan(15);
  expect(told.filter(isIn(observe))).toEqual([]);
  expect(faults.filter((name) => !isIn(register)(name))).toEqual([]);
  const words = ['reallyExit', 'Suspensions', 'pulse.takeHold', 'node.childAct'];
  expect(words.filter((word) => register.includes(word))).toEqual(words);
  expect(words.filter((word) => observe.includes(word))).toEqual([]);
});
