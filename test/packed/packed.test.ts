import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeHome } from '../support/demo.ts';
import { localSocket } from '../support/service.ts';
import { installAgent, packAgent } from '../support/tarball.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(path.join(os.tmpdir(), 'perch-packed-'));

/** What somebody gets who installs the agent: a tarball, into an empty project, without a network. */
const projects = { esm: path.join(folder, 'esm'), cjs: path.join(folder, 'cjs') };

beforeAll(async () => {
  const tarball = await packAgent(folder);
  await installAgent(tarball, projects.esm, 'module');
  await installAgent(tarball, projects.cjs, 'commonjs');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const APP = `
const games = dynamicSupervisor('games', {
  child: { host: 'task', run: async (context) => { context.state({ turn: 'x' }); await context.stopped; } },
});
const hosted = (id, host) => ({ id, host, module: WORKER });
const app = supervisor('app', { children: [games, hosted('thinker', 'thread'), hosted('keeper', 'process')] });
process.once('SIGTERM', () => app.stop().then(() => process.exit()));
app.start().then(() => games.startChild('7f3a')).then(() => process.send('ready'));
`;
const IMPORT = `import { dynamicSupervisor, startAgent, supervisor } from '@perch/agent';
const WORKER = new URL('./worker.js', import.meta.url);`;
const REQUIRE = `const { dynamicSupervisor, startAgent, supervisor } = require('@perch/agent');
const WORKER = require('node:path').join(__dirname, 'worker.js');`;

/** Starts the app in a project, and gives what \`perch tree\` shows of it, by lineage. */
async function treeOf(type: keyof typeof projects, app: string, execArgv: string[]) {
  const home = makeHome();
  const project = projects[type];
  const worker = type === 'esm' ? 'export const run' : 'exports.run';
  writeFileSync(path.join(project, 'worker.js'), `${worker} = (context) => context.stopped;`);
  writeFileSync(path.join(project, 'app.js'), app);
  const env = { ...home.env, PORT: '0' };
  const child = fork(path.join(project, 'app.js'), { cwd: project, execArgv, env });
  const ended = once(child, 'exit');
  try {
    await Promise.race([
      once(child, 'message'),
      ended.then((how) => Promise.reject(new Error(`ended ${how}`))),
    ]);
    const { exit, json } = await home.perch('tree', `unix:${await localSocket(home.sockets, child.pid!)}`);
    expect(exit).toBe(0);
    return Object.fromEntries(json.nodes.map((node: { lineage: string }) => [node.lineage, node]));
  } finally {
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    home.remove();
  }
}

test("the example in the agent's README runs as it stands there", async () => {
  const readme = readFileSync(path.join(root, 'agent/README.md'), 'utf8');
  const [, example] = /```js\n(.*?)```/s.exec(readme)!;
  const tree = await treeOf('esm', `${example}process.send('ready');`, []);
  expect(tree['app/games/7f3a']).toMatchObject({ host: 'task', status: 'running' });
});

describe.each([
  ['esm', IMPORT],
  ['cjs', REQUIRE],
] as const)('in an empty %s project', (type, head) => {
  test('it brings nothing else along', () => {
    const installed = readdirSync(path.join(projects[type], 'node_modules')).filter(
      (name) => name !== '.bin',
    );
    expect(installed.toSorted()).toEqual(['.package-lock.json', '@perch']);
    const bins = readdirSync(path.join(projects[type], 'node_modules/.bin'));
    expect(bins.toSorted()).toEqual(['perch-agent', 'perch-stdio']);
    const agent = path.join(projects[type], 'node_modules/@perch/agent');
    const manifest = JSON.parse(readFileSync(path.join(agent, 'package.json'), 'utf8'));
    expect(manifest.dependencies ?? {}).toEqual({});
    expect(readFileSync(path.join(projects[type], 'node_modules/.bin/perch-stdio'), 'utf8')).toMatch(
      /^#!.*node\n/,
    );
    for (const file of ['LICENSE', 'README.md', 'THIRD-PARTY-NOTICES']) {
      expect(readFileSync(path.join(agent, file), 'utf8')).not.toBe('');
    }
  });

  test('startAgent() and supervisors work, on threads and in processes too', async () => {
    const tree = await treeOf(type, `${head}\nstartAgent({ service: 'packed' });\n${APP}`, []);
    expect(tree['app/games/7f3a']).toMatchObject({ kind: 'worker', host: 'task', status: 'running' });
    expect(tree['app/thinker']).toMatchObject({ host: 'thread', status: 'running' });
    expect(tree['app/keeper']).toMatchObject({ host: 'process', status: 'running' });
  });

  test.each([
    ['-r', '@perch/agent/register'],
    ['--import', '@perch/agent/register'],
    ['-r', '@perch/agent/observe'],
  ])('%s %s shows the same tree as the app that declares it: one registry', async (...flag) => {
    const tree = await treeOf(type, `${head}\n${APP}`, flag);
    expect(tree['app/games/7f3a'].parent).toBe(tree['app/games'].id);
    expect(tree.app.parent).toBe(tree.main.id);
  });

  test('its types resolve, for every way TypeScript looks for them', () => {
    const source = `${type === 'cjs' ? "import agent = require('@perch/agent');\nconst { startAgent, supervisor } = agent;" : "import { startAgent, supervisor } from '@perch/agent';"}
startAgent({ service: 'x', listen: ['127.0.0.1:0'] });
// @ts-expect-error an option that there is not: were the types not found, anything would do
startAgent({ servic: 'x' });
supervisor('app', { children: [{ id: 'one', host: 'task', run: (context) => context.stopped }] });
`;
    const project = projects[type];
    writeFileSync(path.join(project, 'consumer.ts'), source);
    for (const module of ['node16', 'nodenext']) {
      const options = ['--module', module, '--strict', '--noEmit', '--target', 'es2022', '--ignoreConfig'];
      const types = ['--types', 'node', '--typeRoots', path.join(root, 'node_modules/@types')];
      const tsc = path.join(root, 'node_modules/.bin/tsc');
      const compile = () =>
        execFileSync(tsc, [...options, ...types, 'consumer.ts'], { cwd: project, encoding: 'utf8' });
      expect(compile()).toBe('');
    }
  });
});
