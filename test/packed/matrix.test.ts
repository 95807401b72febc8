/** One service in every form that people give theirs, on every Node; the agent comes from the packed tarball. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NODE_PINS, type NodeMajor, nodeRuntime } from '../../scripts/node-runtime.ts';
import { type Home, type Json, makeHome } from '../support/demo.ts';
import { perch } from '../support/perch.ts';
import { localSocket } from '../support/service.ts';
import { installAgent, packAgent } from '../support/tarball.ts';
import { until } from '../support/until.ts';
import { FORMS } from './forms.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(path.join(os.tmpdir(), 'perch-matrix-'));
const MAJORS = Object.keys(NODE_PINS).map(Number) as NodeMajor[];
const runtimes = new Map<NodeMajor, string>();
/** A bundle lies where no node_modules is found from. */
const placeOf = (form: string, project = 'project'): string =>
  path.join(folder, FORMS[form]!.isBundle ? 'apart' : project, form.replaceAll(/\W+/g, '-'));

beforeAll(async () => {
  await Promise.all(MAJORS.map(async (major) => runtimes.set(major, await nodeRuntime(major))));
  const built = path.join(folder, 'built');
  await installAgent(await packAgent(folder), built, 'module');
  symlinkSync(path.join(root, 'node_modules/tsx'), path.join(built, 'node_modules/tsx'));
  for (const [name, { type, make }] of Object.entries(FORMS)) {
    const place = placeOf(name, 'built');
    await make(built, place);
    writeFileSync(path.join(place, 'package.json'), JSON.stringify({ type }));
  }
  // Bundlers write down where they found a file. What is deployed finds nothing there.
  renameSync(built, path.join(folder, 'project'));
}, 600_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Processes with a thread of their own have an agent of their own; all three do, in a bundle too. */
const SEEN = [
  'process process:child',
  'process process:consumer',
  'process process:keeper',
  'supervisor app',
  'supervisor app/games',
  'thread main',
  'thread process:child/main',
  'thread process:process-runner/main',
  'thread thread:clock',
  'thread thread:thinker',
  'worker app/games/7f3a',
  'worker app/keeper',
  'worker app/thinker',
];
/** What tsx runs for itself, seen as well: its compiler and the thread of its hooks. */
const OF_TSX = /process:esbuild$|thread:(?:\d+|WorkerThread)$/;

describe.each(Object.keys(FORMS))('%s', (name) => {
  test.each(MAJORS)('on Node %i is seen whole, is silent, and ends as it wants', async (major) => {
    const home = makeHome();
    const service = start(name, major, home);
    try {
      const address = `unix:${await localSocket(home.sockets, service.pid)}`;
      const seen = async () => {
        const { json } = await home.perch('tree', address);
        const running = json.nodes.filter(({ status }: Json) => status === 'running');
        const words = running.map(({ kind, lineage }: Json) => `${kind} ${lineage}`);
        return words.filter((each: string) => !OF_TSX.test(each)).toSorted();
      };
      await service.ready;
      await until(seen).toEqual(SEEN);
    } finally {
      service.kill();
      expect(await service.ended).toEqual({ code: 0, stdout: '', stderr: '' });
      home.remove();
    }
  });
});

/** What a form cannot do, each with what was forgotten and the words of why the service does not start. */
const FORGOTTEN: [form: string, major: NodeMajor, what: string, forget: (place: string) => void, RegExp][] = [
  [
    'a bundle by esbuild, CJS',
    24,
    "a worker's module that is no entry of the bundle",
    (place) => rmSync(path.join(place, 'worker.js')),
    /thinker failed to start: .*worker\.js'.*: where the service is bundled, make the module an entry/,
  ],
  [
    'a bundle by webpack',
    24,
    'an entry that lost its exports',
    (place) => cpSync(path.join(place, 'clock.js'), path.join(place, 'worker.js')),
    /thinker .*worker\.js exports no function run\(context\): it exports nothing\. .*commonjs2/,
  ],
  [
    'TypeScript by tsx',
    20,
    'TypeScript on a worker thread of Node 20',
    (place) =>
      rewrite(path.join(place, 'app.ts'), (text) =>
        text.replaceAll("beside('worker')", "new URL('./worker.ts', import.meta.url)"),
      ),
    /thinker .*Unknown file extension "\.ts".*: tsx loads TypeScript on worker threads from Node 22 on/,
  ],
];

test.each(FORGOTTEN)('%s on Node %i: %s is said', async (name, major, _, forget, words) => {
  const home = makeHome();
  const place = `${placeOf(name)}-forgot`;
  cpSync(placeOf(name), place, { recursive: true });
  forget(place);
  const service = start(name, major, home, place);
  await expect(service.ready).rejects.toThrow(words);
  home.remove();
});

test('a process that a bundle starts and that starts no agent is seen from outside, and that is said', async () => {
  const home = makeHome();
  const place = `${placeOf('a bundle by webpack')}-plain`;
  cpSync(placeOf('a bundle by webpack'), place, { recursive: true });
  writeFileSync(path.join(place, 'child.js'), 'process.on("message", () => {});');
  const service = start('a bundle by webpack', 24, home, place);
  await service.ready;
  const address = `unix:${await localSocket(home.sockets, service.pid)}`;
  await until(async () => (await perch(home.env, 'tree', address)).stdout).toContain(
    'child (process, no agent)',
  );
  service.kill();
  await service.ended;
  home.remove();
});

/** Starts a form of the service; `ready` when its supervisor and all children have started. */
function start(name: string, major: NodeMajor, home: Home, place = placeOf(name)) {
  const { entry, flags } = FORMS[name]!;
  const child = fork(path.join(place, entry), {
    cwd: place,
    execPath: runtimes.get(major)!,
    execArgv: flags,
    env: home.env,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const ended = Promise.all([once(child, 'close'), text(child.stdout!), text(child.stderr!)]).then(
    ([[code], stdout, stderr]) => ({ code, stdout, stderr }),
  );
  const failed = ended.then(({ stderr }) => Promise.reject(new Error(`it ended: ${stderr}`)));
  return {
    pid: child.pid!,
    ready: Promise.race([once(child, 'message'), failed]),
    ended,
    kill: () => child.kill('SIGTERM'),
  };
}

function rewrite(file: string, change: (text: string) => string): void {
  writeFileSync(file, change(readFileSync(file, 'utf8')));
}
